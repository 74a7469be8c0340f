// Drawing the day. Buttons carry data-act and data-visit, or data-do and data-run; terminal.js listens in one place.

import { act, categoryName, countedCard, proofTick } from "./counts.js";
import { aboard, counted, entries, heldAt, isCounted, nextOf } from "./day.js";
import { proofOf } from "./fares.js";
import { absentFrom, canUndo, isOpen } from "./plan.js";
import { clock, make, say } from "./words.js";

const at = (id) => document.getElementById(id);

/** Draw everything that depends on the day; focus and unfolded entries stay where they were. */
export function draw(day, { newVisits, chosen, wanted, checked, nowS }) {
  const focus = document.activeElement && document.activeElement.dataset ? document.activeElement.dataset.key : null;
  const unfolded = new Set([...document.querySelectorAll("details[data-key][open]")].map((each) => each.dataset.key));
  const all = entries(day.runs, wanted);
  const next = nextOf(all, nowS, wanted);
  const seen = { newVisits, checked, unfolded, chosen };
  const nextS = next ? next.second : Infinity;
  const rests = breaksAhead(day, nowS);
  const before = rests.filter((rest) => rest.starts_s <= nextS).map((rest) => make("p", { cls: "held rest" }, make("strong", { text: rest.text })));
  at("next-halt").replaceChildren(...[held(day, nowS), ...before, nextCard(day, next, seen)].filter(Boolean));
  at("later").replaceChildren(...laterEntries(day, all.filter((entry) => entry !== next && isAhead(entry, nowS)), seen, rests.filter((rest) => rest.starts_s > nextS)));
  drawDone(day);
  drawLeft(day);
  drawDelay(next ? next.run : day.runs[0]);
  if (focus) document.querySelector(`[data-key="${focus}"]`)?.focus({ preventScroll: true });
}

/** Tell whether an entry is still worth showing: what nobody booked, or what was called off, goes when its time is over. */
const isAhead = ({ kind, run }, nowS) => (kind !== "idle" && kind !== "off") || run.ends_s > nowS;

function held(day, nowS) {
  const visit = heldAt(day.runs, nowS);
  if (!visit) return null;
  return make("p", { cls: "held" }, make("strong", { text: `${visit.stop} ${visit.time}` }), make("span", { cls: "leave", "data-leave": visit.planned_s }));
}

function nextCard(day, next, seen) {
  if (!next) {
    const isAllDone = day.runs.length > 0 && day.runs.every((run) => run.state === "finished" || run.note);
    return make("p", { cls: "empty", text: say(isAllDone ? "driver-all-done" : "driver-nothing") });
  }
  if (next.kind === "counted") return countedCard(next.run, { chosen: seen.chosen.get(next.run.run_id), checked: seen.checked });
  return nextHalt(next.run, next.halt, seen);
}

function drawDone(day) {
  const over = day.runs.flatMap((run) =>
    run.visits.filter((visit) => !isOpen(visit) && !(visit.kind === "dropoff" && visit.state === "skipped")).map((visit) => ({ run, visit })),
  );
  const ended = day.runs.filter((run) => isCounted(run) && run.state === "finished");
  at("done-title").textContent = say("driver-done-count", { count: over.length + ended.length });
  at("done-list").replaceChildren(...ended.map(endedEntry), ...over.reverse().map(({ run, visit }) => doneEntry(run, visit)));
}

function drawLeft(day) {
  at("left").hidden = !day.left_behind.length;
  at("left").replaceChildren(
    ...day.left_behind.map((each) =>
      make("li", { cls: each.is_answered ? "answered" : "" }, make("strong", { text: each.title }), make("span", { text: each.answer })),
    ),
  );
}

function drawDelay(run) {
  const note = at("delay-now");
  const lateS = run ? run.late_s : 0;
  note.hidden = !lateS;
  note.textContent = lateS ? say("driver-delay-now", { minutes: Math.round(lateS / 60) }) : "";
}

const keepsTimes = (run) => run.kind !== "area";

function nextHalt(run, halt, seen) {
  const [first] = halt;
  const arrived = halt.find((visit) => visit.state === "arrived");
  const isHere = halt.every((visit) => visit.state === "arrived");
  return make(
    "div",
    { cls: "halt" },
    keepsTimes(run) && make("p", { cls: "run-title", text: `${run.about} ${run.title}` }),
    make("p", { cls: "time", text: first.time }),
    make("p", { cls: "stop", text: first.stop }),
    keepsTimes(run) && make("p", { cls: "leave", "data-leave": first.planned_s }),
    noteAt(run, first) && make("p", { cls: "road-note", text: noteAt(run, first) }),
    first.marker && make("p", { cls: "marker", text: first.marker }),
    make("p", { cls: "count", text: persons(halt) }),
    isHere
      ? make(
          "div",
          { cls: "here" },
          make("span", { text: say("driver-arrived-at", { time: clock(arrived.arrived_s) }) }),
          button("undo", first, "quiet", say("driver-undo"), say("driver-arrive")),
        )
      : button("arrived", halt.find((visit) => visit.state === "planned"), "arrive", say("driver-arrive")),
    ...halt.map((visit) => party(run, visit, seen)),
    keepsTimes(run) && reservedActs(run, first),
  );
}

function reservedActs(run, visit) {
  return make(
    "div",
    { cls: "acts side" },
    act("left", run, { cls: "quiet", text: say("driver-left"), stop: visit.stop_id }),
    act("map", run, { cls: "quiet", text: say("driver-map"), stop: visit.stop_id }),
    act("damage", run, { cls: "quiet", text: say("driver-damage"), stop: visit.stop_id }),
    act("exception", run, { cls: "quiet", text: say("driver-exception"), stop: visit.stop_id }),
    run.kind === "reserved" && act("turned-away", run, { cls: "quiet", text: say("driver-turned-away"), stop: visit.stop_id }),
  );
}

const noteAt = (run, visit) => run.calls.find((call) => call.stop_id === visit.stop_id)?.note;

function persons(halt) {
  const sum = (kind) => halt.filter((visit) => visit.kind === kind).reduce((all, visit) => all + visit.booking.persons, 0);
  const parts = [
    sum("dropoff") && say("driver-persons-off", { persons: sum("dropoff") }),
    sum("pickup") && say("driver-persons-up", { persons: sum("pickup") }),
  ];
  return parts.filter(Boolean).join(" / ");
}

function party(run, visit, seen) {
  const { booking } = visit;
  const isUp = visit.kind === "pickup";
  const proofs = [...new Set(booking.members.map(({ category }) => proofOf(run.tariff, category)).filter(Boolean))];
  const key = `visit-${visit.id}`;
  return make(
    "article",
    { cls: `party ${visit.kind}`, "data-visit": visit.id },
    heading(visit, seen.newVisits),
    make("p", { cls: "persons", text: booking.party }),
    isUp && make("p", { cls: "fare", text: booking.fare }),
    isUp && make("p", { cls: "window", text: booking.window }),
    isUp && proofs.length > 0 && proofTick(`check-${key}`, key, proofs.join(" / "), seen.checked.has(key)),
    make("div", { cls: "acts" }, ...(isUp ? pickupActs(run, visit) : [button("alighted", visit, "main", say("driver-alight"))])),
    make("p", { cls: "phone", "data-phone": visit.id, role: "status" }),
  );
}

function heading(visit, newVisits) {
  const { booking } = visit;
  return make(
    "h3",
    { cls: "who" },
    make("span", { cls: "kind", text: say(visit.kind === "pickup" ? "driver-up" : "driver-off") }),
    make("span", { cls: "number", text: booking.title }),
    make("span", { cls: "name", text: booking.name }),
    booking.wheelchairs && make("span", { cls: "tag wheelchair", text: booking.wheelchairs }),
    isNew(visit, newVisits) && make("span", { cls: "tag new", text: say("driver-new") }),
  );
}

const isNew = (visit, newVisits) => visit.kind === "pickup" && (newVisits.has(visit.id) || visit.booking.fresh);

function pickupActs(run, visit) {
  const acts = [button("boarded", visit, "main", say("driver-board"))];
  if (visit.booking.fare_yen && run.tariff.pay_kinds.some(({ code }) => code === "coupon" || code === "pass")) {
    acts.push(button("payments", visit, "second", say("driver-pay-other")));
  }
  if (visit.state === "arrived") {
    const absent = button("absent", visit, "second", say("driver-absent"));
    absent.dataset.from = absentFrom(run, visit);
    acts.push(absent);
  }
  acts.push(button("phone", visit, "quiet", say("driver-phone")));
  return acts;
}

function button(name, visit, cls, text, about = "") {
  const { booking } = visit;
  const label = name === "arrived" ? null : [booking.title, booking.name, about, text].filter(Boolean).join(" ");
  return make("button", {
    cls,
    text,
    "data-act": name,
    "data-visit": visit.id,
    "data-key": `${name}-${visit.id}`,
    "aria-label": label,
  });
}

/** Return the breaks that are not over, of runs that are driven. */
const breaksAhead = (day, nowS) =>
  day.runs.filter((run) => run.state !== "suspended").flatMap((run) => (run.breaks || []).filter((rest) => rest.ends_s > nowS));

const breakEntry = (rest) => make("li", { cls: "run rest" }, make("span", { cls: "stop", text: rest.text }));

function laterEntries(day, all, seen, rests) {
  const cancelled = day.runs.flatMap((run) => run.cancelled.map((each) => ({ second: each.planned_s, item: cancelledEntry(each) })));
  const shown = all.flatMap((entry) => {
    const item = laterEntry(entry, seen);
    return item ? [{ second: entry.second, item }] : [];
  });
  const resting = rests.map((rest) => ({ second: rest.starts_s, item: breakEntry(rest) }));
  return [...shown, ...resting, ...cancelled].sort((one, other) => one.second - other.second).map(({ item }) => item);
}

function laterEntry(entry, seen) {
  const { run } = entry;
  if (entry.kind === "halt") return haltEntry(run, entry.halt, seen);
  const span = run.kind === "area" ? `${run.starts}–${run.ends}` : run.starts;
  if (entry.kind === "counted") return countedEntry(run, seen);
  return make(
    "li",
    { cls: `run ${entry.kind}` },
    make("span", { cls: "time", text: span }),
    make("span", { cls: "stop", text: run.title }),
    make("span", { cls: "tag", text: run.about }),
    make("span", { cls: "note", text: run.note || say("driver-run-idle") }),
    entry.kind === "idle" && run.kind === "reserved" && act("exception", run, { cls: "quiet", text: say("driver-exception") }),
  );
}

function countedEntry(run, seen) {
  const key = `run-${run.run_id}`;
  const first = run.calls.find((call) => call.stop_id === seen.chosen.get(run.run_id)) || run.calls[0];
  return make(
    "li",
    {},
    make(
      "details",
      { "data-key": key, open: seen.unfolded.has(key) },
      make(
        "summary",
        { "data-key": `fold-${key}` },
        make("span", { cls: "time", text: run.starts }),
        make("span", { cls: "stop", text: run.title }),
        make("span", { cls: "tag", text: run.about }),
        make("span", { cls: "count", text: first ? first.stop : "" }),
      ),
      make("div", { cls: "acts side" }, act("open", run, { cls: "second", text: say("driver-open-run") }), act("map", run, { cls: "quiet", text: say("driver-map") })),
      make("ol", { cls: "stops" }, ...run.calls.map((call) => make("li", { text: `${call.time} ${call.stop} ${call.note}` }))),
    ),
  );
}

function haltEntry(run, halt, seen) {
  const [first] = halt;
  const key = `halt-${first.id}`;
  const summary = make(
    "summary",
    { "data-key": `fold-${first.id}` },
    make("span", { cls: "time", text: first.time }),
    make("span", { cls: "stop", text: first.stop }),
    make("span", { cls: "count", text: persons(halt) }),
    keepsTimes(run) && make("span", { cls: "tag", text: `${run.about} ${run.title}` }),
    halt.some((visit) => visit.booking.wheelchairs && visit.kind === "pickup") &&
      make("span", { cls: "tag wheelchair", text: halt.find((visit) => visit.booking.wheelchairs).booking.wheelchairs }),
    halt.some((visit) => isNew(visit, seen.newVisits)) && make("span", { cls: "tag new", text: say("driver-new") }),
  );
  const marker = first.marker && make("p", { cls: "marker", text: first.marker });
  const parties = halt.map((visit) => party(run, visit, seen));
  return make("li", {}, make("details", { "data-key": key, open: seen.unfolded.has(key) }, summary, marker, ...parties));
}

function cancelledEntry(each) {
  return make(
    "li",
    { cls: "cancelled" },
    make("span", { cls: "tag", text: say("driver-cancelled") }),
    make("s", { text: `${each.time} ${each.stop} ${each.title} ${each.name}` }),
  );
}

function endedEntry(run) {
  const heads = run.tariff.categories
    .map(({ code }) => [code, counted(run, { way: "board", category: code })])
    .filter(([, count]) => count)
    .map(([code, count]) => say("driver-head", { category: categoryName(run, code), persons: count }));
  return make(
    "li",
    { cls: "over" },
    make("p", { text: `${run.starts} ${run.title}` }),
    make("p", { cls: "state", text: heads.join("・") || say("driver-run-nobody") }),
    aboard(run) !== 0 && make("p", { text: say("driver-aboard", { persons: aboard(run), seats: run.seats }) }),
    make("div", { cls: "acts" }, act("open", run, { cls: "second", text: say("driver-open-again") })),
  );
}

function doneEntry(run, visit) {
  const { booking } = visit;
  const state = visit.kind === "pickup" && visit.state === "done" ? "boarded" : booking.state;
  const isTaken = visit.kind === "pickup" && booking.received_yen !== null && ["boarded", "completed"].includes(booking.state);
  return make(
    "li",
    { cls: "over" },
    make("p", { text: `${visit.done || (visit.done_s ? clock(visit.done_s) : "")} ${visit.stop} ${booking.title} ${booking.name}` }),
    make("p", { cls: "state", text: say(`driver-state-${state.replace("_", "-")}`) }),
    isTaken && make("p", { text: booking.paid ? say("driver-paid", { paid: booking.paid }) : say("driver-fare-taken", { yen: booking.received_yen }) }),
    make(
      "div",
      { cls: "acts" },
      isTaken && button("fare", visit, "second", say("driver-fare-change")),
      canUndo(visit) && button("undo", visit, "second", say("driver-undo")),
    ),
  );
}

/** Let "not here" be tapped and the vehicle leave when the time has come, and count down until then. */
export function countDown(nowS) {
  for (const each of document.querySelectorAll("[data-from]")) {
    const left = Math.ceil(Number(each.dataset.from) - nowS);
    each.disabled = left > 0;
    const text = left > 0 ? say("driver-absent-wait", { time: minutesAndSeconds(left) }) : say("driver-absent");
    if (each.textContent !== text) each.textContent = text;
  }
  for (const each of document.querySelectorAll("[data-leave]")) {
    const left = Math.ceil(Number(each.dataset.leave) - nowS);
    each.classList.toggle("wait", left > 0);
    const text = left > 0 ? say("driver-leave-wait", { time: minutesAndSeconds(left) }) : say("driver-leave-now");
    if (each.textContent !== text) each.textContent = text;
  }
}

function minutesAndSeconds(left) {
  const hours = Math.floor(left / 3600);
  const rest = `${Math.floor((left % 3600) / 60)}:${String(left % 60).padStart(2, "0")}`;
  return hours ? `${hours}:${rest.padStart(5, "0")}` : rest;
}
