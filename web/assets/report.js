// Helps with a report: the place by the phone's position, a smaller photo, and no lost answers without signal.
// Everything here can be done without it. All words come from the page's data attributes.
(() => {
  "use strict";

  // ---- Use my position -------------------------------------------------------------------------------
  // <div data-locate data-locate-url data-finding data-denied data-failed data-found>: two hidden inputs named
  // lat and lng, a button with data-locate-button and a role="status" element with data-locate-status.
  for (const box of document.querySelectorAll("[data-locate]")) {
    const button = box.querySelector("[data-locate-button]");
    const status = box.querySelector("[data-locate-status]");
    const lat = box.querySelector('input[name="lat"]');
    const lng = box.querySelector('input[name="lng"]');
    if (!button || !status || !lat || !lng || !("geolocation" in navigator)) continue;
    button.hidden = false;

    // The server names the place; the position goes in the body, never in an address that is logged.
    const name = async (coords) => {
      if (!box.dataset.locateUrl) return box.dataset.found;
      const body = new URLSearchParams({ lat: lat.value, lng: lng.value });
      const token = box.closest("form").querySelector('input[name="csrf"]');
      if (token) body.set("csrf", token.value);
      const answer = await fetch(box.dataset.locateUrl, { method: "POST", body, headers: { accept: "text/plain" } });
      const words = await answer.text();
      if (answer.status >= 500) throw new Error(String(answer.status));
      if (!answer.ok) lat.value = lng.value = "";
      return words.slice(0, 400);
    };

    button.addEventListener("click", () => {
      status.textContent = box.dataset.finding || "";
      navigator.geolocation.getCurrentPosition(
        async ({ coords }) => {
          lat.value = coords.latitude.toFixed(5);
          lng.value = coords.longitude.toFixed(5);
          try {
            status.textContent = (await name(coords)) || box.dataset.found || "";
          } catch (error) {
            status.textContent = box.dataset.found || "";
          }
        },
        (error) => {
          lat.value = lng.value = "";
          status.textContent = (error.code === error.PERMISSION_DENIED ? box.dataset.denied : box.dataset.failed) || "";
        },
        { enableHighAccuracy: true, timeout: 15000, maximumAge: 60000 },
      );
    });
  }

  // ---- Smaller photos --------------------------------------------------------------------------------
  // <input type="file" data-photo data-ready="…{kb}…">, status in the element named by data-photo-status.
  const LONGEST_SIDE = 1600;
  const ENOUGH_BYTES = 300 * 1024;

  const toBlob = (canvas, quality) => new Promise((done) => canvas.toBlob(done, "image/jpeg", quality));

  const shrink = async (file) => {
    const picture = await createImageBitmap(file);
    let scale = Math.min(1, LONGEST_SIDE / Math.max(picture.width, picture.height));
    const canvas = document.createElement("canvas");
    for (;;) {
      canvas.width = Math.max(1, Math.round(picture.width * scale));
      canvas.height = Math.max(1, Math.round(picture.height * scale));
      canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
      for (const quality of [0.82, 0.7, 0.58, 0.46]) {
        const blob = await toBlob(canvas, quality);
        if (!blob) return file;
        if (blob.size <= ENOUGH_BYTES) return new File([blob], "foto.jpg", { type: "image/jpeg" });
      }
      if (scale < 0.1) return file;
      scale *= 0.75;
    }
  };

  for (const input of document.querySelectorAll("input[data-photo]")) {
    const status = document.getElementById(input.dataset.photoStatus || "");
    let ready = Promise.resolve();
    input.addEventListener("change", () => {
      const [file] = input.files;
      if (status) status.textContent = "";
      if (!file) return;
      ready = shrink(file)
        .then((small) => {
          const list = new DataTransfer();
          list.items.add(small);
          input.files = list.files;
          if (status) status.textContent = (input.dataset.ready || "").replace("{kb}", String(Math.ceil(small.size / 1024)));
        })
        // A picture this browser cannot read goes up as it is; the server looks at it.
        .catch(() => {});
    });
    const form = input.form;
    if (form) form.photoReady = () => ready;
  }

  // ---- Sending without losing anything ---------------------------------------------------------------
  // <form data-keep data-keep-probe="/healthz"> with an element data-keep-status data-not-sent data-sending
  // (role="alert"). One tiny request asks whether there is a way through at all. Then the form goes while the page stays:
  // where the connection ends in the middle of a photo, everything typed and chosen is still there.
  const LONGEST_MS = 6 * 60 * 1000;

  /** What the browser would send itself. */
  const sent = (form, pressed) => {
    const data = new FormData(form);
    if (pressed && pressed.name) data.append(pressed.name, pressed.value);
    return form.enctype === "multipart/form-data" ? data : new URLSearchParams(data);
  };

  /** Shows an answer that is a page of its own, in the place of this one; its scripts run as on any page. */
  const show = (html) => {
    document.open();
    // Where the page wants its reader: the browser puts them there of its own only once a page.
    document.addEventListener("DOMContentLoaded", () => document.querySelector("[data-focus]")?.focus());
    document.write(html);
    document.close();
    scrollTo(0, 0);
  };

  for (const form of document.querySelectorAll("form[data-keep]")) {
    const status = form.querySelector("[data-keep-status]");
    if (!status || !("requestSubmit" in form)) continue;
    let sending = false;

    const say = (words, kind = "danger") => {
      status.hidden = !words;
      status.className = `notice notice-${kind}`;
      status.textContent = words;
    };

    const reachable = async (signal) => {
      if (!navigator.onLine) return false;
      const stop = new AbortController();
      const timer = setTimeout(() => stop.abort(), 10000);
      signal.addEventListener("abort", () => stop.abort());
      try {
        await fetch(form.dataset.keepProbe || "/healthz", { method: "HEAD", cache: "no-store", signal: stop.signal });
        return true;
      } catch (error) {
        return false;
      } finally {
        clearTimeout(timer);
      }
    };

    /** Sends the form. False: nobody answered, and whoever sends it again sends it once. */
    const send = async (pressed, signal) => {
      if (form.photoReady) await form.photoReady();
      if (!(await reachable(signal))) return false;
      say(status.dataset.sending || "", "plain");
      let answer, html;
      try {
        // `action` as the button has it: a form may have a field of that name.
        answer = await fetch(form.getAttribute("action") || location.href, { method: "POST", body: sent(form, pressed), signal });
        if (answer.redirected) {
          answer.body?.cancel();
          location.assign(answer.url);
          return true;
        }
        html = await answer.text();
      } catch (error) {
        return false;
      }
      const page = new DOMParser().parseFromString(html, "text/html");
      if (answer.ok || page.querySelector("main form")) {
        show(html);
      } else {
        // A page that only says what went wrong, such as too much at once: its words, and this page stays.
        const words = [...page.querySelectorAll("main h1, main .lead, main .notice")].map((part) => part.textContent.trim());
        say(words.join(". ").slice(0, 400) || status.dataset.notSent || "");
        sending = false;
      }
      return true;
    };

    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      if (sending) return;
      sending = true;
      const pressed = event.submitter;
      say("");
      const stop = new AbortController();
      const abort = () => stop.abort();
      const timer = setTimeout(abort, LONGEST_MS);
      addEventListener("offline", abort);
      const answered = await send(pressed, stop.signal);
      removeEventListener("offline", abort);
      clearTimeout(timer);
      if (!answered) {
        say(status.dataset.notSent || "");
        sending = false;
      }
    });
    // Back from the next page: the form works again.
    addEventListener("pageshow", (event) => {
      if (!event.persisted) return;
      sending = false;
      say("");
    });
  }
})();
