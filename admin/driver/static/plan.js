// The plan as the driver sees it: what the server said, with the taps it has not seen yet laid over it. Pure.

const OPEN = ["planned", "arrived"];

export const isOpen = (visit) => OPEN.includes(visit.state);

/** Return the open visits in halts: visits in a row at one stop are made in one halt. */
export function halts(visits) {
  const found = [];
  for (const visit of visits.filter(isOpen)) {
    const last = found[found.length - 1];
    if (last && last[0].stop_id === visit.stop_id) last.push(visit);
    else found.push([visit]);
  }
  return found;
}

/** Return a copy of the plan with taps carried out. `secondOf` turns a tap's time into a second of the day. */
export function withTaps(plan, taps, secondOf) {
  const copy = structuredClone(plan);
  for (const tap of taps) {
    if (tap.kind === "delay") copy.late_s = tap.value;
    if (RUN_ACTS[tap.kind]) RUN_ACTS[tap.kind](copy, tap);
    const visit = copy.visits.find((each) => each.id === tap.visit_id);
    if (!visit || !ACTS[tap.kind]) continue;
    ACTS[tap.kind](copy, visit, tap, secondOf(tap.happened_at));
    if (!["undo", "fare"].includes(tap.kind)) copy.late_s = 0; // what happens overrules a delay that was reported
  }
  return copy;
}

function setBooking(plan, visit, changes) {
  for (const each of plan.visits) {
    if (each.booking.number === visit.booking.number) Object.assign(each.booking, changes);
  }
}

function arrive(plan, visit, second) {
  const halt = halts(plan.visits).find((each) => each.includes(visit)) || [];
  for (const each of halt.filter((one) => one.state === "planned")) {
    Object.assign(each, { state: "arrived", arrived_s: second });
  }
}

const pairOf = (plan, visit) => plan.visits.filter((each) => each.booking.number === visit.booking.number);

const ACTS = {
  arrived: (plan, visit, _tap, second) => arrive(plan, visit, second),
  boarded(plan, visit, _tap, second) {
    arrive(plan, visit, second);
    Object.assign(visit, { state: "done", done_s: second });
    setBooking(plan, visit, { state: "boarded", received_yen: visit.booking.fare_yen });
  },
  alighted(plan, visit, _tap, second) {
    Object.assign(visit, { state: "done", done_s: second });
    setBooking(plan, visit, { state: "completed" });
  },
  absent(plan, visit, _tap, second) {
    for (const each of pairOf(plan, visit)) Object.assign(each, { state: "skipped", done_s: second });
    setBooking(plan, visit, { state: "no_show" });
  },
  undo(plan, visit) {
    const back = visit.arrived_s === null ? "planned" : "arrived";
    if (visit.state === "arrived") Object.assign(visit, { state: "planned", arrived_s: null });
    else if (visit.kind === "dropoff") {
      visit.state = back;
      setBooking(plan, visit, { state: "boarded" });
    } else {
      for (const each of pairOf(plan, visit)) if (each === visit || each.state === "skipped") each.state = "planned";
      visit.state = back;
      setBooking(plan, visit, { state: "confirmed", received_yen: null });
    }
  },
  fare: (plan, visit, tap) => setBooking(plan, visit, { received_yen: tap.value, paid: "" }),
};

const add = (run, tap, stop_id, way) =>
  run.counts.push({ stop_id, way, category: tap.category, persons: tap.persons });

const RUN_ACTS = {
  count(run, tap) {
    add(run, tap, tap.stop_id, tap.way);
    run.state = "underway";
  },
  exception(run, tap) {
    add(run, tap, tap.stop_id, "board");
    add(run, tap, tap.to_stop_id, "alight");
  },
  take(run, tap) {
    for (const each of tap.payments) run.paid.push({ ...each, stop_id: tap.stop_id, zone: tap.zone, received_yen: 0 });
  },
  finish: (run) => (run.state = "finished"),
  driven: (run, tap) => (run.driven_m = tap.value),
};

/** Tell whether the last tap on a visit that is over can be taken back here. */
export function canUndo(visit) {
  const ends = { pickup: ["boarded", "no_show", "missed"], dropoff: ["completed"] };
  return !isOpen(visit) && ends[visit.kind].includes(visit.booking.state);
}

/** Return the second from which "not here" may be tapped: the rider's time has come, and the vehicle has waited. */
export function absentFrom(plan, visit) {
  return Math.max(visit.arrived_s, visit.booking.window_opens_s) + plan.wait_s;
}
