// Shows that there is news of a report, and leads to where it is read. A message brings a title and an address of
// this site and nothing else; one that does not read is not shown.
"use strict";

self.addEventListener("push", (event) => {
  let said;
  try {
    said = event.data.json();
  } catch (error) {
    return;
  }
  if (typeof said.title !== "string" || typeof said.url !== "string") return;
  event.waitUntil(
    self.registration.showNotification(said.title.slice(0, 120), {
      // The same message a second time takes the place of the first.
      tag: String(said.id),
      lang: said.lang === "en" ? "en" : "id",
      data: { url: said.url },
    }),
  );
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  const address = new URL(event.notification.data.url, self.location.href);
  // Only this site is opened.
  if (address.origin === self.location.origin) event.waitUntil(self.clients.openWindow(address.href));
});
