// The form of a promotion shows only the fields that its benefit needs; without script all of them are there.
(() => {
  "use strict";

  const form = document.querySelector("[data-promotion]");
  const benefit = form?.elements.benefit;
  if (!benefit) return;

  function suit() {
    form.querySelectorAll("[data-for-benefit]").forEach((part) => {
      part.hidden = !part.dataset.forBenefit.split(" ").includes(benefit.value);
    });
  }
  document.documentElement.classList.add("is-scripted");
  benefit.addEventListener("change", suit);
  suit();
})();
