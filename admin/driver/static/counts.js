// A run on which heads are counted: one stop at a time, large buttons, what is to be paid here, the way ahead (Q-55).

import { aboard, counted, shownCall, toPay, zoneAt } from "./day.js";
import { cashOf, inCash, proofOf } from "./fares.js";
import { make, say } from "./words.js";

/** Return the card of a counted run. `chosen` is the stop the driver chose, `checked` where proofs were seen. */
export function countedCard(run, { chosen, checked }) {
  const place = shownCall(run, chosen);
  const call = run.calls[place];
  if (!call) return make("div", { cls: "halt" }, make("p", { cls: "run-title", text: `${run.about} ${run.title}` }));
  const next = run.calls[place + 1];
  return make(
    "div",
    { cls: "halt counted", "data-run": run.run_id },
    make("p", { cls: "run-title", text: `${run.about} ${run.title}` }),
    make("p", { cls: "time", text: call.time || say("driver-extra-soon") }),
    make("p", { cls: "stop", text: call.stop }),
    next && call.time_s !== null && make("p", { cls: "leave", "data-leave": call.time_s }),
    make("p", { cls: "count", text: onBoard(run, place) }),
    call.note && make("p", { cls: "road-note", text: call.note }),
    call.marker && make("p", { cls: "marker", text: call.marker }),
    heads(run, call, !next),
    payHere(run, call, checked),
    next
      ? act("stop", run, { cls: "arrive", text: say("driver-next-stop", { stop: next.stop, time: next.time }), stop: next.stop_id })
      : act("finish", run, { cls: "arrive", text: say("driver-finish") }),
    sideActs(run, call),
    way(run, place),
  );
}

function onBoard(run, place) {
  const persons = aboard(run);
  const said = [
    say("driver-place", { number: place + 1, all: run.calls.length }),
    say("driver-aboard", { persons, seats: run.seats }),
  ];
  if (persons > run.seats) said.push(say("driver-over-seats"));
  return said.join(" / ");
}

function heads(run, call, isLast) {
  const ways = [call.may_board && "board", call.may_alight && "alight"].filter(Boolean);
  const left = aboard(run);
  return make(
    "div",
    { cls: "heads" },
    ...ways.map((way) =>
      make(
        "section",
        { cls: `way ${way}`, "aria-label": say(`driver-${way}-count`) },
        make("h3", { text: say(`driver-${way}-count`) }),
        ...run.tariff.categories
          .filter(({ code }) => way === "board" || aboard(run, code) > 0 || counted(run, { way, category: code, stop: call.stop_id }))
          .map((category) => head(run, call, way, category)),
        way === "alight" && !left && make("p", { cls: "empty", text: say("driver-nobody-aboard") }),
        way === "alight" && left > 0 && act("all-off", run, { cls: "second", text: say(isLast ? "driver-all-off-last" : "driver-all-off", { persons: left }), stop: call.stop_id }),
      ),
    ),
  );
}

function head(run, call, way, { code, name }) {
  const persons = counted(run, { way, category: code, stop: call.stop_id });
  const about = `${say(`driver-${way}-count`)} ${name}`;
  const mayAdd = way === "board" || aboard(run, code) > 0;
  return make(
    "div",
    { cls: "head" },
    make("span", { cls: "category", text: name }),
    step(run, call, way, code, -1, `${about} −1`, persons > 0),
    make("output", { cls: "persons", text: String(persons), "aria-label": `${about} ${persons}` }),
    step(run, call, way, code, 1, `${about} +1`, mayAdd),
  );
}

function step(run, call, way, category, by, label, isOn) {
  return make("button", {
    cls: by > 0 ? "step more" : "step second",
    text: by > 0 ? "+" : "−",
    "aria-label": label,
    disabled: !isOn,
    "data-do": "count",
    "data-run": run.run_id,
    "data-stop": call.stop_id,
    "data-way": way,
    "data-category": category,
    "data-by": by,
    "data-key": `count-${run.run_id}-${call.stop_id}-${way}-${category}-${by}`,
  });
}

function payHere(run, call, checked) {
  const due = toPay(run, call.stop_id);
  if (!due.length) return null;
  const over = due.filter(({ persons }) => persons < 0);
  if (over.length) {
    return make("div", { cls: "pay" }, make("p", { cls: "fare", text: say("driver-pay-over", { parties: parties(run, over.map(({ category, persons }) => ({ category, persons: -persons }))) }) }), act("pay-back", run, { cls: "second", text: say("driver-pay-back"), stop: call.stop_id }));
  }
  const zone = zoneAt(run, call);
  const proofs = [...new Set(due.map(({ category }) => proofOf(run.tariff, category)).filter(Boolean))];
  const key = `${run.run_id}-${call.stop_id}`;
  const cash = zone === null ? null : inCash(due, zone, run.tariff).reduce((sum, each) => sum + cashOf(each, zone, run.tariff), 0);
  return make(
    "div",
    { cls: "pay" },
    make("p", { cls: "fare", text: say("driver-pay-here", { parties: parties(run, due) }) }),
    proofs.length > 0 && proofTick(`check-${key}`, key, proofs.join(" / "), checked.has(key)),
    make(
      "div",
      { cls: "acts" },
      cash !== null && act("pay-cash", run, { cls: "main", text: say(cash ? "driver-pay-cash" : "driver-pay-nothing", { yen: cash }), stop: call.stop_id }),
      act("pay-other", run, { cls: "second", text: say("driver-pay-other"), stop: call.stop_id }),
    ),
  );
}

const parties = (run, list) =>
  list.map(({ category, persons }) => say("driver-head", { category: categoryName(run, category), persons })).join("・");

/** Return the words of a fare category. */
export const categoryName = (run, code) => run.tariff.categories.find((each) => each.code === code)?.name || code;

/** Return a box to tick that a proof was seen (T-29). */
export function proofTick(id, key, text, isChecked) {
  const box = make("input", { id, type: "checkbox", "data-proof": key, "data-key": id });
  box.checked = isChecked;
  return make("p", { cls: "tick" }, box, make("label", { for: id, text }));
}

function sideActs(run, call) {
  return make(
    "div",
    { cls: "acts side" },
    run.kind === "fixed" && call.may_board && act("left", run, { cls: "second", text: say("driver-left"), stop: call.stop_id }),
    act("map", run, { cls: "quiet", text: say("driver-map"), stop: call.stop_id }),
    act("damage", run, { cls: "quiet", text: say("driver-damage"), stop: call.stop_id }),
    run.calls[run.calls.length - 1] !== call && act("finish", run, { cls: "quiet", text: say("driver-finish") }),
  );
}

/** Return a button that does something with a run. */
export function act(name, run, { cls, text, stop = "" }) {
  return make("button", { cls, text, "data-do": name, "data-run": run.run_id, "data-stop": stop, "data-key": `${name}-${run.run_id}-${stop}` });
}

function way(run, place) {
  return make(
    "ol",
    { cls: "way-ahead" },
    ...run.calls.map((call, number) => {
      const up = counted(run, { way: "board", stop: call.stop_id });
      const off = counted(run, { way: "alight", stop: call.stop_id });
      const said = [up && say("driver-way-up", { persons: up }), off && say("driver-way-off", { persons: off })].filter(Boolean);
      const button = act("stop", run, { cls: number === place ? "quiet here" : "quiet", text: "", stop: call.stop_id });
      button.dataset.key = `way-${run.run_id}-${call.stop_id}`;
      if (number === place) button.setAttribute("aria-current", "step");
      button.append(
        make("span", { cls: "time", text: call.time }),
        make("span", { cls: "name", text: call.stop }),
        make("span", { cls: "said", text: said.join(" ") }),
      );
      return make("li", {}, button, call.note && make("p", { cls: "road-note", text: call.note }));
    }),
  );
}
