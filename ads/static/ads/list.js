// Lists with boxes: one box checks all of its form, and what is chosen is counted.
(() => {
  "use strict";

  const all = document.querySelector("[data-check-all]");
  if (!all) return;
  const boxes = [...document.querySelectorAll(`tbody input[type=checkbox][form="${all.dataset.checkAll}"]`)];
  const told = document.querySelector("[data-checked]");

  function count() {
    const number = boxes.filter((box) => box.checked).length;
    all.checked = number === boxes.length;
    all.indeterminate = number > 0 && number < boxes.length;
    told.textContent = number ? `(${number})` : "";
  }
  all.addEventListener("change", () => { boxes.forEach((box) => { box.checked = all.checked; }); count(); });
  boxes.forEach((box) => box.addEventListener("change", count));
  count();
})();
