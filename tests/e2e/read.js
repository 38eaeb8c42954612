// Reads a page, and what it loads by itself, without showing it: tells its address and links, and what others tell of it.
async (address, built, unsound) => {
  const answer = await fetch(address);
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const told = { url: answer.url, built: built(page) };
  for (const part of page.querySelectorAll("[hx-trigger=load]")) {
    const loaded = await fetch(new URL(part.getAttribute("hx-get"), answer.url), { headers: { "HX-Request": "true" } });
    part.innerHTML = await loaded.text();
  }
  const links = [...page.querySelectorAll("a[href]")].map((link) => new URL(link.getAttribute("href"), answer.url).href);
  return { ...told, links, faults: unsound(page) };
}
