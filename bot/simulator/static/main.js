// The desk the phones lie on: who is shown, what is new, what time the service has.

import { ask, button, day, el, hour, learn, post, t } from "./dom.js";
import { summary } from "./messages.js";
import { Phone } from "./phone.js";

const LOOK_EACH_MS = 1000;
const HIDDEN_MS = 5000;
const SOON_MS = [120, 350, 700];
const TOAST_MS = 5000;
const SPACES = [
  [matchMedia("(min-width: 1180px)"), 3],
  [matchMedia("(min-width: 820px)"), 2],
];
const $ = (id) => document.getElementById(id);

class Desk {
  constructor(setup) {
    this.account = setup.account;
    this.places = setup.places;
    this.since = 0;
    this.residents = [];
    this.entries = [];
    this.phones = new Map();
    this.looked = null;
    this.looking = null;
    this.known = false;
    for (const [space] of SPACES) space.addEventListener("change", () => this.fit());
  }

  get room() {
    return SPACES.find(([space]) => space.matches)?.[1] ?? 1;
  }

  seen(residentId) {
    return Number(localStorage.getItem(`seen-${residentId}`) ?? 0);
  }

  isLookedAt(phone) {
    return this.looked === phone && document.visibilityState === "visible";
  }

  // -- asking the platform

  async look() {
    clearTimeout(this.timer);
    try {
      if (!this.looking) this.looking = ask(`state?since=${this.since}`);
      this.show(await this.looking);
      $("offline").hidden = true;
    } catch (problem) {
      console.warn(problem);
      $("offline").hidden = false;
    } finally {
      this.looking = null;
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.look(), document.hidden ? HIDDEN_MS : LOOK_EACH_MS);
    }
  }

  lookSoon() {
    for (const wait of SOON_MS) setTimeout(() => this.look(), wait);
  }

  show(state) {
    const time = `${day(state.clock)} ${hour(state.clock)}`;
    $("clock").textContent = time;
    $("bar-clock").textContent = time;
    this.residents = state.residents;
    const fresh = state.messages.filter((entry) => entry.id > this.since);
    for (const entry of fresh) this.receive(entry);
    if (!this.known) this.openFirst();
    if (!this.known && !state.residents.length) setDrawer(true); // where there is room for one thing, the way to begin
    this.known = true;
    for (const resident of state.residents) this.phones.get(resident.id)?.update(resident);
    if (this.looked) this.markSeen(this.looked);
    this.showResidents();
    document.body.dataset.ready = "1";
  }

  receive(entry) {
    this.since = Math.max(this.since, entry.id);
    this.entries.push(entry);
    const phone = this.phones.get(entry.resident);
    if (phone) phone.add(entry);
    else if (this.known && entry.kind !== "act" && entry.kind !== "reply") this.announce(entry);
  }

  announce(entry) {
    const resident = this.residents.find((each) => each.id === entry.resident);
    if (!resident || entry.quiet) return;
    this.toast(`${resident.name}: ${summary(entry.message)}`, () => this.open(resident));
  }

  // -- phones

  openFirst() {
    const kept = JSON.parse(localStorage.getItem("open") ?? "[]");
    const wanted = this.residents.filter((each) => kept.includes(each.id));
    for (const resident of (wanted.length ? wanted : this.residents).slice(0, this.room)) this.open(resident);
  }

  open(resident) {
    if (!this.phones.has(resident.id)) {
      const phone = new Phone(resident, this);
      for (const entry of this.entries) if (entry.resident === resident.id) phone.add(entry);
      phone.update(resident);
      this.phones.set(resident.id, phone);
      $("phones").append(phone.element);
    }
    this.lookAt(this.phones.get(resident.id));
    this.fit();
    this.phones.get(resident.id).scroll();
    setDrawer(false);
  }

  fit() {
    for (const phone of this.phones.values()) {
      if (this.phones.size <= this.room) break;
      if (phone !== this.looked) this.putAway(phone);
    }
    this.keepOpen();
  }

  putAway(phone) {
    phone.element.remove();
    this.phones.delete(phone.resident.id);
    if (this.looked === phone) this.looked = null;
    this.keepOpen();
    this.showResidents();
  }

  keepOpen() {
    localStorage.setItem("open", JSON.stringify([...this.phones.keys()]));
  }

  lookAt(phone) {
    this.looked = phone;
    for (const each of this.phones.values()) each.element.classList.toggle("looked-at", each === phone);
    this.markSeen(phone);
    this.showResidents();
  }

  markSeen(phone) {
    if (!this.isLookedAt(phone) || !phone.newest) return;
    localStorage.setItem(`seen-${phone.resident.id}`, String(phone.newest.id));
  }

  unread(resident) {
    const seen = this.seen(resident.id);
    const theirs = (entry) => entry.resident === resident.id && entry.from === "account" && entry.id > seen;
    return this.entries.filter(theirs).length;
  }

  showResidents() {
    let all = 0;
    const items = this.residents.map((resident) => {
      const count = this.unread(resident);
      all += count;
      this.phones.get(resident.id)?.showUnread(count);
      const badge = el("span", { className: "badge", text: String(count), hidden: count === 0 });
      const made = button(resident.name, () => this.open(resident), {
        attrs: { "aria-pressed": String(this.phones.has(resident.id)) },
      });
      made.append(badge);
      return el("li", {}, made);
    });
    const mark = this.residents.map((each) => [each.id, this.unread(each), this.phones.has(each.id)]).join();
    $("all-unread").textContent = String(all);
    $("all-unread").hidden = all === 0;
    $("nobody").hidden = this.phones.size > 0;
    if (mark === this.mark) return; // a list drawn anew would lose the keyboard's place
    this.mark = mark;
    $("residents").replaceChildren(...items);
  }

  toast(text, onClick) {
    const made = onClick ? button(text, onClick, { className: "toast" }) : el("p", { className: "toast", text });
    $("toasts").append(made);
    setTimeout(() => made.remove(), TOAST_MS);
  }
}

function setDrawer(open) {
  $("drawer").classList.toggle("open", open);
  $("drawer-button").setAttribute("aria-expanded", String(open));
}

function listen(desk) {
  $("drawer-button").addEventListener("click", () => setDrawer(!$("drawer").classList.contains("open")));
  $("add").addEventListener("submit", async (event) => {
    event.preventDefault();
    const name = $("new-name").value.trim();
    if (!name) return;
    $("new-name").value = "";
    try {
      const { id } = await post("residents", { name });
      await desk.look();
      const resident = desk.residents.find((each) => each.id === id);
      if (resident) desk.open(resident);
    } catch (problem) {
      desk.toast(problem.message);
    }
    desk.lookSoon();
  });
  $("steps").addEventListener("click", async (event) => {
    const step = event.target.dataset.step;
    if (!step) return;
    try {
      await post("clock", { step });
    } catch (problem) {
      desk.toast(problem.message);
    }
    desk.lookSoon();
  });
  document.addEventListener("visibilitychange", () => desk.look());
}

const setup = await ask("setup");
learn(setup.texts);
const desk = new Desk(setup);
listen(desk);
await desk.look();
