// The correction page: it saves itself, keeps in the browser what could not be sent, and takes single keys.
// Without this file the form works like any other.
"use strict";

const form = document.getElementById("correction");
const text = form.elements.text;
const state = form.querySelector("[data-state]");
const unsavedMark = form.querySelector("[data-unsaved-mark]");
const words = state.dataset;

const PAUSE = 3000; // after the last key, in milliseconds
const AGAIN = 15000;
const KEEP_DAYS = 14;
const NO_BODY = new Set(["csrf_token", "seen"]);
let shelf = null; // where the browser keeps what could not be sent; people may have forbidden it
try {
  shelf = "brief" in form.dataset ? sessionStorage : localStorage; // a case group's text goes with the window
} catch { /* then there is none */ }

// Saving --------------------------------------------------------------------------------------------------------------

let saved = "fresh" in form.dataset ? typed() : null;
let paused = "unsaved" in form.dataset; // two versions are on the screen: a person decides, no timer
let timer = 0;
let running = null;
let isInTrouble = false; // the state says already why it is not saved

function fields() {
  return new URLSearchParams(new FormData(form));
}

/** What a person can change, as one text to compare. */
function typed() {
  return [...fields()].filter(([name]) => !NO_BODY.has(name) && !name.endsWith("-id")).join("\n");
}

function say(sentence, link = null, trouble = true) {
  isInTrouble = trouble;
  unsavedMark.hidden = trouble || typed() === saved;
  if (state.textContent !== sentence) state.replaceChildren(sentence, ...(link ? [" ", link] : []));
}

function later(milliseconds = PAUSE) {
  clearTimeout(timer);
  if (!paused) timer = setTimeout(save, milliseconds);
}

async function save() {
  clearTimeout(timer);
  while (running) await running;
  running = send();
  const outcome = await running;
  running = null;
  return outcome;
}

async function send() {
  const sent = typed();
  if (sent === saved) return "saved";
  const isKept = keep();
  let answer;
  try {
    answer = await post(form.dataset.autosave);
  } catch {
    return lost(isKept);
  }
  if (answer.status === 401 || answer.status === 400) { // 400: not even the form's token is known any more
    const link = Object.assign(document.createElement("a"), { href: form.dataset.signIn, target: "_blank" });
    link.textContent = words.signInWords;
    say(isKept ? words.endedWords : words.fullWords, link);
    return "ended";
  }
  if (answer.status === 404) {
    say(isKept ? words.goneWords : words.fullWords);
    return "gone";
  }
  if (answer.status === 413) {
    say(words.largeWords);
    return "large";
  }
  const isJson = (answer.headers.get("Content-Type") || "").startsWith("application/json");
  const told = isJson ? await answer.json() : { words: "" };
  if (answer.status === 409) {
    paused = true;
    say(`${told.words} ${words.conflictWords}`.trim());
    return "refused";
  }
  if (answer.status === 422) {
    say(told.words);
    return "refused";
  }
  if (!answer.ok || !isJson) return lost(isKept);
  saved = sent;
  forget();
  form.elements.seen.value = told.seen;
  takeRows(told.rows);
  form.querySelector("[data-left-open]").hidden = !told.left_open;
  say(told.words, null, false);
  if (!unsavedMark.hidden) later();
  return "saved";
}

function lost(isKept) {
  say(isKept ? words.offlineWords : words.fullWords);
  later(AGAIN);
  return "lost";
}

async function post(address) {
  const request = () => fetch(address, { method: "POST", body: fields(), redirect: "error" });
  const answer = await request();
  return answer.status === 400 && (await renewToken()) ? request() : answer;
}

/** After a new sign-in of the same person in another window, the form's token is an old one. */
async function renewToken() {
  const answer = await fetch(form.action);
  const page = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("correction");
  if (page?.dataset.person !== form.dataset.person) return false;
  for (const field of document.getElementsByName("csrf_token")) field.value = page.elements.csrf_token.value;
  return true;
}

/** Rows that were new have an id now, and their places in the text may have moved. */
function takeRows(rows) {
  for (const [place, row] of Object.entries(rows)) {
    const id = form.elements[`${place}-id`];
    id.value = row.id;
    const proposal = id.closest("li");
    const source = proposal.querySelector("[data-lines]");
    if (!source || !row.lines) continue;
    source.dataset.lines = row.lines.join("-");
    source.querySelector("[data-place]").textContent = row.place;
    proposal.querySelector("[data-outdated]").hidden = !row.outdated;
  }
}

form.addEventListener("input", (event) => {
  follow(event.target);
  unsavedMark.hidden = isInTrouble;
  later();
});
addEventListener("online", () => { if (!paused) save(); });

let isLeaving = false;
form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const action = event.submitter?.formAction || form.action;
  const outcome = await save();
  if (outcome !== "saved" && outcome !== "refused") return;
  isLeaving = true;
  form.action = action;
  form.submit();
});

// Other pages of these minutes show what was written, so it is saved before one goes there.
for (const link of document.querySelectorAll(".actions a")) {
  link.addEventListener("click", async (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || typed() === saved) return;
    event.preventDefault();
    if ((await save()) === "saved") location.assign(link.href);
  });
}

// What could not be sent stays in the browser -------------------------------------------------------------------------

function keep() {
  const kept = [...fields()].filter(([name]) => name !== "csrf_token");
  try {
    shelf.setItem(form.dataset.kept, JSON.stringify({ at: Date.now(), fields: kept }));
    return true;
  } catch {
    return false;
  }
}

function forget() {
  shelf?.removeItem(form.dataset.kept);
}

addEventListener("pagehide", () => {
  if (!isLeaving && saved !== null && typed() !== saved) keep();
});

// Whoever signs out is asked by portal.js before it empties the shelf; afterwards nothing is put there again.
const signOut = document.querySelector("[data-sign-out]");
signOut?.addEventListener("click", () => { if (saved !== null && typed() !== saved) keep(); });
signOut?.addEventListener("submit", (event) => {
  if (event.defaultPrevented) return;
  isLeaving = true;
  clearTimeout(timer);
});

for (const name of Object.keys(shelf || {}).filter((each) => each.startsWith("minutes-"))) {
  const { at } = JSON.parse(shelf.getItem(name));
  if (Date.now() - at > KEEP_DAYS * 86400000) shelf.removeItem(name);
}

// What is offered lies apart until somebody decides, for what is written meanwhile takes its place.
const offer = `${form.dataset.kept}-offered`;
const unsent = "fresh" in form.dataset && shelf?.getItem(form.dataset.kept);
if (unsent) {
  shelf.setItem(offer, unsent);
  forget();
}
const kept = "fresh" in form.dataset && JSON.parse(shelf?.getItem(offer) || "null");
if (kept) {
  const box = form.querySelector(".kept");
  box.querySelector("[data-kept-at]").textContent = new Date(kept.at).toLocaleString(document.documentElement.lang,
    { dateStyle: "medium", timeStyle: "short" });
  box.hidden = false;
  box.querySelector("[data-restore]").addEventListener("click", restore);
  box.querySelector("[data-discard]").addEventListener("click", () => { shelf.removeItem(offer); box.hidden = true; });
}

/** The server puts them in, or shows both versions where somebody else wrote meanwhile. */
function restore() {
  const sending = Object.assign(document.createElement("form"), { method: "post", action: form.action, hidden: true });
  for (const [name, value] of [...kept.fields, ["csrf_token", form.elements.csrf_token.value]]) {
    const field = Object.assign(document.createElement("textarea"), { name, value });
    sending.append(field);
  }
  document.body.append(sending);
  fetch(form.dataset.autosave, { method: "POST", body: new URLSearchParams(new FormData(sending)) })
    .then((answer) => {
      if (!answer.ok) shelf.setItem(form.dataset.kept, shelf.getItem(offer)); // until the page that follows is saved
      shelf.removeItem(offer);
      sending.submit();
    })
    .catch(() => say(words.offlineWords));
}

// Rows for what the reader missed: as soon as one is begun, the next one stands below it ------------------------------

for (const row of form.querySelectorAll("[data-new]")) offerNext(row);

function offerNext(row) {
  const blank = row.cloneNode(true);
  row.addEventListener("input", () => {
    const [, kind] = blank.querySelector('[name$="-id"]').name.match(/^(\w+)-\d+-id$/);
    const number = form.querySelectorAll(`[name^="${kind}-"][name$="-id"]`).length;
    for (const element of blank.querySelectorAll("[name], [id], [for]")) {
      for (const attribute of ["name", "id", "for"]) {
        const value = element.getAttribute(attribute);
        if (value) element.setAttribute(attribute, value.replace(/^(\w+)-\d+-/, `$1-${number}-`));
      }
    }
    row.after(blank);
    offerNext(blank);
  }, { once: true });
}

// A proposal shows what its fields say --------------------------------------------------------------------------------

function follow(field) {
  const [, name] = (field.name || "").match(/-(\w+)$/) || [];
  const shown = name && field.closest("[data-proposal]")?.querySelector(`[data-shows="${name}"]`);
  if (!shown || field.type === "checkbox") return;
  let value = field.selectedOptions ? field.selectedOptions[0].textContent : field.value;
  if (field.type === "date" && value) {
    value = field.valueAsDate.toLocaleDateString(document.documentElement.lang,
      { day: "2-digit", month: "2-digit", year: "numeric", timeZone: "UTC" });
  }
  (shown.querySelector("span") || shown).textContent = value;
  if (shown.classList.contains("fact")) shown.hidden = !value;
}

// Lines in the text ---------------------------------------------------------------------------------------------------

let cameFrom = null;

/** First and last character of these lines, and how far they are from the top of the text. */
function place(lines) {
  const [first, last] = lines.split("-").map(Number);
  const all = text.value.split("\n");
  const start = all.slice(0, first - 1).join("\n").length + (first > 1 ? 1 : 0);
  return { start, end: start + all.slice(first - 1, last).join("\n").length };
}

function scrollTo({ start }) {
  const mirror = document.createElement("div");
  const style = getComputedStyle(text);
  for (const name of ["font", "letterSpacing", "padding", "border", "boxSizing", "lineHeight", "overflowWrap"]) {
    mirror.style[name] = style[name];
  }
  Object.assign(mirror.style, {
    position: "absolute", visibility: "hidden", whiteSpace: "pre-wrap", width: `${text.clientWidth}px`,
  });
  mirror.textContent = text.value.slice(0, start);
  document.body.append(mirror);
  text.scrollTop = mirror.offsetHeight - text.clientHeight / 3;
  mirror.remove();
}

function jump(source) {
  cameFrom = document.activeElement;
  const where = place(source.dataset.lines);
  text.focus({ preventScroll: true });
  text.setSelectionRange(where.start, where.end);
  scrollTo(where);
  text.scrollIntoView({ block: "nearest" });
}

for (const button of document.querySelectorAll("[data-jump]")) {
  button.hidden = false;
  button.addEventListener("click", () => jump(button.closest("[data-lines]")));
}

// Keys, only where a proposal has the focus and nobody writes ---------------------------------------------------------

const box = (proposal) => proposal.querySelector('input[type="checkbox"]');

function go(proposal, step) {
  const all = [...form.querySelectorAll("[data-proposal]")];
  const next = all[all.indexOf(proposal) + step];
  if (next) box(next).focus();
}

function decide(proposal, isAccepted) {
  if (box(proposal).checked !== isAccepted) {
    box(proposal).checked = isAccepted;
    box(proposal).dispatchEvent(new Event("input", { bubbles: true }));
  }
  go(proposal, 1);
}

function correct(proposal) {
  const details = proposal.querySelector("details");
  if (!details) return;
  details.open = true;
  details.querySelector("input, textarea").focus();
}

function showSource(proposal) {
  const source = proposal.querySelector("[data-lines]");
  if (source) jump(source);
}

const KEYS = {
  j: (proposal) => go(proposal, 1),
  ArrowDown: (proposal) => go(proposal, 1),
  k: (proposal) => go(proposal, -1),
  ArrowUp: (proposal) => go(proposal, -1),
  a: (proposal) => decide(proposal, true),
  x: (proposal) => decide(proposal, false),
  e: correct,
  z: showSource,
};

form.querySelector(".keys").hidden = false;
document.addEventListener("keydown", (event) => {
  if (event.key !== "j" || event.target !== document.body || event.ctrlKey || event.altKey || event.metaKey) return;
  form.querySelector("[data-proposal] input[type=checkbox]")?.focus();
});
form.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
  const proposal = event.target.closest("[data-proposal]");
  const isWriting = event.target.matches('input:not([type="checkbox"]), select, textarea');
  if (event.key === "Escape") return goBack(event, proposal, isWriting);
  if (!proposal || isWriting || !Object.hasOwn(KEYS, event.key)) return;
  event.preventDefault();
  KEYS[event.key](proposal);
});

function goBack(event, proposal, isWriting) {
  if (event.target === text && cameFrom) {
    cameFrom.focus();
    cameFrom = null;
  } else if (proposal && isWriting) {
    event.target.closest("details").open = false;
    box(proposal).focus();
  }
}
