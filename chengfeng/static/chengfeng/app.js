// What every page does by script: theme, confirmation, copying, file drops, htmx manners, viewability. Pages work without it.
(() => {
  "use strict";

  const root = document.documentElement;
  const ONE_YEAR = 365 * 24 * 3600;

  const cookie = (name) =>
    document.cookie.split("; ").find((pair) => pair.startsWith(`${name}=`))?.slice(name.length + 1);

  const onClick = (selector, act) =>
    document.addEventListener("click", (event) => {
      const target = event.target.closest(selector);
      if (target) act(target, event);
    });

  onClick("[data-toggle-theme]", () => {
    const theme = root.dataset.bsTheme === "dark" ? "light" : "dark";
    root.dataset.bsTheme = theme;
    document.cookie = `theme=${theme}; path=/; max-age=${ONE_YEAR}; samesite=lax`;
    document.dispatchEvent(new CustomEvent("theme:changed", { detail: { theme } }));
  });

  document.addEventListener("submit", (event) => {
    const question = event.submitter?.dataset.confirm ?? event.target.dataset.confirm;
    if (question && !confirm(question)) event.preventDefault();
  }, true);

  onClick("a[data-confirm]", (link, event) => {
    if (!confirm(link.dataset.confirm)) event.preventDefault();
  });

  // <button data-copy="text"> or <button data-copy-from="#id">; data-copied is what it says afterwards.
  onClick("[data-copy], [data-copy-from]", async (button) => {
    const source = button.dataset.copyFrom && document.querySelector(button.dataset.copyFrom);
    await navigator.clipboard.writeText(source ? (source.value ?? source.textContent).trim() : button.dataset.copy);
    button.classList.add("is-copied");
    if (button.dataset.copied) button.setAttribute("aria-label", button.dataset.copied);
    setTimeout(() => button.classList.remove("is-copied"), 2000);
  });

  // <label class="file-drop"><input type="file"><span data-file-name></span></label>
  const dropZone = (event) => event.target.closest?.(".file-drop");
  for (const name of ["dragover", "dragleave", "drop"]) {
    document.addEventListener(name, (event) => {
      const zone = dropZone(event);
      if (!zone) return;
      event.preventDefault();
      zone.classList.toggle("is-over", name === "dragover");
      if (name !== "drop") return;
      const input = zone.querySelector("input[type=file]");
      input.files = event.dataTransfer.files;
      input.dispatchEvent(new Event("change", { bubbles: true }));
    });
  }
  document.addEventListener("change", (event) => {
    const name = dropZone(event)?.querySelector("[data-file-name]");
    if (name) name.textContent = [...event.target.files].map((file) => file.name).join(", ");
    if (event.target.matches("[data-submit-on-change]")) event.target.form.requestSubmit();
  });

  document.addEventListener("htmx:configRequest", (event) => {
    event.detail.headers["X-CSRFToken"] = cookie("csrftoken") ?? "";
  });

  // Advertisements report what was seen: an impression at the first visible pixel, viewable after 1 s at half.
  const BATCH = 50;
  const waiting = [];
  let timer = null;

  const send = () => {
    clearTimeout(timer);
    timer = null;
    while (waiting.length) {
      const body = JSON.stringify({ events: waiting.splice(0, BATCH) });
      fetch("/api/v1/events", { method: "POST", headers: { "Content-Type": "application/json" }, body, keepalive: true })
        .catch(() => {});
    }
  };
  const report = (token, kind) => {
    waiting.push({ token, kind });
    timer ??= setTimeout(send, 1500);
  };

  const HALF = 0.5;
  const LONG_ENOUGH = 1000;
  const progress = new WeakMap();

  const watcher = new IntersectionObserver((entries) => entries.forEach(look), { threshold: [0, HALF] });

  function look({ target, isIntersecting, intersectionRatio }) {
    const seen = progress.get(target);
    if (isIntersecting && !seen.impression) {
      seen.impression = true;
      report(target.dataset.token, "impression");
    }
    if (intersectionRatio >= HALF && document.visibilityState === "visible") {
      seen.clock ??= setTimeout(() => finish(target), LONG_ENOUGH);
    } else {
      stopClock(seen);
    }
  }
  function finish(target) {
    watcher.unobserve(target);
    report(target.dataset.token, "viewable");
  }
  function stopClock(seen) {
    clearTimeout(seen.clock);
    seen.clock = null;
  }
  function watch(scope) {
    scope.querySelectorAll("[data-token]").forEach((card) => {
      if (progress.has(card)) return;
      progress.set(card, {});
      watcher.observe(card);
    });
  }
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden") send();
    document.querySelectorAll("[data-token]").forEach((card) => {
      const seen = progress.get(card);
      if (!seen) return;
      stopClock(seen);
      watcher.unobserve(card);
      if (document.visibilityState === "visible") watcher.observe(card);
    });
  });
  addEventListener("pagehide", send);
  document.addEventListener("htmx:load", (event) => watch(event.detail.elt.parentElement ?? document));

  document.addEventListener("DOMContentLoaded", () => watch(document));
  if (document.readyState !== "loading") watch(document);
})();
