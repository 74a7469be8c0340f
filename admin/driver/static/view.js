// Drawing the plan. Buttons carry data-act and data-visit; terminal.js listens for all of them in one place.

import { absentFrom, canUndo, halts, isOpen } from "./plan.js";
import { clock, make, say } from "./words.js";

const at = (id) => document.getElementById(id);

/** Draw everything that depends on the plan; focus and unfolded entries stay where they were. */
export function draw(plan, newVisits) {
  const focus = document.activeElement && document.activeElement.dataset ? document.activeElement.dataset.key : null;
  const unfolded = new Set([...document.querySelectorAll("details[data-key][open]")].map((each) => each.dataset.key));
  const [next, ...later] = halts(plan.visits);
  at("next-halt").replaceChildren(next ? nextHalt(plan, next, newVisits) : emptyNote(plan));
  at("later").replaceChildren(...laterEntries(plan, later, newVisits, unfolded));
  const over = plan.visits.filter((visit) => !isOpen(visit) && !(visit.kind === "dropoff" && visit.state === "skipped"));
  at("done-title").textContent = say("driver-done-count", { count: over.length });
  at("done-list").replaceChildren(...over.reverse().map(doneEntry));
  drawDelay(plan);
  if (focus) document.querySelector(`[data-key="${focus}"]`)?.focus({ preventScroll: true });
}

function emptyNote(plan) {
  const isAllDone = plan.visits.length > 0 && plan.state === "finished";
  return make("p", { cls: "empty", text: say(isAllDone ? "driver-all-done" : "driver-nothing") });
}

function drawDelay(plan) {
  const note = at("delay-now");
  note.hidden = !plan.late_s;
  note.textContent = plan.late_s ? say("driver-delay-now", { minutes: Math.round(plan.late_s / 60) }) : "";
}

function nextHalt(plan, halt, newVisits) {
  const [first] = halt;
  const arrived = halt.find((visit) => visit.state === "arrived");
  const isHere = halt.every((visit) => visit.state === "arrived");
  return make(
    "div",
    { cls: "halt" },
    make("p", { cls: "time", text: first.time }),
    make("p", { cls: "stop", text: first.stop }),
    first.marker && make("p", { cls: "marker", text: first.marker }),
    make("p", { cls: "count", text: counts(halt) }),
    isHere
      ? make(
          "div",
          { cls: "here" },
          make("span", { text: say("driver-arrived-at", { time: clock(arrived.arrived_s) }) }),
          button("undo", first, "quiet", say("driver-undo"), say("driver-arrive")),
        )
      : button("arrived", halt.find((visit) => visit.state === "planned"), "arrive", say("driver-arrive")),
    ...halt.map((visit) => party(plan, visit, newVisits)),
  );
}

function counts(halt) {
  const sum = (kind) => halt.filter((visit) => visit.kind === kind).reduce((all, visit) => all + visit.booking.persons, 0);
  const parts = [
    sum("dropoff") && say("driver-persons-off", { persons: sum("dropoff") }),
    sum("pickup") && say("driver-persons-up", { persons: sum("pickup") }),
  ];
  return parts.filter(Boolean).join(" / ");
}

function party(plan, visit, newVisits) {
  const { booking } = visit;
  const isUp = visit.kind === "pickup";
  return make(
    "article",
    { cls: `party ${visit.kind}`, "data-visit": visit.id },
    heading(visit, newVisits),
    make("p", { cls: "persons", text: booking.party }),
    isUp && make("p", { cls: "fare", text: booking.fare }),
    isUp && make("p", { cls: "window", text: booking.window }),
    make("div", { cls: "acts" }, ...(isUp ? pickupActs(plan, visit) : [button("alighted", visit, "main", say("driver-alight"))])),
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

function pickupActs(plan, visit) {
  const acts = [button("boarded", visit, "main", say("driver-board"))];
  if (visit.state === "arrived") {
    const absent = button("absent", visit, "second", say("driver-absent"));
    absent.dataset.from = absentFrom(plan, visit);
    acts.push(absent);
  }
  acts.push(button("phone", visit, "quiet", say("driver-phone")));
  return acts;
}

function button(act, visit, cls, text, about = "") {
  const { booking } = visit;
  const label = act === "arrived" ? null : [booking.title, booking.name, about, text].filter(Boolean).join(" ");
  return make("button", {
    cls,
    text,
    "data-act": act,
    "data-visit": visit.id,
    "data-key": `${act}-${visit.id}`,
    "aria-label": label,
  });
}

function laterEntries(plan, later, newVisits, unfolded) {
  const entries = [
    ...later.map((halt) => ({ second: halt[0].planned_s, entry: laterEntry(plan, halt, newVisits, unfolded) })),
    ...plan.cancelled.map((each) => ({ second: each.planned_s, entry: cancelledEntry(each) })),
  ];
  return entries.sort((one, other) => one.second - other.second).map(({ entry }) => entry);
}

function laterEntry(plan, halt, newVisits, unfolded) {
  const [first] = halt;
  const key = `halt-${first.id}`;
  const summary = make(
    "summary",
    { "data-key": `fold-${first.id}` },
    make("span", { cls: "time", text: first.time }),
    make("span", { cls: "stop", text: first.stop }),
    make("span", { cls: "count", text: counts(halt) }),
    halt.some((visit) => visit.booking.wheelchairs && visit.kind === "pickup") &&
      make("span", { cls: "tag wheelchair", text: halt.find((visit) => visit.booking.wheelchairs).booking.wheelchairs }),
    halt.some((visit) => isNew(visit, newVisits)) && make("span", { cls: "tag new", text: say("driver-new") }),
  );
  const marker = first.marker && make("p", { cls: "marker", text: first.marker });
  const parties = halt.map((visit) => party(plan, visit, newVisits));
  return make("li", {}, make("details", { "data-key": key, open: unfolded.has(key) }, summary, marker, ...parties));
}

function cancelledEntry(each) {
  return make(
    "li",
    { cls: "cancelled" },
    make("span", { cls: "tag", text: say("driver-cancelled") }),
    make("s", { text: `${each.time} ${each.stop} ${each.title} ${each.name}` }),
  );
}

function doneEntry(visit) {
  const { booking } = visit;
  const state = visit.kind === "pickup" && visit.state === "done" ? "boarded" : booking.state;
  const isTaken = visit.kind === "pickup" && booking.received_yen !== null && ["boarded", "completed"].includes(booking.state);
  return make(
    "li",
    { cls: "over" },
    make("p", { text: `${visit.done || (visit.done_s ? clock(visit.done_s) : "")} ${visit.stop} ${booking.title} ${booking.name}` }),
    make("p", { cls: "state", text: say(`driver-state-${state.replace("_", "-")}`) }),
    isTaken && make("p", { text: say("driver-fare-taken", { yen: booking.received_yen }) }),
    make(
      "div",
      { cls: "acts" },
      isTaken && button("fare", visit, "second", say("driver-fare-change")),
      canUndo(visit) && button("undo", visit, "second", say("driver-undo")),
    ),
  );
}

/** Let "not here" be tapped when the time has come, and count down until then. */
export function countDown(nowS) {
  for (const each of document.querySelectorAll("[data-from]")) {
    const left = Math.ceil(Number(each.dataset.from) - nowS);
    each.disabled = left > 0;
    const text = left > 0 ? say("driver-absent-wait", { time: minutesAndSeconds(left) }) : say("driver-absent");
    if (each.textContent !== text) each.textContent = text;
  }
}

const minutesAndSeconds = (left) => `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
