// The terminal: taps at once on the screen and in the outbox, to the server when there is a signal (D-19).

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
const run = Number(root.dataset.run);
const base = `/api/v1/driver/runs/${run}`;

let plan = null;
let fetchedAt = 0;
let asks = 0;
let link = "loading";
let sending = false;
let newVisits = new Set();
let toastTimer = 0;

const nowS = () => (plan ? plan.now_s + (performance.now() - fetchedAt) / 1000 : 0);
const secondOf = (happenedAt) => nowS() - (Date.now() - Date.parse(happenedAt)) / 1000;
const present = () => withTaps(plan, outbox.overlay(run), secondOf);

async function fetchPlan({ whole = false } = {}) {
  const since = plan && !whole ? `&since=${plan.version}` : "";
  const { status, body } = await ask(`${base}/plan?partial=1${since}`);
  if (status === 200) takePlan(body);
  else if (status === 404) showGone();
  setLink(status);
  return status;
}

function takePlan(fresh) {
  if (plan && fresh.version < plan.version) return; // an older answer that was overtaken on its way
  const known = plan ? new Set(plan.visits.map((visit) => visit.id)) : null;
  const added = known ? fresh.visits.filter((visit) => !known.has(visit.id)) : [];
  const isChanged = plan && plan.version !== fresh.version && !outbox.overlay(run).length;
  for (const visit of added) newVisits.add(visit.id);
  plan = fresh;
  fetchedAt = performance.now();
  useToken(fresh.csrf);
  outbox.settle();
  redraw();
  if (added.length) {
    toast(say("driver-new-booking"));
    if (navigator.vibrate) navigator.vibrate([200, 100, 200]);
  } else if (isChanged) toast(say("driver-changed"));
}

function redraw() {
  if (!plan) return;
  draw(present(), newVisits);
  countDown(nowS());
  showLink();
}

function tap(kind, visit, more = {}) {
  outbox.add({
    event_id: freshId(),
    run_id: run,
    kind,
    ...(visit ? { visit_id: visit.id } : {}),
    happened_at: new Date().toISOString(),
    ...more,
  });
  redraw();
  flush();
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
  if (isAnswered) await fetchPlan({ whole: true });
}

function takeOutcomes(outcomes) {
  for (const { event_id: eventId, outcome, text } of outcomes) {
    outbox.answer(eventId, outcome === "applied" || outcome === "duplicate");
    if (text) toast(text);
  }
}

function setLink(status) {
  if (status === 401) link = "signed-out";
  else if (status === 0 || status >= 500) link = "offline";
  else link = "online";
  showLink();
  if (!plan && link === "offline") at("next-halt").replaceChildren(make("p", { cls: "empty", text: say("driver-no-plan") }));
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
  plan = null;
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

function takeTap(act, visit) {
  tap(act, visit);
  newVisits.delete(visit.id);
  const isUndo = act === "undo";
  const said = say(`driver-tapped-${act}`, { number: visit.booking.number });
  toast(said, isUndo ? null : () => takeTap("undo", visit));
}

async function showPhone(visit) {
  const { status, body } = await ask(`${base}/visits/${visit.id}/phone`, {});
  const line = document.querySelector(`[data-phone="${visit.id}"]`);
  if (!line) return;
  if (status === 200) line.replaceChildren(make("a", { cls: "button", text: body.phone, href: `tel:${body.phone}` }));
  else line.textContent = say(status === 0 ? "driver-phone-offline" : "driver-phone-none");
}

function askFare(visit) {
  at("fare-about").textContent = `${visit.booking.title} ${visit.booking.name} ${visit.booking.fare}`;
  at("fare-yen").value = visit.booking.received_yen;
  at("fare").returnValue = "close";
  at("fare").showModal();
  at("fare").onclose = () => {
    if (at("fare").returnValue !== "save") return;
    tap("fare", visit, { value: Number(at("fare-yen").value), reason: at("fare-reason").value });
    toast(say("driver-tapped-fare", { number: visit.booking.number }));
  };
}

function onAct(button) {
  const visit = present().visits.find((each) => each.id === Number(button.dataset.visit));
  if (!visit) return;
  if (button.dataset.act === "phone") showPhone(visit);
  else if (button.dataset.act === "fare") askFare(visit);
  else takeTap(button.dataset.act, visit);
}

function onDelay(minutes) {
  tap("delay", null, { value: minutes * 60 });
  toast(minutes ? say("driver-tapped-delay", { minutes }) : say("driver-tapped-on-time"));
}

root.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  if ("act" in button.dataset) onAct(button);
  else if ("delay" in button.dataset) onDelay(Number(button.dataset.delay));
  else if ("close" in button.dataset) button.closest("dialog").close();
});

async function beat() {
  asks += 1;
  await fetchPlan({ whole: asks % WHOLE_PLAN_EVERY === 0 });
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
  if (!plan) return;
  at("clock").textContent = clock(nowS());
  countDown(nowS());
}, 1000);
setInterval(beat, ASK_EVERY_MS);
addEventListener("online", beat);
addEventListener("offline", () => setLink(0));
document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && beat());

thread.begin();
place.begin();
keepPage();
beat();
