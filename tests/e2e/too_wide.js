// Tells which elements make the open page scroll sideways.
() => {
  const page = document.scrollingElement;
  if (page.scrollWidth <= innerWidth) return [];
  const wide = [...document.body.querySelectorAll("*")].filter((element) => {
    const box = element.getBoundingClientRect();
    return box.right > innerWidth + 1 && getComputedStyle(element).position !== "fixed";
  });
  const where = wide.filter((element) => !wide.some((other) => other !== element && element.contains(other)));
  const told = where.slice(0, 3).map((element) => element.outerHTML.slice(0, 120).replace(/\s+/g, " "));
  return [`${page.scrollWidth} px wide at ${innerWidth}: ${told.join(" | ")}`];
}
