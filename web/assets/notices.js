// Asks this browser to be told when there is news of a report. Without it the ways by mail and telephone remain.
// All words come from the page's data attributes.
(() => {
  "use strict";

  const form = document.querySelector("[data-push]");
  if (!form) return;
  const button = form.querySelector("[data-push-button]");
  const status = form.querySelector("[data-push-status]");
  const can = "serviceWorker" in navigator && "PushManager" in window && "Notification" in window;
  if (!button || !status || !can) return;
  button.hidden = false;
  status.textContent = "";

  // The key of the node: base64url to bytes.
  const bytes = (text) => {
    const padded = text.replaceAll("-", "+").replaceAll("_", "/").padEnd(Math.ceil(text.length / 4) * 4, "=");
    return Uint8Array.from(atob(padded), (letter) => letter.charCodeAt(0));
  };

  button.addEventListener("click", async () => {
    status.textContent = form.dataset.asking || "";
    try {
      if ((await Notification.requestPermission()) !== "granted") {
        status.textContent = form.dataset.denied || "";
        return;
      }
      const worker = await navigator.serviceWorker.register(form.dataset.worker, { scope: "/kabar/" });
      const known = await worker.pushManager.getSubscription();
      const key = bytes(form.dataset.key);
      const taken =
        known || (await worker.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key }));
      const { endpoint, keys } = taken.toJSON();
      const body = new URLSearchParams({
        csrf: form.querySelector('input[name="csrf"]').value,
        endpoint,
        p256dh: keys.p256dh,
        auth: keys.auth,
      });
      const answer = await fetch(form.action, { method: "POST", body, headers: { accept: "text/plain" } });
      const words = (await answer.text()).slice(0, 400);
      status.textContent = answer.status < 500 && words ? words : form.dataset.failed || "";
      if (answer.ok) button.hidden = true;
    } catch (error) {
      status.textContent = form.dataset.failed || "";
    }
  });
})();
