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

  const steps = Array.from({ length: 21 }, (_, step) => step / 20);
  const watched = new Map(); // card → { impression: reported?, clock: running timer }
  const watcher = new IntersectionObserver((entries) => entries.forEach(look), { threshold: steps });

  // Half of the card is in view or, of a card larger than the window, half of the window is card.
  function isHalf({ boundingClientRect: card, intersectionRect: part, rootBounds }) {
    const width = Math.min(card.width, rootBounds?.width ?? innerWidth);
    const height = Math.min(card.height, rootBounds?.height ?? innerHeight);
    return part.width * part.height >= HALF * width * height;
  }

  function look(entry) {
    const card = entry.target;
    const seen = watched.get(card);
    if (!seen) return;
    const isShown = !document.hidden && entry.isIntersecting && entry.intersectionRect.height > 0;
    if (isShown && !seen.impression) {
      seen.impression = true;
      report(card.dataset.token, "impression");
    }
    if (isShown && isHalf(entry)) seen.clock ??= setTimeout(finish, LONG_ENOUGH, card);
    else stop(seen);
  }

  function stop(seen) {
    clearTimeout(seen.clock);
    seen.clock = null;
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
      stop(seen);
      watcher.unobserve(card);
      if (!document.hidden) watcher.observe(card);
    });
    if (document.hidden) send();
  });
  addEventListener("pagehide", send);
  document.addEventListener("htmx:afterSettle", watchAll);
  watchAll();
})();
