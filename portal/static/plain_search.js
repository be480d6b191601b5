// Searches the decisions of this folder, without a server: the texts of each year are a script file of their own.
"use strict";

const AT_ONCE = 50;
const AROUND = 120;
const UNSEEN = /[\u00ad\u0300-\u036f\u200b-\u200f\u2060\ufeff]/g;
const WORD = /[\p{L}\p{N}][\p{L}\p{N}\u00ad\u0300-\u036f\u200b-\u200f\u2060\ufeff]*/gu;

const NUMBER = /^(\p{L}[\p{L}\p{N}]{0,7})[\s\p{Pd}]+(\d{4})[\s\p{Pd}]+(\d{1,6})$/u;

const form = document.getElementById("search");
const field = document.getElementById("q");
const section = document.getElementById("found");
const count = document.getElementById("found-count");
const list = document.getElementById("found-list");
const more = document.getElementById("found-more");
const lists = document.getElementById("lists");
const words = form.dataset;
const years = new Map();
let hits = [];
let wanted = [];

// Each data file calls this with its year and rows: number, title, day, committee, state, text.
window.decisionsOf = (year, rows) => {
  years.set(year, rows.map((row) => ({ row, plain: plain(`${row[0]} ${row[1]} ${row[5]}`) })));
};

// Letters without case, accents and signs that nobody sees; ae, oe, ue count as umlauts, and ß as ss.
function fold(text) {
  return text.normalize("NFKD").toLowerCase().replace(UNSEEN, "").replace(/ß/g, "ss").replace(/([aou])e/g, "$1");
}

function plain(text) {
  return ` ${(fold(text).match(WORD) || []).join(" ")} `;
}

// The beginning that the forms of a German word share.
function stem(word) {
  if (word.length < 5 || /\d/.test(word)) return word;
  return word.replace(/(?:ern|em|er|en|es|e|s)$/, "").replace(/niss$/, "nis");
}

// What was typed: words, "phrases", and what must not occur. Each is looked for inside of words, so that Erlaubnis
// finds Aufenthaltserlaubnis; what begins with a digit, at the beginning of a word.
function read(typed) {
  const parts = [];
  const query = typed.trim().replace(NUMBER, (_, code, year, ordinal) => `"${code} ${year} ${ordinal.padStart(3, "0")}"`);
  for (const found of query.slice(0, 200).matchAll(/(-?)(?:["„“”«»]([^"„“”«»]+)["„“”«»]?|(\S+))/g)) {
    const phrase = plain(found[2] || found[3]).trim();
    if (!phrase) continue;
    const isPhrase = Boolean(found[2]) || phrase.includes(" ");
    const text = isPhrase ? phrase : stem(phrase);
    parts.push({ text: isPhrase || /^\d/.test(text) ? ` ${text}` : text, isLeftOut: found[1] === "-" });
  }
  return parts.slice(0, 16);
}

function matches(entry) {
  return wanted.every((part) => entry.plain.includes(part.text) !== part.isLeftOut);
}

function load(year) {
  if (years.has(year)) return Promise.resolve(true);
  return new Promise((done) => {
    const script = document.createElement("script");
    script.src = `${words.folder}/data-${year}.js`;
    script.addEventListener("load", () => done(years.has(year)));
    script.addEventListener("error", () => done(false));
    document.head.append(script);
  });
}

async function search(query) {
  wanted = read(query);
  section.hidden = !query.trim();
  lists.hidden = !section.hidden;
  if (section.hidden) return;
  count.textContent = words.loading;
  list.replaceChildren();
  more.hidden = true;
  const all = words.years.split(" ");
  const isThere = await Promise.all(all.map(load));
  if (field.value !== query) return; // somebody searches for something else by now
  const here = all.filter((_, index) => isThere[index]);
  hits = wanted.some((part) => !part.isLeftOut) ? here.flatMap((year) => years.get(year)).filter(matches) : [];
  const number = hits.length;
  const said = number === 0 ? words.none : number === 1 ? words.one : words.many.replace("#", number.toLocaleString("de"));
  const missing = all.filter((_, index) => !isThere[index]);
  count.textContent = [said, ...missing.map((year) => words.failed.replace("#", year))].join(". ");
  show();
}

function show() {
  const first = list.children.length;
  list.append(...hits.slice(first, first + AT_ONCE).map(({ row }) => item(row)));
  more.hidden = list.children.length >= hits.length;
  if (first) list.children[first].querySelector("a").focus();
}

function item([number, title, day, committee, state, text]) {
  const meta = element("p", "meta");
  meta.append(element("span", "number", number), ` ${committee}, ${day.split("-").reverse().join(".")} `);
  if (state) meta.append(element("span", "state state-warning", state));
  const heading = element("h3");
  const link = element("a", "", title);
  link.href = `${words.folder}/${number}.html`;
  heading.append(link);
  const made = element("li", "result");
  made.append(meta, heading, excerpt(text));
  return made;
}

function element(name, className = "", text = "") {
  const made = document.createElement(name);
  if (className) made.className = className;
  made.textContent = text;
  return made;
}

// The first passage with a word that was looked for, all such words in it marked; never as markup.
function excerpt(text) {
  const paragraph = element("p");
  const parts = wanted.filter((part) => !part.isLeftOut).flatMap((part) => part.text.trim().split(" "));
  const found = [...text.matchAll(WORD)].filter((match) => {
    const word = fold(match[0]);
    return parts.some((part) => (/^\d/.test(part) ? word.startsWith(part) : word.includes(part)));
  });
  const start = found.length && found[0].index > AROUND ? text.lastIndexOf(" ", found[0].index - AROUND) + 1 : 0;
  const end = (found.length ? found[0].index : 0) + 2 * AROUND;
  const stop = end >= text.length ? text.length : Math.max(text.lastIndexOf(" ", end), start + 1);
  let position = start;
  if (start) paragraph.append("… ");
  for (const match of found) {
    if (match.index < position || match.index + match[0].length > stop) continue;
    paragraph.append(text.slice(position, match.index), element("mark", "", match[0]));
    position = match.index + match[0].length;
  }
  paragraph.append(text.slice(position, stop), stop < text.length ? " …" : "");
  return paragraph;
}

// The search stands in the address, so that it can be kept and the way back leads to it.
function follow() {
  const query = new URLSearchParams(location.hash.slice(1)).get("q") || "";
  field.value = query;
  search(query);
}

form.hidden = false;
form.addEventListener("submit", (event) => {
  event.preventDefault();
  const address = `#q=${encodeURIComponent(field.value)}`;
  if (location.hash === address) search(field.value);
  else location.hash = address;
});
more.querySelector("button").addEventListener("click", show);
window.addEventListener("hashchange", follow);
if (location.hash.startsWith("#q=")) follow();
