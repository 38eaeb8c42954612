// A product that is viewed and a note that is read are noted once a page: read means 10 s in view, or half way down.
(() => {
  "use strict";

  const ADDRESS = "/api/v1/behaviours";
  const LONG_ENOUGH = 10_000;
  const HALF = 0.5;

  const article = document.querySelector("[data-behaviour]");
  if (!article) return;
  const { behaviour: kind, code } = article.dataset;
  const stop = new AbortController();
  let clock = null;

  function tell() {
    clearTimeout(clock);
    stop.abort();
    const headers = { "Content-Type": "application/json" };
    fetch(ADDRESS, { method: "POST", headers, body: JSON.stringify({ kind, code }), keepalive: true }).catch(() => {});
  }

  // A page that is drawn ahead, or lies in a tab nobody looks at, is hidden: the clock starts when it is seen.
  function look() {
    clearTimeout(clock);
    if (document.visibilityState !== "visible" || document.prerendering) return;
    if (kind === "view") tell();
    else clock = setTimeout(tell, LONG_ENOUGH);
  }

  function scrolled() {
    const way = document.documentElement.scrollHeight - innerHeight;
    if (way > 0 && scrollY / way >= HALF) tell();
  }

  const listen = { signal: stop.signal, passive: true };
  document.addEventListener("visibilitychange", look, listen);
  document.addEventListener("prerenderingchange", look, listen);
  if (kind === "read") addEventListener("scroll", scrolled, listen);
  look();
})();
