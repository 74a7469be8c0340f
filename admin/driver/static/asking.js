// What the desk or the town must know from a run, in few taps: left behind, damage, kilometres, an exception; the map.

import { isOff } from "./day.js";
import { make, say } from "./words.js";

const at = (id) => document.getElementById(id);
const MOST_LEFT = 4;
const LINE = 23;
const SVG = "http://www.w3.org/2000/svg";

function open(title, ...parts) {
  at("ask-title").textContent = title;
  at("ask-body").replaceChildren(...parts.filter(Boolean));
  at("ask").showModal();
}

const close = () => at("ask").close();

/** Ask who was left behind, or turned away: the second tap names destination and persons at once (T-22, Q-44). */
export function askLeft(run, stop, send, question = "driver-left-ask") {
  const from = run.calls.findIndex((call) => call.stop_id === stop);
  const ends = run.calls.slice(from + 1).filter((call) => call.may_alight);
  open(
    say(question, { stop: run.calls[from].stop }),
    make(
      "ul",
      { cls: "ends" },
      ...ends.map((call) =>
        make("li", {}, make("span", { cls: "name", text: call.stop }), ...persons((count) => send(call.stop_id, count), call.stop)),
      ),
    ),
  );
}

function persons(choose, stop) {
  return Array.from({ length: MOST_LEFT }, (_, place) => {
    const text = say("driver-left-persons", { persons: place + 1 });
    const button = make("button", { cls: "second", text, "aria-label": `${stop} ${text}` });
    button.addEventListener("click", () => {
      close();
      choose(place + 1);
    });
    return button;
  });
}

/** Ask what is wrong with the sign of a stop (T-50). */
export function askDamage(run, stop, send) {
  const stops = run.calls.length ? run.calls : run.visits;
  const where = select("damage-stop", say("driver-damage-stop"), unique(stops).map((each) => [each.stop_id, each.stop]), stop);
  const line = make("input", { id: "damage-text", maxlength: "500", autocomplete: "off", "aria-describedby": "damage-note" });
  const chosen = (text) => () => {
    close();
    send(Number(at("damage-stop").value), [text, at("damage-text").value].filter(Boolean).join(" "));
  };
  const kinds = ["fallen", "broken", "snow", "gone", "other"].map((kind) => {
    const text = say(`driver-damage-${kind}`);
    const button = make("button", { cls: "second", text });
    button.addEventListener("click", chosen(text));
    return button;
  });
  open(
    say("driver-damage"),
    ...where,
    make("label", { for: "damage-text", text: say("driver-damage-text") }),
    line,
    make("p", { id: "damage-note", cls: "note", text: say("driver-messages-private") }),
    make("div", { cls: "acts" }, ...kinds),
  );
}

const unique = (stops) => [...new Map(stops.map((each) => [each.stop_id, each])).values()];

/** Ask how far the vehicle was driven on each duty of the day (T-44). */
export function askDriven(runs, send) {
  const duties = [...new Map(runs.filter((run) => !isOff(run)).map((run) => [run.duty_id, run])).values()];
  const fields = duties.flatMap((run) => {
    const id = `driven-${run.duty_id}`;
    const input = make("input", { id, type: "number", inputmode: "decimal", min: "0", max: "999", step: "0.1" });
    input.value = run.driven_m === null ? "" : run.driven_m / 1000;
    return [make("label", { for: id, text: say("driver-driven-km", { service: run.service }) }), input];
  });
  const save = make("button", { text: say("driver-driven-save") });
  save.addEventListener("click", () => {
    const typed = duties.filter((run) => at(`driven-${run.duty_id}`).value !== "");
    if (typed.some((run) => !at(`driven-${run.duty_id}`).reportValidity())) return;
    close();
    for (const run of typed) send(run, Math.round(Number(at(`driven-${run.duty_id}`).value) * 1000));
  });
  open(say("driver-driven"), ...fields, make("div", { cls: "acts" }, save));
}

/** Ask who is carried without a booking, and why: an exception is listed in the reports (T-14). */
export function askException(run, send) {
  const calls = (way) => run.calls.filter((call) => call[way]).map((call) => [call.stop_id, `${call.time} ${call.stop}`]);
  const reasons = ["desk", "stranded", "emergency"].map((code) => [code, say(`driver-exception-${code}`)]);
  const save = make("button", { text: say("driver-exception-save") });
  save.addEventListener("click", () => {
    if (!at("exception-reason").reportValidity()) return;
    close();
    send({
      stop_id: Number(at("exception-from").value),
      to_stop_id: Number(at("exception-to").value),
      category: at("exception-category").value,
      persons: Number(at("exception-persons").value),
      reason: at("exception-reason").value,
    });
  });
  const reason = select("exception-reason", say("driver-exception-reason"), [["", ""], ...reasons]);
  reason[1].required = true;
  open(
    say("driver-exception"),
    make("p", { cls: "note", text: say("driver-exception-note") }),
    ...select("exception-from", say("driver-exception-from"), calls("may_board")),
    ...select("exception-to", say("driver-exception-to"), calls("may_alight").reverse()),
    ...select("exception-category", say("driver-category"), run.tariff.categories.map(({ code, name }) => [code, name])),
    ...select("exception-persons", say("driver-exception-persons"), [1, 2, 3, 4].map((count) => [count, String(count)])),
    ...reason,
    make("div", { cls: "acts" }, save),
  );
}

function select(id, label, options, value) {
  const made = make("select", { id }, ...options.map(([code, text]) => make("option", { value: code, text, selected: code === value })));
  return [make("label", { for: id, text: label }), made];
}

/** Ask whether who is still counted as on board got off at the last stop (T-40). */
export function askCounts(run, { boarded, alighted, persons }, send) {
  const last = run.calls[run.calls.length - 1];
  const all = make("button", { text: say("driver-check-off", { persons, stop: last.stop }) });
  all.addEventListener("click", () => {
    close();
    send();
  });
  const look = make("button", { cls: "second", text: say("driver-check-look") });
  look.addEventListener("click", close);
  open(
    say("driver-check"),
    make("p", { text: say("driver-check-counts", { boarded, alighted }) }),
    make("div", { cls: "acts" }, persons > 0 && all, look),
  );
}

/** Show the way of a run: its stops in their order, the notes of the road, and where the vehicle is (T-55). */
export function showMap(run, stop) {
  const calls = run.calls;
  open(say("driver-map"), drawing(calls, stop), notes(calls));
}

function notes(calls) {
  const noted = calls.filter((call) => call.note);
  if (!noted.length) return make("p", { text: say("driver-map-no-notes") });
  return make(
    "ul",
    { cls: "notes" },
    ...noted.map((call) => make("li", {}, make("strong", { text: call.stop }), make("span", { text: ` ${call.note}` }))),
  );
}

function drawing(calls, stop) {
  const lats = calls.map((call) => call.lat);
  const lons = calls.map((call) => call.lon);
  const [north, west] = [Math.max(...lats), Math.min(...lons)];
  const squeeze = Math.cos((north * Math.PI) / 180);
  const wide = Math.max((Math.max(...lons) - west) * squeeze, 0.0001);
  const high = Math.max(north - Math.min(...lats), 0.0001);
  const scale = 560 / Math.max(wide, high);
  const spot = (call) => [40 + (call.lon - west) * squeeze * scale, 40 + (north - call.lat) * scale];
  const picture = svg("svg", { viewBox: `0 0 ${wide * scale + 240} ${high * scale + 80}`, role: "img", "aria-label": say("driver-map"), class: "way-map" });
  picture.append(svg("polyline", { points: calls.map((call) => spot(call).join(",")).join(" "), class: "road" }));
  const lines = apart(calls.map((call) => spot(call)[1] + 6));
  calls.forEach((call, place) => {
    const [x, y] = spot(call);
    const mark = svg("circle", { cx: x, cy: y, r: 11, class: [call.stop_id === stop && "here", call.note && "noted"].filter(Boolean).join(" ") });
    const name = svg("text", { x: x + 18, y: lines[place] });
    name.textContent = `${place + 1} ${call.stop}`;
    picture.append(mark, name);
  });
  return picture;
}

/** Return heights of lines moved apart so that none covers another, in the order they came. */
function apart(heights) {
  const moved = [...heights];
  const down = heights.map((_, place) => place).sort((one, other) => heights[one] - heights[other]);
  down.forEach((place, number) => {
    if (number) moved[place] = Math.max(heights[place], moved[down[number - 1]] + LINE);
  });
  return moved;
}

function svg(tag, attributes) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
}
