// Follows the system's light or dark until the visitor has chosen; runs before anything is painted.
(() => {
  const root = document.documentElement;
  if (root.hasAttribute("data-theme-follows-system") && matchMedia("(prefers-color-scheme: dark)").matches) {
    root.dataset.bsTheme = "dark";
  }
})();
