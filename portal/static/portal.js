// Small comforts; every page works without them.
"use strict";

// Copying a secret address: the button appears only where the browser can copy.
if (navigator.clipboard) {
  for (const button of document.querySelectorAll("[data-copy]")) {
    button.hidden = false;
    button.setAttribute("aria-live", "polite");
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent);
      button.textContent = button.dataset.copied;
    });
  }
}

// Whoever signs out leaves no text in the browser (correction.js keeps there what could not be sent).
for (const form of document.querySelectorAll("[data-sign-out]")) {
  form.addEventListener("submit", (event) => {
    let kept = [];
    try {
      kept = [localStorage, sessionStorage].flatMap((shelf) =>
        Object.keys(shelf).filter((name) => name.startsWith("minutes-")).map((name) => [shelf, name]));
    } catch { /* this browser keeps nothing */ }
    if (kept.length && !confirm(form.dataset.signOut)) {
      event.preventDefault();
      event.stopImmediatePropagation();
      return;
    }
    for (const [shelf, name] of kept) shelf.removeItem(name);
  });
}

// A second click on a slow line must not send a form twice. Five seconds later it may be meant, as after a download.
for (const form of document.querySelectorAll('form[method="post"]')) {
  let sent = false;
  form.addEventListener("submit", (event) => {
    if (sent) event.preventDefault();
    sent = true;
    setTimeout(() => { sent = false; }, 5000);
  });
}

// The clock of the running item goes on; without this the page shows how long it ran when it was loaded.
for (const clock of document.querySelectorAll("[data-seconds]")) {
  const loaded = Date.now() - 1000 * Number(clock.dataset.seconds);
  setInterval(() => {
    const seconds = Math.floor((Date.now() - loaded) / 1000);
    clock.textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
  }, 1000);
}

// A button for printing, where there is a browser that can.
for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}
