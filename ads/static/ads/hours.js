// The hours grid: the name of a day or of an hour switches its whole row or column.
(() => {
  "use strict";

  const grid = document.querySelector(".ads-hours");
  if (!grid) return;

  function toggler(heading, boxes) {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...heading.childNodes);
    heading.append(button);
    button.addEventListener("click", () => {
      const on = boxes().some((box) => !box.checked);
      boxes().forEach((box) => { box.checked = on; });
    });
  }

  const rows = [...grid.tBodies[0].rows];
  const boxesOf = (row) => [...row.querySelectorAll("input")];
  rows.forEach((row) => toggler(row.cells[0], () => boxesOf(row)));
  [...grid.tHead.rows[0].querySelectorAll("th:not(.ads-hours-corner)")].forEach((heading, hour) =>
    toggler(heading, () => rows.map((row) => boxesOf(row)[hour])));
})();
