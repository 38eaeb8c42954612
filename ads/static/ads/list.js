// Lists with boxes: one box checks all of its form, and what is chosen is counted. Menus close when one looks elsewhere;
// in a drawer nothing is sent before it is said to be.
(() => {
  "use strict";

  const all = document.querySelector("[data-check-all]");
  if (all) {
    const boxes = [...document.querySelectorAll(`tbody input[type=checkbox][form="${all.dataset.checkAll}"]`)];
    const told = document.querySelector("[data-checked]");
    const buttons = [...document.querySelectorAll(`button[form="${all.dataset.checkAll}"]`)];

    const count = () => {
      const number = boxes.filter((box) => box.checked).length;
      all.checked = number === boxes.length;
      all.indeterminate = number > 0 && number < boxes.length;
      told.textContent = number ? `(${number})` : "";
      buttons.forEach((button) => { button.disabled = !number; });
    };
    all.addEventListener("change", () => { boxes.forEach((box) => { box.checked = all.checked; }); count(); });
    boxes.forEach((box) => box.addEventListener("change", count));
    addEventListener("pageshow", count);
    count();
  }

  document.querySelectorAll("[data-menu]").forEach((menu) => {
    const close = () => { menu.open = false; };
    document.addEventListener("click", (event) => { if (!menu.contains(event.target)) close(); });
    menu.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || !menu.open) return;
      close();
      menu.querySelector("summary").focus();
    });
  });

  document.querySelectorAll(".ads-drawer").forEach((drawer) =>
    drawer.addEventListener("change", (event) => { if (drawer.classList.contains("show")) event.stopPropagation(); }));
})();
