// The thread with the desk. Lines that wait for a signal stay in memory: they may name people, so nothing is stored.

import { ask } from "./server.js";
import { freshId, make, say } from "./words.js";

const at = (id) => document.getElementById(id);
const vehicle = at("terminal").dataset.vehicle;
const base = `/api/v1/driver/vehicles/${vehicle}/messages`;

let lines = [];
let unsent = [];
let drawn = "";

/** Listen to the dialog. */
export function begin() {
  at("open-messages").addEventListener("click", open);
  at("write").addEventListener("submit", (event) => {
    event.preventDefault();
    send(at("line").value);
    at("line").value = "";
  });
  for (const reply of document.querySelectorAll("[data-quick]")) {
    reply.addEventListener("click", () => send(reply.textContent));
  }
}

function open() {
  at("messages").showModal();
  draw();
  scrollDown();
  markRead();
}

async function send(text) {
  if (!text.trim()) return;
  unsent.push({ message_id: freshId(), text: text.trim() });
  draw();
  scrollDown();
  await refresh();
}

/** Send what waits, and fetch the thread. */
export async function refresh() {
  for (const line of [...unsent]) {
    const { status, body } = await ask(base, line);
    if (status === 201) unsent = unsent.filter((each) => each !== line);
    else if (status === 409) line.failed = (body && body.detail) || say("driver-messages-failed");
    else break;
  }
  const { status, body } = await ask(`${base}?partial=1`);
  if (status !== 200) return;
  lines = body.messages;
  draw();
  if (at("messages").open) markRead();
}

const unread = () => lines.filter((line) => !line.from_driver && !line.read);

async function markRead() {
  const news = unread();
  if (!news.length) return;
  const { status } = await ask(`${base}/read`, { up_to: news[news.length - 1].id });
  if (status === 204) {
    for (const line of news) line.read = true;
    draw();
  }
}

function draw() {
  const now = JSON.stringify([lines, unsent]);
  if (now === drawn) return;
  const isAtEnd = at("thread").scrollTop + at("thread").clientHeight >= at("thread").scrollHeight - 40;
  drawn = now;
  const badge = at("unread");
  badge.hidden = !unread().length;
  badge.textContent = unread().length ? say("driver-messages-unread", { count: unread().length }) : "";
  const shown = [...lines.map(sentLine), ...unsent.map(waitingLine)];
  at("thread").replaceChildren(...(shown.length ? shown : [make("li", { cls: "empty", text: say("driver-messages-none") })]));
  if (isAtEnd) scrollDown();
}

function sentLine(line) {
  const read = line.from_driver && line.read ? ` ${say("driver-messages-read")}` : "";
  return bubble(line.from_driver, line.text, `${line.time}${read}`);
}

const waitingLine = (line) => bubble(true, line.text, line.failed || say("driver-messages-sending"));

function bubble(isMine, text, foot) {
  return make(
    "li",
    { cls: isMine ? "line mine" : "line" },
    make("span", { cls: "from", text: say(isMine ? "driver-messages-you" : "driver-messages-desk") }),
    make("span", { cls: "bubble", text }),
    make("span", { cls: "foot-note", text: foot }),
  );
}

function scrollDown() {
  at("thread").scrollTop = at("thread").scrollHeight;
}
