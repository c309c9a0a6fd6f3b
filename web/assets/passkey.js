// Passkeys: asks the server for a challenge, the browser for its answer, and sends that as a form. Without this script, or where
// the browser has no passkeys, the sentence beside it says what to do instead.
(() => {
  "use strict";
  const able = window.isSecureContext && window.PublicKeyCredential && navigator.credentials;
  if (!able) return;

  const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (sign) => sign.charCodeAt(0));
  const text = (buffer) => {
    let signs = "";
    for (const byte of new Uint8Array(buffer)) signs += String.fromCharCode(byte);
    return btoa(signs).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  };
  const named = (list) => (list ?? []).map((one) => ({ ...one, id: bytes(one.id) }));

  const create = async (told) => {
    const publicKey = { ...told, challenge: bytes(told.challenge), user: { ...told.user, id: bytes(told.user.id) }, excludeCredentials: named(told.excludeCredentials) };
    const made = await navigator.credentials.create({ publicKey });
    return {
      id: made.id,
      rawId: text(made.rawId),
      type: made.type,
      extensions: {},
      response: {
        attestationObject: text(made.response.attestationObject),
        clientDataJSON: text(made.response.clientDataJSON),
        transports: made.response.getTransports ? made.response.getTransports() : [],
      },
    };
  };
  const get = async (told) => {
    const publicKey = { ...told, challenge: bytes(told.challenge), allowCredentials: named(told.allowCredentials) };
    const shown = await navigator.credentials.get({ publicKey });
    return {
      id: shown.id,
      rawId: text(shown.rawId),
      type: shown.type,
      extensions: {},
      response: {
        authenticatorData: text(shown.response.authenticatorData),
        clientDataJSON: text(shown.response.clientDataJSON),
        signature: text(shown.response.signature),
        userHandle: shown.response.userHandle ? text(shown.response.userHandle) : null,
      },
    };
  };

  for (const form of document.querySelectorAll("form[data-passkey]")) {
    const status = form.querySelector("[data-passkey-status]");
    const button = form.querySelector("button");
    form.hidden = false;
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      if (button.disabled) return;
      button.disabled = true;
      status.textContent = "";
      try {
        const body = new URLSearchParams({ csrf: form.elements.csrf.value });
        const answer = await fetch(form.dataset.begin, { method: "POST", body, credentials: "same-origin" });
        if (!answer.ok) throw new Error(String(answer.status));
        const { publicKey } = await answer.json();
        const done = form.dataset.passkey === "create" ? await create(publicKey) : await get(publicKey);
        form.elements.jawaban.value = JSON.stringify(done);
        const name = form.querySelector("[data-passkey-name]");
        if (name) name.value = document.getElementById(name.dataset.passkeyName)?.value ?? "";
        form.submit();
      } catch {
        // Nobody chose a key, or the device has none for this site.
        status.textContent = status.dataset.failed;
        button.disabled = false;
      }
    });
  }
  for (const none of document.querySelectorAll("[data-passkey-none]")) none.hidden = true;
})();
