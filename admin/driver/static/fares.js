// How a party pays: one row a person, cash unless the driver says otherwise (T-28, T-29, Q-48, Q-52).

import { make, say } from "./words.js";

const at = (id) => document.getElementById(id);
const HALF = ["child", "discount", "senior"];

let rows = [];
let asked = null;
let isTyped = false;

const fareOf = (tariff, zone, category) => (tariff.fares[zone] || {})[category] || 0;
const nameOf = (list, code) => list.find((each) => each.code === code);

/** Return the cash that a payment brings: the fare, or what a ticket or pass leaves of it. */
export function cashOf(payment, zone, tariff) {
  const each = fareOf(tariff, zone, payment.category);
  if (payment.pay_kind === "cash") return payment.persons * each;
  if (payment.pay_kind === "free") return 0;
  return payment.persons * (each - Math.min(each, worthOf(payment, zone, tariff)));
}

function worthOf(payment, zone, tariff) {
  const soldFor = payment.ticket_zone || zone;
  if (payment.pay_kind === "pass") return fareOf(tariff, soldFor, payment.category);
  const isHalf = (payment.ticket_class || (HALF.includes(payment.category) ? "half" : "full")) === "half";
  return fareOf(tariff, soldFor, isHalf ? "child" : "adult");
}

/** Return what all pay in cash: [{category, persons}] as payments; who pays nothing rides free. */
export function inCash(members, zone, tariff, isChecked) {
  return members.map(({ category, persons }) => ({
    category,
    persons,
    pay_kind: fareOf(tariff, zone, category) ? "cash" : "free",
    ...(isChecked && proofOf(tariff, category) ? { is_checked: true } : {}),
  }));
}

/** Return what the driver is to look at for a category, or nothing. */
export const proofOf = (tariff, category) => nameOf(tariff.categories, category)?.proof || "";

/** Ask how a party pays. `save` gets {payments, value, reason, zone}. */
export function ask({ title, about, members, tariff, zone, received, mayBeFewer, save }) {
  const asksZone = zone === null;
  asked = { tariff, zone: asksZone ? Object.keys(tariff.fares)[0] : zone, members, mayBeFewer, asksZone };
  isTyped = received !== null && received !== undefined;
  rows = members.flatMap(({ category, persons }) =>
    Array.from({ length: persons }, () => ({ category, pay_kind: fareOf(tariff, asked.zone, category) ? "cash" : "free" })),
  );
  at("fare-title").textContent = title;
  at("fare-about").textContent = about;
  at("fare-reason").value = "";
  if (isTyped) at("fare-yen").value = received;
  draw();
  at("fare").returnValue = "close";
  at("fare").showModal();
  at("fare").onclose = () => {
    if (at("fare").returnValue !== "save") return;
    const value = Number(at("fare-yen").value);
    save({ payments: payments(), value, reason: at("fare-reason").value || null, zone: asked.zone });
  };
}

/** Listen to the dialog: its rows are drawn anew when something is chosen. */
export function begin() {
  at("fare-rows").addEventListener("change", (event) => choose(event.target));
  at("fare-rows").addEventListener("input", (event) => {
    if (event.target.dataset.field === "serial") rows[Number(event.target.dataset.row)].serial = event.target.value;
  });
  at("fare-yen").addEventListener("input", () => {
    isTyped = true;
    reckon();
  });
  at("fare-reason").addEventListener("change", reckon);
}

function choose(input) {
  if (input.dataset.field === "zone") asked.zone = input.value;
  else {
    const row = rows[Number(input.dataset.row)];
    row[input.dataset.field] = input.type === "checkbox" ? input.checked : input.value;
    const isFree = !fareOf(asked.tariff, asked.zone, row.category);
    if (row.pay_kind !== "absent" && (isFree || row.pay_kind === "free")) row.pay_kind = isFree ? "free" : "cash";
  }
  isTyped = false;
  draw();
}

function payments() {
  return rows
    .filter((row) => row.pay_kind !== "absent")
    .map((row) => ({
      category: row.category,
      persons: 1,
      pay_kind: row.pay_kind,
      ...(ticketsOf(row) ? { ticket_zone: row.ticket_zone || "", ticket_class: row.ticket_class || "" } : {}),
      ...(row.is_checked ? { is_checked: true } : {}),
      ...(row.pay_kind === "coupon" && Number(row.serial) > 0 ? { serials: [Number(row.serial)] } : {}),
    }));
}

const ticketsOf = (row) => row.pay_kind === "coupon" || row.pay_kind === "pass";

function draw() {
  const focus = document.activeElement && document.activeElement.id;
  at("fare-rows").replaceChildren(...[zoneChoice(), ...rows.map(person)].filter(Boolean));
  if (focus && focus.startsWith("fare-row")) at(focus)?.focus();
  reckon();
}

function reckon() {
  const due = payments().reduce((sum, each) => sum + cashOf(each, asked.zone, asked.tariff), 0);
  if (!isTyped) at("fare-yen").value = due;
  const isOther = Number(at("fare-yen").value) !== due || !isAsBooked();
  at("fare-reason").required = isOther;
  at("fare-due").textContent = say("driver-fare-due", { yen: due });
}

/** Tell whether the rows are the persons that were there at the start. */
function isAsBooked() {
  const now = payments().map((each) => each.category).sort();
  const before = asked.members.flatMap(({ category, persons }) => Array(persons).fill(category)).sort();
  return JSON.stringify(now) === JSON.stringify(before);
}

function zoneChoice() {
  if (!asked.asksZone) return null;
  const options = Object.keys(asked.tariff.fares).map((zone) => [zone, say("driver-zone", { zone })]);
  return field({ id: "fare-row-zone", label: say("driver-zone-choose"), name: "zone", row: "", value: asked.zone, options });
}

function person(row, place) {
  const { tariff } = asked;
  const isFree = !fareOf(tariff, asked.zone, row.category);
  const kinds = isFree ? [] : tariff.pay_kinds.filter(({ code }) => code !== "free");
  const options = isFree ? [["free", say("driver-kind-free")]] : kinds.map(({ code, name }) => [code, name]);
  if (asked.mayBeFewer) options.push(["absent", say("driver-pay-absent")]);
  const proof = row.pay_kind === "pass" ? nameOf(tariff.pay_kinds, "pass").proof : proofOf(tariff, row.category);
  return make(
    "fieldset",
    { cls: "person" },
    make("legend", { text: say("driver-person", { number: place + 1 }) }),
    choiceOf("category", row, place, say("driver-category"), tariff.categories.map(({ code, name }) => [code, name])),
    choiceOf("pay_kind", row, place, say("driver-pay-how"), options),
    ticketsOf(row) && Object.keys(tariff.fares).length > 1 && choiceOf("ticket_zone", row, place, say("driver-ticket-zone"), zoneOptions(row)),
    row.pay_kind === "coupon" && choiceOf("ticket_class", row, place, say("driver-ticket-class"), classOptions()),
    row.pay_kind === "coupon" && serialOf(row, place),
    proof && row.pay_kind !== "absent" && tick(row, place, proof),
  );
}

function zoneOptions(row) {
  const zones = Object.keys(asked.tariff.fares).filter((zone) => zone !== asked.zone);
  const mayTopUp = row.pay_kind === "coupon" || asked.tariff.top_up;
  const fits = (zone) => mayTopUp || fareOf(asked.tariff, zone, row.category) >= fareOf(asked.tariff, asked.zone, row.category);
  return [["", say("driver-zone-same")], ...zones.filter(fits).map((zone) => [zone, say("driver-zone", { zone })])];
}

const classOptions = () => [
  ["", say("driver-ticket-fits")],
  ["full", say("driver-ticket-full")],
  ["half", say("driver-ticket-half")],
];

function choiceOf(name, row, place, label, options) {
  const id = `fare-row-${place}-${name}`;
  return field({ id, label, name, row: place, value: row[name] || options[0][0], options });
}

function field({ id, label, name, row, value, options }) {
  const choice = make(
    "select",
    { id, "data-field": name, "data-row": row },
    ...options.map(([code, text]) => make("option", { value: code, text, selected: code === value })),
  );
  return make("p", { cls: "field" }, make("label", { for: id, text: label }), choice);
}

function serialOf(row, place) {
  const id = `fare-row-${place}-serial`;
  const input = make("input", { id, inputmode: "numeric", autocomplete: "off", "data-field": "serial", "data-row": place });
  input.value = row.serial || "";
  return make("p", { cls: "field" }, make("label", { for: id, text: say("driver-ticket-serial") }), input);
}

function tick(row, place, text) {
  const id = `fare-row-${place}-check`;
  const box = make("input", { id, type: "checkbox", "data-field": "is_checked", "data-row": place });
  box.checked = Boolean(row.is_checked);
  return make("p", { cls: "tick" }, box, make("label", { for: id, text }));
}
