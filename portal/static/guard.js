// The text guard reads along: what it finds stands, marked, below the field, and one key replaces it.
// Without this file the same is shown when the form is saved.
"use strict";

{
  const PAUSE = 800; // after the last key, in milliseconds
  const WHILE_LOADING = 1500;
  const AGAIN = 15000;
  const bar = document.querySelector("[data-guard]");
  const form = bar.closest("form");
  const words = bar.dataset;
  const state = bar.querySelector("[data-guard-state]");
  const areas = new Map([...form.querySelectorAll("[data-guarded]")].map((area) => [area.name, area]));
  const panes = new Map();
  const shown = new Map(); // the answer that each pane shows, so that equal ones disturb nobody
  const reasons = new Map(); // typed into the list that came with the page
  let timer = 0;
  let running = false;
  let took = 0;

  bar.hidden = false;

  function say(sentence) {
    if (state.textContent !== sentence) state.textContent = sentence;
  }

  // Asking ------------------------------------------------------------------------------------------------------------

  const typed = () => new Map([...areas].map(([name, area]) => [name, area.value]));

  function later(milliseconds = Math.max(PAUSE, 3 * took)) {
    clearTimeout(timer);
    timer = setTimeout(read, milliseconds);
  }

  async function read() {
    if (running) return later();
    const texts = typed();
    if ([...texts.values()].join("").length > Number(words.longest)) return stop(words.longWords);
    const began = performance.now();
    running = true;
    let answer = null;
    let told = { state: "absent", words: words.absentWords };
    try {
      const fields = [...texts].flatMap(([name, text]) => [["field", name], ["text", text]]);
      answer = await ask(words.address, [...fields, ...reasoned()]);
      if (answer.headers.get("Content-Type")?.startsWith("application/json")) told = await answer.json();
    } catch { /* no connection, or no session: saving will tell */ }
    running = false;
    took = performance.now() - began;
    if (told.state === "too_long") return stop(told.words);
    say(told.words);
    if (told.state === "loading") return later(WHILE_LOADING);
    if (told.state === "paused") return later(AGAIN);
    if (told.state !== "ready") return;
    settleHere();
    for (const [name, area] of areas) if (area.value === texts.get(name)) show(area, told.panes[name]);
  }

  /** Which findings have a reason beside them; what it says is nobody's business before it is saved. */
  function reasoned() {
    const settled = [...form.querySelectorAll("[data-settle]")]
      .filter((item) => item.querySelector("[name$='-reason']")?.value.trim())
      .map((item) => item.dataset.settle);
    return [...new Set(settled)].map((settle) => ["reasoned", settle]);
  }

  function ask(address, fields) {
    const token = form.elements.csrf_token.value;
    const body = new URLSearchParams([...fields, ["about", words.guard], ["csrf_token", token]]);
    return fetch(address, { method: "POST", body, redirect: "error" });
  }

  function stop(sentence) {
    say(sentence);
    for (const area of areas.values()) show(area, "");
  }

  form.addEventListener("input", (event) => { if (event.target.matches("[data-guarded]")) later(); });

  // Showing -----------------------------------------------------------------------------------------------------------

  function paneOf(area) {
    if (!panes.has(area)) {
      const pane = document.createElement("div");
      pane.className = "reading";
      pane.setAttribute("role", "group");
      pane.setAttribute("aria-label", words.paneWords);
      area.after(pane);
      pane.addEventListener("click", (event) => act(event, area));
      pane.addEventListener("keydown", (event) => press(event, area));
      pane.addEventListener("input", (event) => noteReason(event.target));
      pane.addEventListener("change", (event) => { if ("reason" in event.target.dataset) later(0); });
      panes.set(area, pane);
    }
    return panes.get(area);
  }

  function show(area, html) {
    if (!panes.has(area) && !html || shown.get(area) === html) return;
    const pane = paneOf(area);
    const kept = [...pane.querySelectorAll("[data-finding]")];
    const held = pane.contains(document.activeElement) ? document.activeElement : null;
    const heldItem = held?.closest("[data-finding]");
    const { body } = new DOMParser().parseFromString(html, "text/html");
    let follower = null;
    for (const item of body.querySelectorAll("[data-finding]")) {
      const reason = item.querySelector("[data-reason]");
      if (reason && reasons.has(item.dataset.settle)) reason.value = reasons.get(item.dataset.settle);
      const place = kept.findIndex((each) => each.dataset.settle === item.dataset.settle);
      if (place < 0) continue;
      const [before] = kept.splice(place, 1);
      takeOver(before, item);
      if (before === heldItem) follower = item.querySelector(`[data-keep="${held.dataset.keep}"]`);
    }
    pane.replaceChildren(...body.childNodes);
    pane.hidden = !html;
    shown.set(area, html);
    if (held) (follower || pane.querySelector("[data-finding] button") || area).focus();
  }

  /** What somebody has typed or opened beside a finding stays, wherever the finding has moved. */
  function takeOver(before, item) {
    for (const old of before.querySelectorAll("[data-keep]")) {
      const control = item.querySelector(`[data-keep="${old.dataset.keep}"]`);
      if (!control) continue;
      if (old.tagName === "DETAILS") control.open = old.open;
      if (old.tagName === "INPUT") control.value = old.value;
      if (old.tagName === "P") control.textContent = old.textContent;
    }
  }

  /** Reasons belong to words, not to places: the same words elsewhere get the same one. */
  function noteReason(input) {
    if (!("reason" in input.dataset)) return;
    const { settle } = input.closest("[data-finding]").dataset;
    for (const other of form.querySelectorAll("[data-reason]")) {
      if (other.closest("[data-finding]").dataset.settle === settle) other.value = input.value;
    }
  }

  /** What the server listed when the form came back is settled in the panes from now on. */
  function settleHere() {
    const list = document.getElementById("findings");
    for (const item of form.querySelectorAll("[data-of]")) {
      if (!areas.has(item.dataset.of)) continue;
      const reason = item.querySelector("input[type=text]")?.value;
      if (reason) reasons.set(item.dataset.settle, reason);
      item.remove();
    }
    if (list && !list.querySelector("[data-of]")) {
      list.remove();
      bar.id = "findings";
    }
  }

  // Replacing ---------------------------------------------------------------------------------------------------------

  /** Positions come as code points; fields count UTF-16 units. */
  function place(area, item) {
    const { start, end, excerpt } = item.dataset;
    const points = /[\ud800-\udfff]/.test(area.value) ? [...area.value] : null;
    const units = (position) => points ? points.slice(0, position).join("").length : Number(position);
    const found = { start: units(start), end: units(end) };
    return area.value.slice(found.start, found.end) === excerpt ? found : null;
  }

  /** Replaces once: where the words do not stand any more, nothing happens, and the text is read again. */
  function put(area, item) {
    const found = place(area, item);
    const { replacement } = item.dataset;
    if (found) {
      area.focus({ preventScroll: true });
      area.setSelectionRange(found.start, found.end);
      // Deprecated, but the only way that leaves the browser's own "undo" whole.
      if (!document.execCommand("insertText", false, replacement)) {
        area.setRangeText(replacement, found.start, found.end, "end");
        area.dispatchEvent(new InputEvent("input", { bubbles: true }));
      }
      const longer = [...replacement].length - (Number(item.dataset.end) - Number(item.dataset.start));
      for (const other of paneOf(area).querySelectorAll("[data-finding]")) {
        if (Number(other.dataset.start) < Number(item.dataset.end)) continue;
        other.dataset.start = Number(other.dataset.start) + longer;
        other.dataset.end = Number(other.dataset.end) + longer;
      }
    }
    shown.delete(area);
    item.remove();
    later(found ? undefined : 0);
  }

  /** Replaces a person wherever the name stands: what is left of it would count as somebody else. */
  function replace(area, item) {
    if (!item.querySelector("[data-replace]")) return;
    const { person } = item.dataset;
    const isMeant = (other) => other === item || (person && other.dataset.person === person && "open" in other.dataset);
    const all = [...paneOf(area).querySelectorAll("[data-finding]")];
    const others = (some) => some.find((other) => !isMeant(other));
    const next = others(all.slice(all.indexOf(item))) || others(all.slice(0, all.indexOf(item)).reverse());
    for (const [each, pane] of panes) {
      for (const other of [...pane.querySelectorAll("[data-finding]")].filter(isMeant)) put(each, other);
    }
    (next?.querySelector("button") || area).focus();
  }

  function replaceAll(area) {
    for (const item of paneOf(area).querySelectorAll("[data-open]")) put(area, item);
    area.focus();
  }

  // Keys and buttons --------------------------------------------------------------------------------------------------

  function beside(item, step) {
    const all = [...item.closest(".reading").querySelectorAll("[data-finding]")];
    return all[all.indexOf(item) + step];
  }

  const go = (item, step) => beside(item, step)?.querySelector("button").focus();

  let cameFrom = null; // until the field loses the focus or somebody writes in it

  function point(area, item) {
    const found = place(area, item);
    if (!found) return;
    const button = document.activeElement;
    area.focus();
    cameFrom = button;
    area.setSelectionRange(found.start, found.end);
  }

  function open(item, name) {
    const details = item.querySelector(`[data-${name}]`);
    if (!details) return;
    details.open = true;
    details.querySelector("input:not([type=hidden])").focus();
  }

  async function propose(item) {
    const value = (name) => item.querySelector(`[data-${name}]`).value;
    let told = { words: words.absentWords };
    try {
      const answer = await ask(words.terms, [["term", value("term")], ["reason", value("why")], ["committee_id", words.committee]]);
      if (answer.headers.get("Content-Type")?.startsWith("application/json")) told = await answer.json();
    } catch { /* no connection */ }
    item.querySelector("[data-proposed]").textContent = told.words;
  }

  const KEYS = {
    j: (area, item) => go(item, 1),
    ArrowDown: (area, item) => go(item, 1),
    k: (area, item) => go(item, -1),
    ArrowUp: (area, item) => go(item, -1),
    e: replace,
    z: point,
    x: (area, item) => open(item, "aside"),
    a: (area, item) => open(item, "allow"),
  };

  function act(event, area) {
    const button = event.target.closest("button");
    const item = event.target.closest("[data-finding]");
    if (!button) return;
    if ("replaceAll" in button.dataset) replaceAll(area);
    else if ("replace" in button.dataset) replace(area, item);
    else if ("show" in button.dataset) point(area, item);
    else if ("propose" in button.dataset) propose(item);
  }

  function press(event, area) {
    if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
    const item = event.target.closest("[data-finding]");
    const isWriting = event.target.matches("input");
    if (event.key === "Escape") return leave(event.target, area, isWriting);
    if (isWriting && event.key === "Enter") {
      event.preventDefault(); // this key would send the whole form
      if (event.target.closest("[data-allow]")) propose(item);
      else leave(event.target, area, isWriting);
    }
    if (!item || isWriting || !Object.hasOwn(KEYS, event.key)) return;
    event.preventDefault();
    KEYS[event.key](area, item);
  }

  function leave(from, area, isWriting) {
    if (!isWriting) return area.focus();
    from.closest("details").open = "reason" in from.dataset && from.value.trim() !== "";
    from.closest("details").querySelector("summary").focus();
  }

  for (const area of areas.values()) {
    area.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || !cameFrom) return;
      const back = cameFrom.isConnected ? cameFrom : paneOf(area).querySelector("[data-finding] button");
      back?.focus();
    });
    for (const end of ["blur", "input"]) area.addEventListener(end, () => { cameFrom = null; });
  }

  if ([...areas.values()].some((area) => area.value)) later(0);
}
