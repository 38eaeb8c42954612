// Tells how the main part of a page is built: each kind of element with its classes and the names of its attributes.
(document) => {
  const kind = (element) => [element.localName, ...[...element.classList].sort(), ...element.getAttributeNames().sort()];
  return [...new Set([...document.querySelectorAll("main *")].map((element) => kind(element).join(" ")))].sort().join("\n");
}
