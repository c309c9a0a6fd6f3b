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

  // The way out of pages of a sensitive kind: the screen is emptied at once, and Back does not return to this page.
  // Shift three times within five seconds does the same.
  const exits = document.querySelectorAll("a[data-exit]");
  if (exits.length) {
    const away = exits[0].href;
    const leave = () => {
      document.body.replaceChildren();
      document.title = "";
      location.replace(away);
    };
    let presses = [];
    for (const exit of exits) {
      exit.addEventListener("click", (event) => {
        event.preventDefault();
        leave();
      });
    }
    document.addEventListener("keyup", (event) => {
      presses = event.key === "Shift" ? [...presses, Date.now()].slice(-3) : [];
      if (presses.length === 3 && presses[2] - presses[0] <= 5000) leave();
    });
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
