// What every page does by script: theme, confirmation, copying, file drops, htmx manners. Pages work without it.
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

  // What a second click sends within two seconds was meant once.
  const sentAt = new WeakMap();
  document.addEventListener("submit", (event) => {
    const { target: form, timeStamp: now } = event;
    if (event.defaultPrevented || form.getAttribute("method") !== "post") return;
    if (now - (sentAt.get(form) ?? -Infinity) < 2000) event.preventDefault();
    else sentAt.set(form, now);
  });

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
})();
