// The terminal: taps at once on the screen and in the outbox, to the server when there is a signal (D-19).

import * as asking from "./asking.js";
import { aboard, counted, entries, nextOf, shownCall, toPay, zoneAt } from "./day.js";
import * as fares from "./fares.js";
import * as outbox from "./outbox.js";
import * as place from "./place.js";
import { withTaps } from "./plan.js";
import { ask, useToken } from "./server.js";
import * as thread from "./thread.js";
import { countDown, draw } from "./view.js";
import { clock, freshId, make, say } from "./words.js";

const ASK_EVERY_MS = 10000;
const WHOLE_PLAN_EVERY = 6; // asks: what fades with time (new, cancelled) is fetched once a minute
const UNDO_MS = 30000;
const NOTE_MS = 8000;

const at = (id) => document.getElementById(id);
const root = at("terminal");
const base = `/api/v1/driver/vehicles/${root.dataset.vehicle}/day`;

let day = null;
let fetchedAt = 0;
let asks = 0;
let link = "loading";
let sending = false;
let newVisits = new Set();
let toastTimer = 0;
let wanted = null; // a counted run that the driver opened though another comes first
const chosen = new Map(); // run → the stop shown of it
const checked = new Set(); // where a proof was seen, before the tap that says so

const nowS = () => (day ? day.now_s + (performance.now() - fetchedAt) / 1000 : 0);
const secondOf = (happenedAt) => nowS() - (Date.now() - Date.parse(happenedAt)) / 1000;
const present = () => ({ ...day, runs: day.runs.map((run) => withTaps(run, outbox.overlay(run.run_id), secondOf)) });
const allVisits = (shown) => shown.runs.flatMap((run) => run.visits.map((visit) => ({ run, visit })));
const nextRun = () => nextOf(entries(present().runs, wanted), nowS(), wanted)?.run || day.runs[0];

async function fetchDay({ whole = false } = {}) {
  const since = day && !whole ? `&since=${encodeURIComponent(day.tag)}` : "";
  const askedAt = performance.now();
  const { status, body } = await ask(`${base}?partial=1${since}`);
  if (status === 200) takeDay(body, askedAt);
  else if (status === 404) showGone();
  setLink(status);
  return status;
}

const isOlder = (fresh) =>
  fresh.runs.some((run) => day.runs.some((known) => known.run_id === run.run_id && known.version > run.version));

function takeDay(fresh, askedAt) {
  if (day && isOlder(fresh)) return; // an older answer that was overtaken on its way
  const before = day;
  day = fresh;
  fetchedAt = performance.now();
  useToken(fresh.csrf);
  const hadTaps = fresh.runs.some((run) => outbox.overlay(run.run_id).length);
  outbox.settle(askedAt);
  if (before) tellNews(before, fresh, hadTaps);
  redraw();
}

function tellNews(before, fresh, hadTaps) {
  const known = new Set(allVisits(before).map(({ visit }) => visit.id));
  const added = allVisits(fresh).filter(({ visit }) => !known.has(visit.id));
  for (const { visit } of added) newVisits.add(visit.id);
  const runs = new Set(before.runs.map((run) => run.run_id));
  const answered = fresh.left_behind.find((each) => before.left_behind.some((old) => old.id === each.id && old.answer !== each.answer));
  if (fresh.runs.some((run) => !runs.has(run.run_id))) alarm(say("driver-new-run"));
  else if (answered) alarm(`${answered.title} ${answered.answer}`);
  else if (added.length) alarm(say("driver-new-booking"));
  else if (before.tag !== fresh.tag && !hadTaps) toast(say("driver-changed"));
}

function alarm(text) {
  toast(text);
  if (navigator.vibrate) navigator.vibrate([200, 100, 200]);
}

function redraw() {
  if (!day) return;
  draw(present(), { newVisits, chosen, wanted, checked, nowS: nowS() });
  countDown(nowS());
  showLink();
}

function tap(kind, run, visit, more = {}) {
  const before = nextKey();
  outbox.add({
    event_id: freshId(),
    run_id: run.run_id,
    kind,
    ...(visit ? { visit_id: visit.id } : {}),
    happened_at: new Date().toISOString(),
    ...more,
  });
  redraw();
  if (nextKey() !== before) scrollTo({ top: 0 }); // what comes next is what the driver looks at
  flush();
}

function nextKey() {
  const next = nextOf(entries(present().runs, wanted), nowS(), wanted);
  return next && `${next.run.run_id} ${next.halt ? next.halt[0].stop_id : ""}`;
}

async function flush() {
  if (sending) return;
  sending = true;
  let isAnswered = false;
  for (let batch = outbox.nextBatch(); batch; batch = outbox.nextBatch()) {
    const [runId, events] = batch;
    showLink();
    const { status, body } = await ask(`/api/v1/driver/runs/${runId}/events`, { sent_at: new Date().toISOString(), events });
    if (status === 200) takeOutcomes(body.outcomes);
    else if (status === 404) toast(say("driver-lost-taps", { count: outbox.drop(runId) }));
    else {
      setLink(status);
      isAnswered = status === 400; // the token is too old: the next plan brings a new one, the next beat sends again
      break;
    }
    isAnswered = true;
  }
  sending = false;
  showLink();
  if (isAnswered) await fetchDay({ whole: true });
}

function takeOutcomes(outcomes) {
  for (const { event_id: eventId, outcome, text } of outcomes) {
    const wasTaken = outcome === "applied" || outcome === "duplicate";
    outbox.answer(eventId, wasTaken);
    if (!wasTaken) keepRefused(text);
    if (text) toast(text);
  }
}

function keepRefused(text) {
  const close = make("button", { cls: "second", text: say("driver-close") });
  const line = make("li", {}, make("span", { text }), close);
  close.addEventListener("click", () => {
    line.remove();
    at("refused").hidden = !at("refused").children.length;
  });
  at("refused").append(line);
  at("refused").hidden = false;
}

function setLink(status) {
  if (status === 401) link = "signed-out";
  else if (status === 0 || status >= 500) link = "offline";
  else link = "online";
  showLink();
  if (!day && link === "offline") at("next-halt").replaceChildren(make("p", { cls: "empty", text: say("driver-no-plan") }));
}

function showLink() {
  const waiting = outbox.waiting();
  const parts = [say(`driver-${link === "loading" ? "online" : link}`)];
  if (waiting) parts.push(say("driver-waiting", { count: waiting }));
  const line = at("link");
  const shown = `${link} ${parts.join(" ")}`;
  if (line.dataset.shown === shown) return;
  line.dataset.shown = shown;
  line.className = `link ${link}`;
  line.replaceChildren(make("span", { text: parts.join(" ") }));
  if (link === "signed-out") line.append(make("a", { text: say("driver-sign-in"), href: `/admin/sign-in?to=${location.pathname}` }));
}

function showGone() {
  day = null;
  at("later").replaceChildren();
  at("done-list").replaceChildren();
  at("next-halt").replaceChildren(
    make("p", { cls: "empty", text: say("driver-run-gone") }),
    make("a", { cls: "button", text: say("driver-choose-other"), href: root.dataset.choose }),
  );
}

function toast(text, undo = null) {
  const box = at("toast");
  clearTimeout(toastTimer);
  box.replaceChildren(make("span", { text }));
  if (undo) {
    const button = make("button", { text: say("driver-undo"), cls: "second" });
    button.addEventListener("click", () => {
      box.hidden = true;
      undo();
    });
    box.append(button);
  }
  box.hidden = false;
  toastTimer = setTimeout(() => (box.hidden = true), undo ? UNDO_MS : NOTE_MS);
}

function takeTap(act, run, visit, more = {}) {
  const isChecked = act === "boarded" && checked.has(`visit-${visit.id}`);
  tap(act, run, visit, isChecked ? { is_checked: true, ...more } : more);
  newVisits.delete(visit.id);
  const isUndo = act === "undo";
  const said = say(`driver-tapped-${act}`, { number: visit.booking.number });
  toast(said, isUndo ? null : () => takeTap("undo", run, visit));
}

async function showPhone(run, visit) {
  const { status, body } = await ask(`/api/v1/driver/runs/${run.run_id}/visits/${visit.id}/phone`, {});
  const line = document.querySelector(`[data-phone="${visit.id}"]`);
  if (!line) return;
  if (status === 200) line.replaceChildren(make("a", { cls: "button", text: body.phone, href: `tel:${body.phone}` }));
  else line.textContent = say(status === 0 ? "driver-phone-offline" : "driver-phone-none");
}

function askFare(run, visit, { boards = false } = {}) {
  const { booking } = visit;
  fares.ask({
    title: say(boards ? "driver-fare-take" : "driver-fare-change"),
    about: `${booking.title} ${booking.name} ${booking.fare}`,
    members: booking.members,
    tariff: run.tariff,
    zone: booking.zone,
    received: boards ? null : booking.received_yen,
    mayBeFewer: true,
    save({ payments, value, reason }) {
      if (boards) takeTap("boarded", run, visit);
      tap("fare", run, visit, { value, payments, ...(reason ? { reason } : {}) });
      toast(say("driver-tapped-fare", { number: booking.number }));
    },
  });
}

function onAct(button) {
  const found = allVisits(present()).find(({ visit }) => visit.id === Number(button.dataset.visit));
  if (!found) return;
  const { run, visit } = found;
  if (button.dataset.act === "phone") showPhone(run, visit);
  else if (button.dataset.act === "fare") askFare(run, visit);
  else if (button.dataset.act === "payments") askFare(run, visit, { boards: true });
  else takeTap(button.dataset.act, run, visit);
}

function onDelay(minutes) {
  if (!day || !day.runs.length) return;
  tap("delay", nextRun(), null, { value: minutes * 60 });
  toast(minutes ? say("driver-tapped-delay", { minutes }) : say("driver-tapped-on-time"));
}

const DOES = {
  count(run, stop, { way, category, by }) {
    chosen.set(run.run_id, stop);
    tap("count", run, null, { stop_id: stop, way, category, persons: Number(by) });
  },
  stop(run, stop) {
    chosen.set(run.run_id, stop);
    redraw();
    scrollTo({ top: 0 });
  },
  open(run) {
    wanted = run.run_id;
    if (run.state === "finished") chosen.delete(run.run_id);
    redraw();
    scrollTo({ top: 0 });
  },
  "all-off": (run, stop) => letOff(run, stop),
  "pay-cash": (run, stop) => payCash(run, stop),
  "pay-other": (run, stop) => payOther(run, stop),
  "pay-back": (run, stop) => payBack(run, stop),
  finish: (run) => finish(run),
  left: (run, stop) =>
    asking.askLeft(run, stop, (to, persons) => {
      tap("left_behind", run, null, { stop_id: stop, to_stop_id: to, persons });
      toast(say("driver-left-sent"));
    }),
  "turned-away": (run, stop) =>
    asking.askLeft(
      run,
      stop,
      (to, persons) => {
        tap("turned_away", run, null, { stop_id: stop, to_stop_id: to, persons });
        toast(say("driver-turned-away-sent"));
      },
      "driver-turned-away-ask",
    ),
  damage: (run, stop) =>
    asking.askDamage(run, stop, (where, text) => {
      tap("damage", run, null, { stop_id: where, text });
      toast(say("driver-damage-sent"));
    }),
  exception: (run) =>
    asking.askException(run, (said) => {
      tap("exception", run, null, said);
      const back = { ...said, persons: -said.persons, reason: "typing" };
      toast(say("driver-exception-sent"), () => tap("exception", run, null, back));
    }),
  map: (run, stop) => asking.showMap(run, stop),
  driven: () =>
    asking.askDriven(present().runs, (run, metres) => {
      tap("driven", run, null, { value: metres });
      toast(say("driver-driven-sent"));
    }),
};

function letOff(run, stop) {
  for (const { code } of run.tariff.categories) {
    const persons = aboard(run, code);
    if (persons > 0) tap("count", run, null, { stop_id: stop, way: "alight", category: code, persons });
  }
}

function payCash(run, stop) {
  const call = run.calls.find((each) => each.stop_id === stop);
  const payments = fares.inCash(toPay(run, stop), zoneAt(run, call), run.tariff, checked.has(`${run.run_id}-${stop}`));
  tap("take", run, null, { stop_id: stop, zone: zoneAt(run, call), payments });
  toast(say("driver-pay-kept"));
}

function payOther(run, stop) {
  const call = run.calls.find((each) => each.stop_id === stop);
  fares.ask({
    title: say("driver-fare-take"),
    about: `${call.time} ${call.stop}`,
    members: toPay(run, stop),
    tariff: run.tariff,
    zone: zoneAt(run, call),
    received: null,
    mayBeFewer: false,
    save({ payments, value, reason, zone }) {
      tap("take", run, null, { stop_id: stop, zone, payments, value, ...(reason ? { reason } : {}) });
      toast(say("driver-pay-kept"));
    },
  });
}

function payBack(run, stop) {
  for (const { category, persons } of toPay(run, stop)) {
    const from = run.paid.filter((each) => each.stop_id === stop && each.category === category && each.persons > 0);
    const last = from[from.length - 1];
    if (persons >= 0 || !last) continue;
    const back = Math.max(persons, -last.persons);
    tap("take", run, null, {
      stop_id: stop,
      zone: last.zone,
      payments: [{ category, persons: back, pay_kind: last.pay_kind }],
      reason: "typing",
    });
  }
}

function finish(run) {
  const left = run.tariff.categories.map(({ code }) => aboard(run, code));
  if (!left.some(Boolean)) return end(run);
  const last = run.calls[shownCall(run, run.calls[run.calls.length - 1].stop_id)];
  const persons = left.filter((each) => each > 0).reduce((sum, each) => sum + each, 0);
  asking.askCounts(run, { boarded: counted(run, { way: "board" }), alighted: counted(run, { way: "alight" }), persons: left.some((each) => each < 0) ? 0 : persons }, () => {
    chosen.set(run.run_id, last.stop_id);
    letOff(run, last.stop_id);
  });
}

function end(run) {
  tap("finish", run, null);
  if (wanted === run.run_id) wanted = null;
  toast(say("driver-finished"));
}

function onDo({ do: name, run: runId, stop, ...more }) {
  const runs = present().runs;
  const run = runs.find((each) => each.run_id === Number(runId)) || runs[0];
  if (run && DOES[name]) DOES[name](run, Number(stop), more);
}

root.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  if ("act" in button.dataset) onAct(button);
  else if ("do" in button.dataset) onDo(button.dataset);
  else if ("delay" in button.dataset) onDelay(Number(button.dataset.delay));
  else if ("close" in button.dataset) button.closest("dialog").close();
});

root.addEventListener("change", (event) => {
  const { proof } = event.target.dataset;
  if (proof) event.target.checked ? checked.add(proof) : checked.delete(proof);
});

async function beat() {
  asks += 1;
  await fetchDay({ whole: asks % WHOLE_PLAN_EVERY === 0 });
  await flush();
  await thread.refresh();
}

function keepPage() {
  if (!("serviceWorker" in navigator)) return;
  navigator.serviceWorker
    .register(root.dataset.worker)
    .then(() => navigator.serviceWorker.ready)
    .then((registration) => {
      const files = performance.getEntriesByType("resource").map((entry) => new URL(entry.name).pathname);
      registration.active.postMessage({ keep: [location.pathname, ...files.filter((file) => file.startsWith("/driver/static/"))] });
    })
    .catch(() => {}); // without it the page still works, as long as it is not reloaded without a signal
}

setInterval(() => {
  if (!day) return;
  at("clock").textContent = clock(nowS());
  countDown(nowS());
}, 1000);
setInterval(beat, ASK_EVERY_MS);
addEventListener("online", beat);
addEventListener("offline", () => setLink(0));
document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && beat());

thread.begin();
fares.begin();
place.begin();
keepPage();
beat();
