// Taps that the server has not answered yet. They outlive a reload; nothing in them names or describes a rider.

const KEY = "noriai-outbox";
const KEPT = [
  ...["event_id", "run_id", "kind", "visit_id", "happened_at", "value", "reason", "is_checked", "payments"],
  ...["stop_id", "to_stop_id", "way", "category", "persons", "zone", "text"],
];

let entries = read();

function read() {
  try {
    const kept = JSON.parse(localStorage.getItem(KEY) || "[]");
    return Array.isArray(kept) ? kept.filter((entry) => entry && entry.event_id && entry.kind && entry.happened_at) : [];
  } catch {
    return [];
  }
}

function keep() {
  try {
    // What somebody typed may name people: it lives in memory only.
    localStorage.setItem(KEY, JSON.stringify(entries.filter((entry) => !entry.answered && !entry.text).map(bare)));
  } catch {
    // Storage is full or forbidden: the taps live on in memory.
  }
}

function bare(entry) {
  return Object.fromEntries(KEPT.filter((name) => name in entry).map((name) => [name, entry[name]]));
}

/** Add a tap. */
export function add(entry) {
  entries.push(entry);
  keep();
}

/** Return the taps that still lie over the plan of a run: unanswered, or answered and not in the plan yet. */
export function overlay(run) {
  return entries.filter((entry) => entry.run_id === run);
}

/** Return what is to be sent, the oldest run first, as [run, taps]; null when there is nothing. */
export function nextBatch(most = 50) {
  const waiting = entries.filter((entry) => !entry.answered);
  if (!waiting.length) return null;
  const run = waiting[0].run_id;
  return [run, waiting.filter((entry) => entry.run_id === run).slice(0, most).map(bare)];
}

/** Note that the server has answered a tap; it lies over the plan until the next plan comes, unless it was refused. */
export function answer(eventId, wasTaken) {
  if (wasTaken) entries.filter((entry) => entry.event_id === eventId).forEach((entry) => (entry.answered = performance.now()));
  else entries = entries.filter((entry) => entry.event_id !== eventId);
  keep();
}

/** Forget the taps that a plan holds which was asked for at `askedAt`: those answered before. */
export function settle(askedAt) {
  entries = entries.filter((entry) => !entry.answered || entry.answered > askedAt);
  keep();
}

/** Forget the taps of a run that the server does not let us reach any more; return how many. */
export function drop(run) {
  const before = entries.length;
  entries = entries.filter((entry) => entry.run_id !== run);
  keep();
  return before - entries.length;
}

/** Return how many taps wait for a signal. */
export function waiting() {
  return entries.filter((entry) => !entry.answered).length;
}
