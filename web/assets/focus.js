// Puts the reader where the page wants them, and shows what only works with JavaScript.
(() => {
  "use strict";
  document.documentElement.classList.add("js");
  for (const element of document.querySelectorAll("[data-js-show]")) element.hidden = false;

  // The error summary of a refused form, or the heading of a receipt: `autofocus` does it; older browsers need help.
  const target = document.querySelector("[data-focus]");
  if (target) {
    requestAnimationFrame(() => {
      if (document.activeElement === document.body && !location.hash) target.focus();
    });
  }

  for (const button of document.querySelectorAll("[data-print]")) {
    button.addEventListener("click", () => print());
  }

  // Light or dark for staff: kept in a cookie so that the server draws the next page alike.
  for (const button of document.querySelectorAll("[data-theme-toggle]")) {
    button.addEventListener("click", () => {
      const root = document.documentElement;
      const now = root.dataset.theme || (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");
      const next = now === "dark" ? "light" : "dark";
      root.dataset.theme = next;
      document.cookie = `theme=${next}; path=/; max-age=31536000; samesite=lax`;
    });
  }
})();
