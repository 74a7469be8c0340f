// Sheets that slide up inside a phone: places, stickers, date and time, a phone call, the phone's own menu.

import { button, el, t } from "./dom.js";
import { PACKAGE, STICKERS } from "./messages.js";

const INPUT = { date: "date", time: "time", datetime: "datetime-local" };

export class Sheet {
  constructor(holder) {
    this.holder = holder;
    this.before = null;
    holder.addEventListener("keydown", (event) => {
      if (event.key === "Escape") this.close();
    });
    holder.addEventListener("click", (event) => {
      if (event.target === holder) this.close();
    });
  }

  open(title, ...parts) {
    if (this.holder.hidden) this.before = document.activeElement;
    const heading = el("h2", { text: title });
    const close = button(t("sim-close"), () => this.close(), { className: "quiet" });
    const panel = el("div", {
      className: "sheet-panel",
      attrs: { role: "dialog", "aria-modal": "true", "aria-label": title },
    });
    panel.append(el("div", { className: "sheet-head" }, heading, close), ...parts);
    this.holder.replaceChildren(panel);
    this.holder.hidden = false;
    this.quieten(true);
    (panel.querySelector("[data-first]") ?? close).focus();
  }

  // Nothing under an open sheet can be reached, by keyboard either.
  quieten(inert) {
    for (const part of this.holder.parentElement.children) if (part !== this.holder) part.inert = inert;
  }

  close() {
    this.holder.hidden = true;
    this.quieten(false);
    this.holder.replaceChildren();
    if (this.before?.isConnected) this.before.focus();
  }
}

export function openMore(sheet, phone) {
  const choices = [
    button(t("sim-send-place"), () => openPlaces(sheet, phone), { attrs: { "data-first": "" } }),
    button(t("sim-send-sticker"), () => openStickers(sheet, phone)),
    button(t("sim-send-photo"), () => phone.choosePhoto()),
  ];
  sheet.open(t("sim-more"), el("div", { className: "choices" }, ...choices));
}

export function openStickers(sheet, phone) {
  const choices = STICKERS.map((sticker) => {
    const send = () => {
      sheet.close();
      phone.send("sticker", { packageId: PACKAGE, stickerId: sticker.id, keyword: t(sticker.key) });
    };
    return el(
      "button",
      { type: "button", className: "sticker", on: { click: send } },
      el("span", { className: "face", text: sticker.face, attrs: { "aria-hidden": "true" } }),
      el("span", { text: t(sticker.key) }),
    );
  });
  sheet.open(t("sim-send-sticker"), el("div", { className: "choices three" }, ...choices));
}

export function openPlaces(sheet, phone, quickReplyOf) {
  const send = (place) => {
    sheet.close();
    phone.send("locate", place, quickReplyOf);
  };
  const list = phone.places.map((place) =>
    button(place.name, () => send({ latitude: place.lat, longitude: place.lon, title: place.name })),
  );
  const field = (name, label) =>
    el(
      "label",
      { text: label },
      el("input", { name, type: "number", step: "any", required: true, inputMode: "decimal" }),
    );
  const form = el(
    "form",
    { className: "free-place" },
    field("latitude", t("sim-latitude")),
    field("longitude", t("sim-longitude")),
    el("button", { type: "submit", text: t("sim-send") }),
  );
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    send({ latitude: Number(form.elements.latitude.value), longitude: Number(form.elements.longitude.value) });
  });
  const named = el("div", { className: "choices places", tabIndex: 0, attrs: { "data-first": "" } }, ...list);
  named.setAttribute("role", "group");
  named.setAttribute("aria-label", t("sim-send-place"));
  sheet.open(t("sim-send-place"), named, el("p", { className: "hint", text: t("sim-free-place") }), form);
}

export function openPicker(sheet, phone, action, more) {
  const input = el("input", { type: INPUT[action.mode], required: true, attrs: { "data-first": "" } });
  for (const [name, bound] of [["min", action.min], ["max", action.max]]) if (bound) input[name] = bound.toUpperCase();
  input.value = (action.initial ?? action.min ?? "").toUpperCase();
  input.setAttribute("aria-label", action.label ?? t("sim-choose"));
  const form = el("form", { className: "picker" }, input, el("button", { type: "submit", text: t("sim-send") }));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    sheet.close();
    phone.send("tap", { action, chosen: input.value, ...more });
  });
  sheet.open(action.label ?? t("sim-choose"), form);
}

export function openCall(sheet, uri) {
  const number = decodeURIComponent(uri.slice("tel:".length));
  sheet.open(
    t("sim-call"),
    el("p", { className: "call-number", text: number }),
    el("p", { className: "hint", text: t("sim-call-hint") }),
    el("div", { className: "choices" }, button(t("sim-hang-up"), () => sheet.close(), { attrs: { "data-first": "" } })),
  );
}

export function openSettings(sheet, phone) {
  const sizes = ["small", "middle", "large", "huge"].map((size) =>
    button(t(`sim-letters-${size}`), () => phone.setLetters(size), {
      attrs: { "aria-pressed": String(phone.letters === size) },
    }),
  );
  const blocking = phone.resident.blocking;
  const friendship = button(t(blocking ? "sim-unblock" : "sim-block"), () => {
    sheet.close();
    phone.send(blocking ? "unblock" : "block", {});
  });
  const leave = button(t("sim-put-away"), () => phone.putAway());
  sheet.open(
    t("sim-settings"),
    el("p", { className: "hint", text: t("sim-letters") }),
    el("div", { className: "choices four" }, ...sizes),
    el("div", { className: "choices" }, friendship, leave),
  );
}
