// Keeps the terminal's page, script and style for when there is no signal. Never a plan, never an answer of the API.

const STORE = "noriai-terminal-1";
const WAIT_MS = 4000;

const isKept = (url) => url.pathname.startsWith("/driver/run/") || url.pathname.startsWith("/driver/static/");

self.addEventListener("install", () => self.skipWaiting());

self.addEventListener("activate", (event) => event.waitUntil(clean().then(() => self.clients.claim())));

async function clean() {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name !== STORE).map((name) => caches.delete(name)));
}

self.addEventListener("message", (event) => {
  if (event.data && Array.isArray(event.data.keep)) event.waitUntil(keepAll(event.data.keep));
});

async function keepAll(paths) {
  const store = await caches.open(STORE);
  await Promise.all(paths.map((path) => fetchAndKeep(store, path).catch(() => {})));
}

self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (event.request.method === "GET" && url.origin === self.location.origin && isKept(url)) {
    event.respondWith(newestOrKept(event.request));
  }
});

async function newestOrKept(request) {
  const store = await caches.open(STORE);
  const path = new URL(request.url).pathname;
  const kept = await store.match(path);
  if (!kept) return fetchAndKeep(store, request);
  const late = new Promise((resolve) => setTimeout(() => resolve(kept), WAIT_MS));
  return Promise.race([fetchAndKeep(store, request).catch(() => kept), late]);
}

async function fetchAndKeep(store, request) {
  const answer = await fetch(request);
  const path = new URL(answer.url || request.url, self.location.origin).pathname;
  // A page that led to the sign-in is shown, not kept.
  if (answer.ok && !answer.redirected) await store.put(path, answer.clone());
  return answer;
}
