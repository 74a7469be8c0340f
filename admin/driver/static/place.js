// Where the vehicle is, every half minute, when the tablet knows and the driver allows it.

import { ask } from "./server.js";
import { say } from "./words.js";

const EVERY_MS = 30000;
const note = document.getElementById("position");
const vehicle = document.getElementById("terminal").dataset.vehicle;

/** Report the position now and every half minute. */
export function begin() {
  if (!navigator.geolocation) return;
  report();
  setInterval(report, EVERY_MS);
}

function report() {
  navigator.geolocation.getCurrentPosition(send, () => show(false), { maximumAge: 15000, timeout: 20000 });
}

async function send({ coords, timestamp }) {
  const age_s = Math.max(0, (Date.now() - timestamp) / 1000);
  const { status } = await ask(`/api/v1/driver/vehicles/${vehicle}/position`, {
    lat: coords.latitude,
    lon: coords.longitude,
    age_s,
  });
  show(status === 204);
}

function show(isSent) {
  note.textContent = say(isSent ? "driver-position-on" : "driver-position-off");
}
