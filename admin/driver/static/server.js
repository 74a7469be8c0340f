// Talking to the server: one place for the token, time-outs and what "no signal" is.

import { leave } from "./empty.js";

const TIMEOUT_MS = 8000;
let csrf = document.querySelector('meta[name="csrf-token"]').content;

/** Use the token that came with the newest plan: the page itself may be an old copy from the cache. */
export function useToken(token) {
  csrf = token;
}

/** Return {status, body}; status 0 means that the server was not reached. */
export async function ask(path, body) {
  const options = { headers: { Accept: "application/json" }, cache: "no-store", credentials: "same-origin" };
  if (body !== undefined) {
    options.method = "POST";
    options.headers["Content-Type"] = "application/json";
    options.headers["X-CSRFToken"] = csrf;
    options.body = JSON.stringify(body);
  }
  const timer = new AbortController();
  const timeout = setTimeout(() => timer.abort(), TIMEOUT_MS);
  try {
    const answer = await fetch(path, { ...options, signal: timer.signal });
    const type = answer.headers.get("Content-Type") || "";
    const said = { status: answer.status, body: type.includes("json") ? await answer.json() : null };
    if (said.status === 401) await leave({ everything: Boolean(said.body && said.body.empty) });
    return said;
  } catch {
    return { status: 0, body: null };
  } finally {
    clearTimeout(timeout);
  }
}
