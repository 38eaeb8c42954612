// Whoever came by an advertisement and stays, or puts the goods into the cart, is engaged: that is reported once.
(() => {
  "use strict";

  const ADDRESS = "/api/v1/events";
  const MARK = "#ad=";
  const LONG_ENOUGH = 15;

  if (!location.hash.startsWith(MARK)) return;
  const token = location.hash.slice(MARK.length);
  history.replaceState(history.state, "", location.pathname + location.search); // shared addresses carry no token

  let seconds = 0;
  let isReported = false;
  const clock = setInterval(() => {
    if (!document.hidden && (seconds += 1) >= LONG_ENOUGH) engaged();
  }, 1000);

  function engaged() {
    clearInterval(clock);
    if (isReported) return;
    isReported = true;
    const body = JSON.stringify({ events: [{ token, kind: "engagement" }] });
    const headers = { "Content-Type": "application/json" };
    fetch(ADDRESS, { method: "POST", headers, body, keepalive: true }).catch(() => {});
  }

  document.querySelectorAll("main form[method=post]").forEach((form) => form.addEventListener("submit", engaged));
})();
