// Advertisements report what was seen: an impression at the first visible pixel, viewable after 1 s with half in view.
(() => {
  "use strict";

  const ADDRESS = "/api/v1/events";
  const BATCH = 50;
  const PATIENCE = 1500;
  const HALF = 0.5;
  const LONG_ENOUGH = 1000;

  const waiting = [];
  let posting = null;

  function send() {
    clearTimeout(posting);
    posting = null;
    while (waiting.length) {
      const body = JSON.stringify({ events: waiting.splice(0, BATCH) });
      const headers = { "Content-Type": "application/json" };
      fetch(ADDRESS, { method: "POST", headers, body, keepalive: true }).catch(() => {});
    }
  }

  function report(token, kind) {
    waiting.push({ token, kind });
    posting ??= setTimeout(send, PATIENCE);
  }

  const watched = new Map(); // card → { impression: reported?, clock: running timer }
  const watcher = new IntersectionObserver((entries) => entries.forEach(look), { threshold: [0, HALF] });

  function look({ target: card, isIntersecting, intersectionRatio }) {
    const seen = watched.get(card);
    if (!seen) return;
    if (isIntersecting && !seen.impression) {
      seen.impression = true;
      report(card.dataset.token, "impression");
    }
    clearTimeout(seen.clock);
    if (isIntersecting && intersectionRatio >= HALF && !document.hidden) seen.clock = setTimeout(finish, LONG_ENOUGH, card);
  }

  function finish(card) {
    forget(card);
    card.dataset.viewable = "";
    report(card.dataset.token, "viewable");
  }

  function forget(card) {
    clearTimeout(watched.get(card)?.clock);
    watcher.unobserve(card);
    watched.delete(card);
  }

  function watchAll() {
    [...watched.keys()].filter((card) => !card.isConnected).forEach(forget);
    document.querySelectorAll("[data-token]:not([data-viewable])").forEach((card) => {
      if (watched.has(card)) return;
      watched.set(card, { impression: false, clock: null });
      watcher.observe(card);
    });
  }

  // A hidden page is not seen: clocks stop, and looking begins anew when it comes back.
  document.addEventListener("visibilitychange", () => {
    watched.forEach((seen, card) => {
      clearTimeout(seen.clock);
      watcher.unobserve(card);
      if (!document.hidden) watcher.observe(card);
    });
    if (document.hidden) send();
  });
  addEventListener("pagehide", send);
  document.addEventListener("htmx:afterSettle", watchAll);
  watchAll();
})();
