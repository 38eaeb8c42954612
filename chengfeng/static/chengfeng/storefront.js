// The storefront's niceties: cards packed like masonry, advertisements mixed into the feed, the chosen variant's price.
(() => {
  "use strict";

  // Packing: every card spans as many 1 px rows as it is high; without script the grid has even rows.
  const GAP = 16;
  const pack = (card) => { card.style.gridRowEnd = `span ${Math.ceil(card.getBoundingClientRect().height) + GAP}`; };
  const sizes = new ResizeObserver((entries) => entries.forEach(({ target }) => pack(target)));

  function packAll(grid) {
    grid.classList.add("is-packed");
    grid.querySelectorAll(".card").forEach((card) => { pack(card); sizes.observe(card); });
  }

  // Mixing: the k-th advertisement goes behind k × every notes of its page; whoever reads in order meets it there.
  function mix(slot) {
    const every = Number(slot.dataset.interleave);
    let place = slot;
    slot.querySelectorAll(".product-card").forEach((ad) => {
      place.after(ad);
      place = stepsAfter(ad, every);
    });
    slot.remove();
  }
  function stepsAfter(card, steps) {
    for (let step = 0; step < steps && card.nextElementSibling?.matches(".card"); step += 1) card = card.nextElementSibling;
    return card;
  }

  function refresh() {
    document.querySelectorAll("[data-interleave]").forEach((slot) => { if (slot.querySelector(".product-card")) mix(slot); });
    document.querySelectorAll("[data-masonry]").forEach(packAll);
  }
  document.addEventListener("htmx:afterSettle", refresh);

  // Buying: the price, the struck price, what is said of it and the most one can take follow the chosen variant.
  function show(form) {
    const chosen = form.querySelector("input[name=variant]:checked");
    if (!chosen) return;
    const { price, listPrice, available, most = 99 } = chosen.dataset;
    form.querySelector("[data-price]").textContent = price;
    const struck = form.querySelector("[data-list-price]");
    struck.textContent = listPrice;
    struck.hidden = !listPrice;
    form.querySelectorAll("[data-note-of]").forEach((note) => { note.hidden = note.dataset.noteOf !== chosen.value; });
    const quantity = form.querySelector("input[name=quantity]");
    if (quantity) quantity.max = Math.min(99, Number(available), Number(most));
    form.querySelectorAll("[data-for-variant]").forEach((box) => { box.hidden = box.dataset.forVariant !== chosen.value; });
  }
  document.addEventListener("change", (event) => {
    const form = event.target.closest("[data-buy]");
    if (form) show(form);
  });

  refresh();
  document.querySelectorAll("[data-buy]").forEach(show);
})();
