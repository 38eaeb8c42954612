// Counts down every [data-countdown] to its time by the server's clock, and asks for the page anew when one is over.
(() => {
  "use strict";

  const root = document.querySelector("[data-server-now]");
  const ahead = root ? Date.parse(root.dataset.serverNow) - Date.now() : 0;
  const FAR = 48 * 3600; // what is farther away keeps its date
  const two = (number) => String(number).padStart(2, "0");

  function write(element, left) {
    if (left > FAR) return;
    element.textContent = [Math.floor(left / 3600), Math.floor(left / 60) % 60, left % 60].map(two).join(":");
  }

  function tick() {
    const now = Date.now() + ahead;
    document.querySelectorAll("[data-countdown]").forEach((element) => {
      const left = Math.ceil((Date.parse(element.dateTime) - now) / 1000);
      if (left > 0) write(element, left);
      else if (!element.dataset.over) {
        element.dataset.over = "true";
        setTimeout(() => location.reload(), 1000 + Math.random() * 3000); // not all shoppers in the same second
      }
    });
  }

  tick();
  setInterval(tick, 1000);
})();
