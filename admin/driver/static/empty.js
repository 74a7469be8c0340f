// Nobody is signed in any more: nothing of riders stays on the screen or in memory. A machine that was locked or told to
// forget drops everything else too (C-12, T8); otherwise taps that wait for a signal are kept for the next sign-in.

/** Leave the terminal for the sign-in; with ``everything`` forget all that this browser keeps of ours. */
export async function leave({ everything = false } = {}) {
  document.querySelector("#terminal")?.replaceChildren();
  if (everything) {
    localStorage.clear();
    sessionStorage.clear();
    await Promise.all([dropCaches(), dropWorkers()]).catch(() => {});
  }
  location.replace(`/admin/sign-in?to=${encodeURIComponent(location.pathname)}`);
}

async function dropCaches() {
  if (!("caches" in window)) return;
  await Promise.all((await caches.keys()).map((name) => caches.delete(name)));
}

async function dropWorkers() {
  if (!("serviceWorker" in navigator)) return;
  await Promise.all((await navigator.serviceWorker.getRegistrations()).map((each) => each.unregister()));
}
