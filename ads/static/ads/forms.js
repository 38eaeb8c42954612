// Forms that show only what applies: [data-when=field][data-values="a b"] shows while the field has one of the values.
// What is hidden is not sent. [data-add-row=name] adds another row of a formset from its template. What a dry run finds
// wrong stands beside its fields, and goes when the next one finds it mended.
(() => {
  "use strict";

  const form = document.querySelector("[data-conditional]");
  if (!form) return;
  document.documentElement.classList.add("is-scripted");

  const valueOf = (name) => {
    const field = form.elements[name];
    return field instanceof RadioNodeList ? field.value : field?.value;
  };

  function show(part, shown) {
    part.hidden = !shown;
    part.querySelectorAll("input, select, textarea").forEach((field) => {
      if (field.dataset.closed === undefined) field.dataset.closed = field.disabled ? "1" : "";
      field.disabled = !shown || field.dataset.closed === "1";
    });
  }

  // A chosen option that no longer applies gives way to the first that does.
  function mend() {
    let changed = false;
    form.querySelectorAll("fieldset").forEach((set) => {
      const chosen = set.querySelector("input[type=radio]:checked");
      const open = set.querySelector("input[type=radio]:not(:disabled)");
      if (chosen?.disabled && open) { open.checked = true; changed = true; }
    });
    return changed;
  }

  function suit() {
    form.querySelectorAll("[data-when]").forEach((part) => {
      if (part.dataset.values) show(part, part.dataset.values.split(" ").includes(valueOf(part.dataset.when)));
    });
    if (mend()) suit();
  }

  form.addEventListener("change", (event) => {
    if (form.querySelector(`[data-when="${event.target.name}"]`)) suit();
  });
  document.addEventListener("htmx:afterSettle", suit);
  suit();

  const WRONG = ".invalid-feedback, .alert-danger[data-of]";
  const inPanel = (element) => element.closest("[aria-live]");

  function forget() {
    form.querySelectorAll(WRONG).forEach((told) => { if (!inPanel(told)) told.remove(); });
    form.querySelectorAll(".is-invalid, [aria-invalid]").forEach((control) => {
      control.classList.remove("is-invalid");
      control.removeAttribute("aria-invalid");
    });
  }

  // Where what is wrong with a field is told: behind its control, or above the choices that it is made of.
  function tell(told) {
    const id = told.id.replace(/_error$/, "");
    const name = told.dataset.of ?? id.replace(/^id_/, "");
    const control = document.getElementById(id);
    if (control && !control.matches("div, fieldset")) (control.closest(".input-group") ?? control).after(told);
    else form.querySelector(`[data-told="${name}"]`)?.prepend(told);
    const field = form.elements[name];
    if (!(field instanceof Element)) return;
    field.classList.add("is-invalid");
    field.setAttribute("aria-invalid", "true");
    if (told.id) field.setAttribute("aria-describedby", told.id);
  }

  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target?.id !== "dry-run") return;
    const answer = new DOMParser().parseFromString(event.detail.xhr.responseText, "text/html");
    forget();
    answer.querySelectorAll(WRONG).forEach((told) => { if (!inPanel(told)) tell(document.adoptNode(told)); });
  });

  document.addEventListener("click", (event) => {
    const name = event.target.closest("[data-add-row]")?.dataset.addRow;
    if (!name) return;
    const total = form.elements[`${name}-TOTAL_FORMS`];
    const rows = document.querySelector(`[data-rows="${name}"]`);
    rows.insertAdjacentHTML("beforeend", document.querySelector(`[data-row-of="${name}"]`).innerHTML.replaceAll("__prefix__", total.value));
    total.value = Number(total.value) + 1;
    rows.lastElementChild.querySelector("input")?.focus();
  });
})();
