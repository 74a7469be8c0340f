// Draws one bubble, whatever kind of message it holds.

import { button, el, hour, linked, t } from "./dom.js";
import { drawFlex, picture } from "./flex.js";

// Our own stickers: the platform's pictures belong to others.
export const STICKERS = [
  { id: "1988", key: "sim-sticker-ok", face: "(^-^)b" },
  { id: "1989", key: "sim-sticker-thanks", face: "m(_ _)m" },
  { id: "1990", key: "sim-sticker-please", face: "(^人^)" },
  { id: "1991", key: "sim-sticker-hello", face: "(^o^)/" },
  { id: "1992", key: "sim-sticker-trouble", face: "(>_<)" },
  { id: "1993", key: "sim-sticker-bye", face: "(-_-)zzz" },
];
export const PACKAGE = "446";

// What a notification says of a message.
export function summary(message) {
  if (message.altText) return message.altText;
  if (message.text) return plain(message);
  if (message.type === "location") return message.title ?? t("sim-place");
  return t(message.type === "sticker" ? "sim-sticker" : "sim-picture");
}

function plain(message) {
  if (message.type !== "textV2") return message.text;
  return message.text.replace(/\{\{|\}\}|\{\w+\}/g, (found) => ({ "{{": "{", "}}": "}" })[found] ?? "☆");
}

function drawText(message) {
  return el("div", { className: "balloon words" }, linked(plain(message)));
}

function drawSticker(message) {
  const known = STICKERS.find((each) => each.id === message.stickerId && message.packageId === PACKAGE);
  return el(
    "div",
    { className: "sticker" },
    el("span", { className: "face", text: known?.face ?? "(^-^)", attrs: { "aria-hidden": "true" } }),
    el("span", { text: known ? t(known.key) : t("sim-sticker") }),
  );
}

function drawPhoto(message, number) {
  const own = message.contentProvider?.type === "line";
  const made = own
    ? el("img", { src: `api/photos/${number}`, alt: t("sim-picture") })
    : picture(message.previewImageUrl ?? message.originalContentUrl ?? "", t("sim-picture"));
  return el("div", { className: "balloon photo" }, made);
}

function drawLocation(message) {
  const { latitude, longitude } = message;
  const map = `https://www.openstreetmap.org/?mlat=${latitude}&mlon=${longitude}#map=17/${latitude}/${longitude}`;
  return el(
    "a",
    { className: "balloon location", href: map, target: "_blank", rel: "noopener noreferrer" },
    el("span", { className: "pin", attrs: { "aria-hidden": "true" } }),
    el("span", { className: "location-title", text: message.title ?? t("sim-place") }),
    el("span", {
      className: "location-address",
      text: message.address ?? `${latitude.toFixed(5)}, ${longitude.toFixed(5)}`,
    }),
  );
}

function templateCard(part, onTap, beside = false) {
  const actions = (part.actions ?? []).map((action) => button(action.label, () => onTap(action)));
  return el(
    "div",
    { className: "template" },
    part.thumbnailImageUrl ? el("div", { className: "template-image" }, picture(part.thumbnailImageUrl)) : null,
    el(
      "div",
      { className: "template-words" },
      part.title ? el("strong", { text: part.title }) : null,
      el("p", { text: part.text }),
    ),
    el("div", { className: beside ? "template-actions pair" : "template-actions" }, ...actions),
  );
}

function drawTemplate(message, onTap) {
  const template = message.template;
  if (template.type === "buttons") return templateCard(template, onTap);
  if (template.type === "confirm") return templateCard(template, onTap, true);
  const row = el("div", { className: "carousel", tabIndex: 0, attrs: { role: "group", "aria-label": message.altText } });
  const cards = template.columns.map((column) =>
    template.type === "carousel"
      ? templateCard(column, onTap)
      : el(
          "div",
          { className: "template" },
          el("div", { className: "template-image" }, picture(column.imageUrl)),
          el(
            "div",
            { className: "template-actions" },
            button(column.action.label ?? t("sim-choose"), () => onTap(column.action)),
          ),
        ),
  );
  row.append(...cards);
  return row;
}

function drawContent(entry, onTap) {
  const message = entry.message;
  switch (message.type) {
    case "text":
    case "textV2":
      return drawText(message);
    case "sticker":
      return drawSticker(message);
    case "location":
      return drawLocation(message);
    case "template":
      return drawTemplate(message, onTap);
    case "flex":
      return drawFlex(message.contents, message.altText, onTap);
    default:
      return drawPhoto(message, entry.number);
  }
}

function drawOwn(entry, onUnsend) {
  const read = el("span", { className: "read", text: t("sim-read"), hidden: true });
  const undo = button(t("sim-unsend"), () => onUnsend(entry.number), { className: "unsend" });
  const beside = el("span", { className: "beside" }, read, el("time", { text: hour(entry.at) }), undo);
  return el("div", { className: "row own" }, beside, drawContent(entry, () => {}));
}

function drawTheirs(entry, account, onTap) {
  const sender = entry.message.sender?.name;
  const name = sender ? `${sender} · ${account}` : account;
  const face = el("span", { className: "avatar", text: name.slice(0, 1), attrs: { "aria-hidden": "true" } });
  const content = drawContent(entry, onTap);
  return el(
    "div",
    { className: "row theirs" },
    face,
    el(
      "div",
      { className: "column" },
      el("span", { className: "sender", text: name }),
      el("div", { className: "with-time" }, content, el("time", { className: "beside", text: hour(entry.at) })),
    ),
  );
}

export function drawEntry(entry, { account, onTap, onUnsend }) {
  if (entry.unsent) return el("p", { className: "note-line", text: t("sim-unsent") });
  if (entry.from === "resident") return drawOwn(entry, onUnsend);
  return drawTheirs(entry, account, onTap);
}
