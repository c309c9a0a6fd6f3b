// Keeps a page of the desk or the board fresh without moving the reader.
//
// The page carries one element with data-live (address of the event stream). The server sends there
//   event: ping    data: the time as the unit writes it; at least every 10 seconds
//   event: change  data: anything; something on this page may have changed
// On change the page's own address is fetched again and every element with data-live-region (and an id)
// is replaced when its content differs: at most every 10 seconds, never under the reader's hands.
(() => {
  "use strict";
  const source = document.querySelector("[data-live]");
  if (!source || !("EventSource" in window)) return;

  const PAUSE_MS = 10000;
  const SILENCE_MS = 30000;
  const status = document.querySelector("[data-live-status]");
  const stale = document.querySelector("[data-live-stale]");
  let lastHeard = Date.now();
  let lastTime = source.dataset.liveTime || "";
  let lastSwap = 0;
  let waiting = 0;
  let busy = false;
  let again = false;

  // A typed word, an open choice: the region waits until the reader has left it.
  const inHand = (region) => {
    const active = document.activeElement;
    if (active && active !== document.body && region.contains(active) && !active.id) return true;
    if (active && region.contains(active) && active.matches("input, select, textarea")) return true;
    return [...region.querySelectorAll("input, select, textarea")].some((field) =>
      field.type === "checkbox" || field.type === "radio"
        ? field.checked !== field.defaultChecked
        : field.type !== "hidden" && "defaultValue" in field && field.value !== field.defaultValue,
    );
  };

  const swap = (fresh) => {
    let changed = false;
    let held = false;
    for (const region of document.querySelectorAll("[data-live-region]")) {
      const next = region.id && fresh.getElementById(region.id);
      if (!next || next.innerHTML === region.dataset.liveWas) continue;
      if (!region.dataset.liveWas && next.innerHTML === region.innerHTML) continue;
      if (inHand(region)) {
        held = true;
        continue;
      }
      const focused = region.contains(document.activeElement) ? document.activeElement.id : "";
      const open = [...region.querySelectorAll("details[open][id]")].map((details) => details.id);
      const html = next.innerHTML;
      region.replaceChildren(...next.childNodes);
      region.dataset.liveWas = html;
      for (const id of open) {
        const details = document.getElementById(id);
        if (details) details.open = true;
      }
      const back = focused && document.getElementById(focused);
      if (back) back.focus({ preventScroll: true });
      changed = true;
    }
    const next = fresh.querySelector("[data-live-status]");
    if (changed && status && next) status.textContent = next.dataset.liveChanged || next.textContent;
    return held;
  };

  const refresh = async () => {
    waiting = 0;
    if (busy) {
      again = true;
      return;
    }
    busy = true;
    lastSwap = Date.now();
    try {
      const answer = await fetch(location.href, { headers: { accept: "text/html" }, cache: "no-store" });
      // A session that ended answers with the sign-in page: leave what is here and let the warning speak.
      if (answer.ok && !answer.redirected) {
        const held = swap(new DOMParser().parseFromString(await answer.text(), "text/html"));
        if (held) again = true;
      }
    } catch (error) {
      // The stream's silence will say so.
    }
    busy = false;
    if (again) {
      again = false;
      soon();
    }
  };

  const soon = () => {
    if (waiting) return;
    waiting = setTimeout(refresh, Math.max(300, lastSwap + PAUSE_MS - Date.now()));
  };

  const heard = (event) => {
    lastHeard = Date.now();
    if (event.type === "ping" && event.data) lastTime = event.data;
    if (stale && !stale.hidden) {
      stale.hidden = true;
      stale.textContent = "";
      source.classList.remove("live-stopped");
      soon();
    }
  };
  // The browser asks again by itself after a cut line, but not after an answer it did not expect, such as that of a
  // server about to start. And it opens six connections to a site at most, of which each open stream holds one: a page
  // that nobody looks at lets go of its own, and reads itself anew when it is looked at again.
  let stream = null;
  let asked = 0;
  const listen = () => {
    asked = Date.now();
    stream = new EventSource(source.dataset.live);
    stream.addEventListener("ping", heard);
    stream.addEventListener("change", (event) => {
      heard(event);
      soon();
    });
  };
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) {
      if (stream) stream.close();
      stream = null;
    } else if (!stream) {
      lastHeard = Date.now();
      listen();
      soon();
    }
  });
  if (!document.hidden) listen();

  setInterval(() => {
    if (!stream) return;
    if (stream.readyState === EventSource.CLOSED && Date.now() - asked >= PAUSE_MS) listen();
    if (!stale || !stale.hidden || Date.now() - lastHeard < SILENCE_MS) return;
    stale.hidden = false;
    stale.textContent = (stale.dataset.liveStale || "").replace("{time}", lastTime);
    source.classList.add("live-stopped");
  }, 1000);
})();
