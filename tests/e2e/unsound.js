// Tells what is missing on a page: one h1, one main, a title, labels, names, alternatives, ids used once.
(document) => {
  const faults = [];
  const tell = (what, element) => faults.push(`${what}: ${element.outerHTML.slice(0, 160).replace(/\s+/g, " ")}`);
  const text = (element) => (element?.textContent ?? "").trim();
  const named = (element) =>
    text(element) || element.getAttribute("aria-label")?.trim() || element.title?.trim()
    || [...element.querySelectorAll("img[alt], svg[aria-label], svg title")]
      .some((inner) => inner.alt || inner.ariaLabel || text(inner))
    || (element.getAttribute("aria-labelledby") ?? "").split(" ").some((id) => text(document.getElementById(id)));
  const root = document.documentElement;
  if (!root.lang) faults.push("no lang");
  if (!document.title.trim()) faults.push("no title");
  if (document.querySelectorAll("h1").length !== 1) faults.push(`${document.querySelectorAll("h1").length} h1`);
  if (document.querySelectorAll("main").length !== 1) faults.push(`${document.querySelectorAll("main").length} main`);
  document.querySelectorAll("input, select, textarea").forEach((control) => {
    if (["hidden", "submit", "button", "image", "reset"].includes(control.type)) return;
    if (![...(control.labels ?? [])].some(text) && !named(control)) tell("no label", control);
  });
  document.querySelectorAll("img:not([alt])").forEach((image) => tell("no alt", image));
  document.querySelectorAll("a[href], button, summary, [role=button]").forEach((control) => {
    if (!named(control)) tell("no name", control);
  });
  const ids = [...document.querySelectorAll("[id]")].map((element) => element.id);
  const twice = ids.filter((id, place) => ids.indexOf(id) !== place);
  if (twice.length) faults.push(`ids used twice: ${[...new Set(twice)]}`);
  return faults;
}
