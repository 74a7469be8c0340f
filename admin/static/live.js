// Small helps for the staff web; every page works without them.
(() => {
  "use strict";

  // Parts of a page that refresh themselves: <section data-live="5" id="…">, as long as the fresh page says so.
  const lives = () => [...document.querySelectorAll("[data-live][id]")];
  const isBusy = (part) => part.contains(document.activeElement) && document.activeElement !== document.body;

  // One question at a time: on a slow line an older answer must not overwrite a newer one.
  let isAsking = false;

  async function refresh() {
    if (isAsking || !lives().length) return;
    isAsking = true;
    try {
      await ask();
    } finally {
      isAsking = false;
    }
  }

  async function ask() {
    const address = new URL(location.href);
    address.searchParams.set("partial", "1");
    let answer;
    try {
      answer = await fetch(address, { headers: { Accept: "text/html" }, cache: "no-store" });
    } catch {
      return tell("offline");
    }
    if (answer.status === 401) return tell("signed-out");
    if (!answer.ok) return tell("offline");
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const part of lives()) {
      const newer = fresh.getElementById(part.id);
      if (!newer || isBusy(part)) continue;
      if (newer.innerHTML !== part.innerHTML) part.replaceChildren(...newer.childNodes);
      if (!newer.dataset.live) part.removeAttribute("data-live");
    }
    tell("");
  }

  // Says why a page stands still: <p data-live-note data-offline="…" data-signed-out="…" hidden>.
  function tell(what) {
    const note = document.querySelector("[data-live-note]");
    if (!note) return;
    note.hidden = !what;
    note.textContent = what ? note.getAttribute(`data-${what}`) : "";
  }

  // It is loaded before the page is read, so that no key is lost; what needs the page waits for it.
  document.addEventListener("DOMContentLoaded", () => {
    const first = lives()[0];
    if (first) {
      const seconds = Number(first.dataset.live) || 5;
      setInterval(() => { if (!document.hidden) refresh(); }, seconds * 1000);
      document.addEventListener("visibilitychange", () => { if (!document.hidden) refresh(); });
    }
    document.body.dataset.ready = "1";
    if (early) press(early);
  });

  // A form sent once is not sent again by a second press.
  document.addEventListener("submit", (event) => {
    if (event.target.method !== "post") return;
    if (event.target.dataset.sent) event.preventDefault();
    event.target.dataset.sent = "1";
    setTimeout(() => { delete event.target.dataset.sent; }, 4000);
  });

  // An open group of the menu closes with Escape, and when something else is pressed.
  const openGroup = () => document.querySelector(".menu details[open]");
  document.addEventListener("keydown", (event) => {
    const group = event.key === "Escape" && openGroup();
    if (!group) return;
    group.open = false;
    group.querySelector("summary").focus();
  });
  document.addEventListener("click", (event) => {
    const group = openGroup();
    if (group && !group.contains(event.target)) group.open = false;
  });

  // Keys that press a button or open a link: data-key="1", data-key="Shift+1".
  // One that is pressed before its button has been read waits for the page.
  let early = "";
  const press = (name) => {
    const found = document.querySelector(`[data-key="${CSS.escape(name)}"]`);
    if (found) found.click();
    return found;
  };
  const isTyping = (target) => target instanceof Element && target.matches("textarea, select, input:not([type=checkbox]):not([type=radio])");
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || isTyping(event.target)) return;
    const digit = /^Digit([0-9])$/.exec(event.code);
    const name = (event.shiftKey ? "Shift+" : "") + (digit ? digit[1] : event.key.toLowerCase());
    if (press(name)) event.preventDefault();
    else if (document.readyState === "loading") early = name;
  });
})();
