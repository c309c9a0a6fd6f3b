// Says at once that a chosen file is too large, before it is sent for nothing. The server says so too.
// <input type="file" data-most-photo data-most (bytes) data-too-large="…{mb}…">, and after it an element with data-file-status.
(() => {
  "use strict";
  for (const input of document.querySelectorAll("input[data-most]")) {
    const status = input.parentElement.querySelector("[data-file-status]");
    if (!status) continue;
    input.addEventListener("change", () => {
      const [file] = input.files;
      const most = Number(file && file.type.startsWith("image/") ? input.dataset.mostPhoto : input.dataset.most);
      const large = Boolean(file) && file.size > most;
      status.textContent = large ? input.dataset.tooLarge.replace("{mb}", String(most / 1024 / 1024)) : "";
    });
  }
})();
