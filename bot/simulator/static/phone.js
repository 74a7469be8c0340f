// One resident's phone: the chat, the rich menu, what can be sent.

import { ask, button, day, el, post, t } from "./dom.js";
import { drawEntry, summary } from "./messages.js";
import { Sheet, openCall, openMore, openPicker, openPlaces, openSettings } from "./sheets.js";

const SCALES = { small: 0.88, middle: 1, large: 1.22, huge: 1.45 };
const LARGEST_PHOTO = 2 * 1024 * 1024;

export class Phone {
  constructor(resident, desk) {
    this.resident = resident;
    this.desk = desk;
    this.places = desk.places;
    this.entries = new Map();
    this.lastDay = "";
    this.menu = null;
    this.menuId = null;
    this.menuOpen = true;
    this.letters = localStorage.getItem(`letters-${resident.id}`) ?? "middle";
    this.build();
    this.setLetters(this.letters);
  }

  build() {
    this.unread = el("span", { className: "badge", hidden: true });
    this.settings = button("⋯", () => openSettings(this.sheet, this), {
      className: "round",
      attrs: { "aria-label": t("sim-settings") },
    });
    const titles = el(
      "div",
      { className: "titles" },
      el("h2", { text: this.desk.account }),
      el("p", { text: this.resident.name }),
    );
    this.banner = el("button", { type: "button", className: "banner", hidden: true, on: { click: () => this.focus() } });
    this.chat = el("div", {
      className: "chat",
      tabIndex: 0,
      attrs: { role: "log", "aria-label": `${this.resident.name} – ${this.desk.account}` },
    });
    this.quick = el("div", { className: "quick", hidden: true, attrs: { role: "group", "aria-label": t("sim-quick") } });
    this.menuBox = el("div", { className: "rich-menu", hidden: true });
    this.menuName = button("", () => this.toggleMenu(), { className: "menu-name" });
    const keyboard = button(t("sim-keyboard"), () => this.type(""), { className: "keyboard" });
    this.menuBar = el("div", { className: "menu-bar", hidden: true }, keyboard, this.menuName);
    this.blocked = el("div", { className: "blocked", hidden: true });
    this.blocked.append(
      el("p", { text: t("sim-blocked") }),
      button(t("sim-unblock"), () => this.send("unblock", {})),
    );
    this.foot = el("div", { className: "foot" }, this.buildComposer(), this.menuBar, this.menuBox, this.blocked);
    this.sheetHolder = el("div", { className: "sheet", hidden: true });
    this.sheet = new Sheet(this.sheetHolder);
    this.element = el(
      "section",
      { className: "phone", attrs: { "aria-label": this.resident.name } },
      el("div", { className: "phone-head" }, titles, this.unread, this.settings),
      this.banner,
      this.chat,
      this.quick,
      this.foot,
      this.sheetHolder,
    );
    this.element.addEventListener("pointerdown", () => this.focus());
    this.element.addEventListener("focusin", () => this.focus());
  }

  buildComposer() {
    this.input = el("input", {
      className: "say",
      maxLength: 5000,
      autocomplete: "off",
      attrs: { "aria-label": t("sim-say"), enterkeyhint: "send" },
    });
    this.photo = el("input", { type: "file", accept: "image/png,image/jpeg", hidden: true });
    this.photo.addEventListener("change", () => this.sendPhoto());
    const more = button("+", () => openMore(this.sheet, this), {
      className: "round",
      attrs: { "aria-label": t("sim-more") },
    });
    this.composer = el(
      "form",
      { className: "composer" },
      more,
      this.input,
      this.photo,
      el("button", { type: "submit", className: "send", text: t("sim-send") }),
    );
    this.composer.addEventListener("submit", (event) => {
      event.preventDefault();
      const text = this.input.value.trim();
      if (text) this.send("say", { text });
      this.input.value = "";
    });
    return this.composer;
  }

  // -- what comes in

  add(entry) {
    if (this.entries.has(entry.id)) return;
    const today = day(entry.at);
    if (today !== this.lastDay) this.chat.append(el("p", { className: "note-line", text: today }));
    this.lastDay = today;
    const drawn = this.draw(entry);
    this.entries.set(entry.id, { entry, drawn });
    this.chat.append(drawn);
    this.newest = entry;
    this.scroll();
    if (entry.kind === "push" || entry.kind === "multicast" || entry.kind === "broadcast") this.notify(entry);
  }

  draw(entry) {
    return drawEntry(entry, {
      account: this.desk.account,
      onTap: (action) => this.tap(action),
      onUnsend: (number) => this.send("unsend", { number }),
    });
  }

  // To the end, but never past the top of the newest message.
  scroll() {
    requestAnimationFrame(() => {
      const newest = this.newest && this.entries.get(this.newest.id).drawn;
      const top = newest ? newest.offsetTop - this.chat.offsetTop - 8 : Infinity;
      this.chat.scrollTop = Math.min(this.chat.scrollHeight - this.chat.clientHeight, top);
    });
  }

  notify(entry) {
    if (entry.quiet || this.desk.isLookedAt(this) || entry.id <= this.desk.seen(this.resident.id)) return;
    this.banner.replaceChildren(
      el("strong", { text: this.desk.account }),
      el("span", { text: summary(entry.message) }),
    );
    this.banner.hidden = false;
  }

  update(resident) {
    this.resident = resident;
    for (const [id, { entry, drawn }] of this.entries) {
      if (resident.unsent.includes(id) && !entry.unsent) this.withdraw(id, entry, drawn);
      const read = drawn.querySelector(".read");
      if (read) read.hidden = id > resident.read;
    }
    this.showLoading(resident.loading);
    this.showQuick();
    this.composer.hidden = resident.blocking;
    this.blocked.hidden = !resident.blocking;
    this.showMenu(resident.blocking ? null : resident.menu);
  }

  withdraw(id, entry, drawn) {
    const gone = { ...entry, unsent: true };
    const note = this.draw(gone);
    drawn.replaceWith(note);
    this.entries.set(id, { entry: gone, drawn: note });
  }

  showLoading(loading) {
    if (!loading) {
      this.dots?.remove();
      this.dots = null;
    } else if (!this.dots) {
      this.dots = el("p", { className: "dots", text: "・・・", attrs: { "aria-label": t("sim-loading") } });
      this.dots.setAttribute("role", "img");
      this.chat.append(this.dots);
      this.scroll();
    }
  }

  showUnread(count) {
    this.unread.hidden = count === 0;
    this.unread.textContent = String(count);
    if (count === 0) this.banner.hidden = true;
  }

  // Quick replies stand under the newest message only, and go with it.
  showQuick() {
    const entry = this.newest;
    const items = entry?.from === "account" ? entry.message.quickReply?.items : null;
    const shows = Boolean(items) && this.resident.answered !== entry.id && !this.resident.blocking;
    const mark = shows ? String(entry.id) : "";
    if (this.quick.dataset.of === mark) return;
    this.quick.dataset.of = mark;
    this.quick.hidden = !shows;
    const chips = shows ? items.map(({ action }) => button(action.label, () => this.tap(action, entry.id))) : [];
    this.quick.replaceChildren(...chips);
    this.scroll();
  }

  async showMenu(menuId) {
    if (menuId === this.menuId) return;
    this.menuId = menuId;
    this.menu = menuId ? await ask(`menus/${menuId}`) : null;
    if (menuId !== this.menuId) return;
    this.menuBar.hidden = !this.menu;
    if (this.menu) {
      this.menuOpen = this.menu.selected || this.menuOpen;
      this.drawMenu();
    }
    this.setMenu(this.menuOpen && Boolean(this.menu));
  }

  drawMenu() {
    const { width, height } = this.menu.size;
    const percent = (part, whole) => `${(100 * part) / whole}%`;
    const areas = this.menu.areas.map(({ bounds, action }) =>
      button("", () => this.tap(action), {
        className: "area",
        style: {
          left: percent(bounds.x, width),
          top: percent(bounds.y, height),
          width: percent(bounds.width, width),
          height: percent(bounds.height, height),
        },
        attrs: { "aria-label": action.label ?? action.text ?? action.displayText ?? t("sim-menu") },
      }),
    );
    const image = el("img", { src: `api/menus/${this.menuId}/image`, alt: "" });
    this.menuBox.style.aspectRatio = `${width} / ${height}`;
    this.menuBox.replaceChildren(image, ...areas);
  }

  toggleMenu() {
    this.setMenu(this.menuBox.hidden);
  }

  setMenu(open) {
    this.menuOpen = open;
    this.menuBox.hidden = !open || !this.menu;
    this.foot.classList.toggle("menu-open", open && Boolean(this.menu));
    this.menuName.textContent = `${this.menu?.chatBarText ?? ""} ${open ? "▾" : "▴"}`;
    this.menuName.setAttribute("aria-expanded", String(open));
    this.scroll();
  }

  // -- what the resident does

  focus() {
    this.desk.lookAt(this);
  }

  async send(act, body, quickReplyOf) {
    try {
      await post(`residents/${this.resident.id}/${act}`, body);
      if (quickReplyOf) this.quick.hidden = true;
    } catch (problem) {
      this.desk.toast(problem.message);
    }
    this.desk.lookSoon();
  }

  tap(action, quickReplyOf) {
    const more = quickReplyOf ? { quickReplyOf } : {};
    switch (action.type) {
      case "uri":
        return this.open(action.uri);
      case "clipboard":
        return this.copy(action.clipboardText);
      case "datetimepicker":
        return openPicker(this.sheet, this, action, more);
      case "location":
        return openPlaces(this.sheet, this, quickReplyOf);
      case "camera":
      case "cameraRoll":
        return this.choosePhoto();
      default:
        this.follow(action);
        return this.send("tap", { action, ...more }, quickReplyOf);
    }
  }

  // A postback may ask for the menu or the keyboard.
  follow(action) {
    if (action.inputOption === "closeRichMenu") this.setMenu(false);
    if (action.inputOption === "openRichMenu") this.setMenu(true);
    if (action.inputOption === "openKeyboard") this.type(action.fillInText ?? "");
  }

  type(text) {
    this.setMenu(false);
    this.input.value = text;
    this.input.focus();
  }

  open(uri) {
    if (/^tel:/i.test(uri)) openCall(this.sheet, uri);
    else if (/^https?:\/\//i.test(uri)) window.open(uri, "_blank", "noopener");
    else this.desk.toast(t("sim-cannot-open"));
  }

  async copy(text) {
    try {
      await navigator.clipboard.writeText(text);
      this.desk.toast(t("sim-copied"));
    } catch {
      this.desk.toast(text);
    }
  }

  choosePhoto() {
    this.sheet.close();
    this.photo.click();
  }

  async sendPhoto() {
    const file = this.photo.files[0];
    this.photo.value = "";
    if (!file || file.size > LARGEST_PHOTO) return file && this.desk.toast(t("sim-photo-large"));
    const headers = { "content-type": file.type };
    try {
      await ask(`residents/${this.resident.id}/photo`, { method: "POST", headers, body: file });
    } catch (problem) {
      this.desk.toast(problem.message);
    }
    return this.desk.lookSoon();
  }

  setLetters(size) {
    this.letters = size;
    localStorage.setItem(`letters-${this.resident.id}`, size);
    this.element.style.setProperty("--scale", SCALES[size]);
    for (const choice of this.sheetHolder.querySelectorAll("[aria-pressed]")) {
      choice.setAttribute("aria-pressed", String(choice.textContent === t(`sim-letters-${size}`)));
    }
    this.scroll();
  }

  putAway() {
    this.sheet.close();
    this.desk.putAway(this);
  }
}
