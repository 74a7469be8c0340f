// Makes elements. Every text goes in as text: nothing on this page is ever parsed as HTML.

let words = {};

export function learn(texts) {
  words = texts;
}

export function t(key) {
  return words[key] ?? key;
}

export function el(tag, options = {}, ...children) {
  const made = document.createElement(tag);
  const { text, on, attrs, style, ...properties } = options;
  Object.assign(made, properties);
  if (text !== undefined) made.textContent = text;
  for (const [name, value] of Object.entries(attrs ?? {})) made.setAttribute(name, value);
  for (const [name, value] of Object.entries(style ?? {})) {
    if (value !== undefined && value !== null) made.style.setProperty(name, value);
  }
  for (const [name, listener] of Object.entries(on ?? {})) made.addEventListener(name, listener);
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}

export function button(label, onClick, options = {}) {
  return el("button", { type: "button", text: label, on: { click: onClick }, ...options });
}

const LINK = /(https?:\/\/[^\s<>"「」、。)）]+)/g;

// Text with its web addresses as links; line breaks are kept by the style sheet.
export function linked(text) {
  const parts = text.split(LINK).map((part) =>
    /^https?:\/\//.test(part)
      ? el("a", { href: part, target: "_blank", rel: "noopener noreferrer", text: part })
      : document.createTextNode(part),
  );
  const all = document.createDocumentFragment();
  all.append(...parts);
  return all;
}

export async function ask(path, options = {}) {
  const response = await fetch(`api/${path}`, { cache: "no-store", ...options });
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.message ?? String(response.status));
  return answer;
}

export function post(path, body = {}) {
  const headers = { "content-type": "application/json" };
  return ask(path, { method: "POST", headers, body: JSON.stringify(body) });
}

const ZONE = { timeZone: "Asia/Tokyo" };
const HOUR = new Intl.DateTimeFormat("ja-JP", { ...ZONE, hour: "2-digit", minute: "2-digit" });
const language = document.documentElement.lang;
const DAY = new Intl.DateTimeFormat(language, { ...ZONE, month: "long", day: "numeric", weekday: "short" });

export function hour(moment) {
  return HOUR.format(new Date(moment));
}

export function day(moment) {
  return DAY.format(new Date(moment));
}
