// The day as the driver sees it: all runs in one line of time, whoever they are driven for. Pure.

import { halts, isOpen } from "./plan.js";

const FORGOTTEN_S = 20 * 60; // a run without its end tapped no longer holds up what comes after it
const HELD_S = 30 * 60; // what is further off than that was tapped by mistake

/** Tell whether heads are counted on a run, with no bookings to tap. */
export const isCounted = (run) => run.kind === "fixed" || run.kind === "extra";

/** Tell whether a run is called off. */
export const isOff = (run) => run.state === "suspended" || run.state === "not_operated";

/**
 * Return everything still to come, by time: halts of bookings, runs with heads to count, runs without anything.
 * A run that is over is among them while the driver wants to correct it.
 */
export function entries(runs, wanted) {
  const isLeft = (run) => run.state !== "finished" || run.run_id === wanted || run.visits.some(isOpen);
  const found = runs.filter(isLeft).flatMap(entriesOf);
  return found.sort((one, other) => one.second - other.second);
}

function entriesOf(run) {
  if (isOff(run)) return [{ kind: "off", run, second: run.starts_s }];
  if (isCounted(run)) return [{ kind: "counted", run, second: run.starts_s }];
  const open = halts(run.visits);
  if (!open.length) return [{ kind: "idle", run, second: run.starts_s }];
  return open.map((halt) => ({ kind: "halt", run, halt, second: halt[0].planned_s }));
}

/** Return what is to be driven next; a counted run whose end was forgotten lets the others pass. */
export function nextOf(all, nowS, wanted) {
  const acts = all.filter((entry) => entry.kind === "halt" || entry.kind === "counted");
  const chosen = acts.find((entry) => entry.kind === "counted" && entry.run.run_id === wanted);
  const isForgotten = (entry) => entry.kind === "counted" && nowS > entry.run.ends_s + FORGOTTEN_S;
  return chosen || acts.find((entry) => !isForgotten(entry)) || acts[0] || null;
}

/** Return the stop of a line that must not be left yet though everybody is on board, or null. */
export function heldAt(runs, nowS) {
  const done = runs
    .filter((run) => run.kind === "reserved")
    .flatMap((run) => run.visits.filter((visit) => visit.state === "done" && visit.planned_s > nowS && visit.planned_s < nowS + HELD_S));
  return done.sort((one, other) => one.planned_s - other.planned_s)[0] || null;
}

/** Return the persons counted at a stop, or on the whole run: counted(run, {way, category, stop}). */
export function counted(run, { way, category, stop } = {}) {
  const fits = (each) =>
    (!way || each.way === way) && (!category || each.category === category) && (!stop || each.stop_id === stop);
  return run.counts.filter(fits).reduce((sum, each) => sum + each.persons, 0);
}

/** Return how many of a category, or of all, are on board. */
export const aboard = (run, category) => counted(run, { way: "board", category }) - counted(run, { way: "alight", category });

/** Return what is to be paid at a stop: [{category, persons}], fewer than none where too much was recorded. */
export function toPay(run, stop) {
  return run.tariff.categories
    .map(({ code }) => ({ category: code, persons: counted(run, { way: run.paid_on, category: code, stop }) - paidAt(run, code, stop) }))
    .filter(({ persons }) => persons !== 0);
}

const paidAt = (run, category, stop) =>
  run.paid.filter((each) => each.category === category && each.stop_id === stop).reduce((sum, each) => sum + each.persons, 0);

/** Return the zone that who pays at a stop pays, or null when the driver has to say. */
export const zoneAt = (run, call) => (run.paid_on === "board" ? call.board_zone : call.alight_zone);

/** Return the stop shown of a counted run: the one chosen, else the last one counted at, else the first. */
export function shownCall(run, chosen) {
  const at = run.calls.findIndex((call) => call.stop_id === chosen);
  if (at >= 0) return at;
  const last = run.calls.findLastIndex((call) => run.counts.some((each) => each.stop_id === call.stop_id));
  return Math.max(last, 0);
}
