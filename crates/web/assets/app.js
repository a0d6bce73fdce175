// Makes the pages quicker where scripts run; every page works without this file.
//
// 1. Live: the server says what changed (kind, id, version); the part of the page that shows it is
//    fetched again, so that permission and content are decided where they always are.
// 2. Age: says how old the page is once it no longer hears from the server.
// 3. Keys: one letter goes to the element with that data-key, `g` and a letter to a page, `?` lists
//    them all. Whoever switched single letters off has Ctrl-K and ⌘K only.
// 4. Menus close on Escape and on a click elsewhere.
// 5. Finder: Ctrl-K, ⌘K or `/` opens a dialog that shows what /search finds, by kind.

const STALE_AFTER_MS = 45_000; // two missed keep-alives of the stream, and some
const TICK_MS = 5_000;
const GATHER_MS = 250; // changes that come together are fetched once

const now = () => Date.now();
const loaded = now();
let heard = loaded;
let offline = false;

/* 1. Live ─────────────────────────────────────────────────────────────────────────────────────── */

const waiting = new Map(); // element id -> timer

/** Whether somebody types in this part of the page, or has typed something not yet sent. */
function inUse(part) {
  if (part.contains(document.activeElement) && document.activeElement.matches("input, textarea, select")) {
    return true;
  }
  return [...part.querySelectorAll("textarea, input[type=text], input:not([type])")]
    .some((field) => field.value !== field.defaultValue);
}

/** Remembers which folds are open, so that a swap does not close them. */
const openFolds = (part) => [...part.querySelectorAll("details[open] > summary")]
  .map((summary) => summary.textContent);

function reopen(part, texts) {
  for (const summary of part.querySelectorAll("details > summary")) {
    if (texts.includes(summary.textContent)) summary.parentElement.open = true;
  }
}

async function refresh(id) {
  waiting.delete(id);
  const part = document.getElementById(id);
  if (!part) return;
  if (inUse(part)) {
    part.dataset.stale = "";
    return notice();
  }
  const answer = await fetch(part.dataset.fragment, {
    headers: { "X-Fragment": id }, credentials: "same-origin",
  }).catch(() => null);
  if (!answer) return;
  if (answer.redirected || answer.status === 401) return location.reload();
  if (!answer.ok) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = page.getElementById(id);
  if (!fresh || inUse(part)) return;
  const folds = openFolds(part);
  part.replaceWith(document.adoptNode(fresh));
  reopen(fresh, folds);
  window.htmx?.process?.(fresh);
  const foot = page.querySelector("footer.log");
  const old = document.querySelector("footer.log");
  if (foot && old) old.replaceWith(document.adoptNode(foot));
  heard = now();
  notice();
}

/** `data-live` holds a kind and an id, or a kind and `*`; `board *` hears everything. */
function concerns(part, { kind, id }) {
  const [wanted, which] = part.dataset.live.split(" ");
  return wanted === "board" || (wanted === kind && (which === "*" || which === id));
}

function changed(message) {
  for (const part of document.querySelectorAll("[data-live][id]")) {
    if (!concerns(part, message) || waiting.has(part.id)) continue;
    waiting.set(part.id, setTimeout(() => refresh(part.id), GATHER_MS));
  }
}

function listen(url) {
  const stream = new EventSource(url);
  const hear = () => { heard = now(); offline = false; notice(); };
  stream.addEventListener("open", hear);
  stream.addEventListener("alive", hear);
  stream.addEventListener("message", (event) => {
    hear();
    try {
      changed(JSON.parse(event.data));
    } catch {
      // Not for us: a newer server may say more than this script knows.
    }
  });
  stream.addEventListener("error", () => { offline = true; notice(); });
}

/* 2. Age ──────────────────────────────────────────────────────────────────────────────────────── */

function notice() {
  const age = document.getElementById("age");
  if (!age) return;
  const seconds = Math.round((now() - heard) / 1000);
  const stale = offline || now() - heard > STALE_AFTER_MS;
  const held = document.querySelector("[data-stale]");
  age.classList.toggle("stale", (stale && document.body.dataset.stream) || Boolean(held));
  if (held) return say(age, "Something changed while you write; it is shown once you have sent it");
  if (!document.body.dataset.stream) return undefined;
  return say(age, stale ? `This page is ${seconds} s old, no connection` : "Page is live");
}

function say(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/* 3. Keys ─────────────────────────────────────────────────────────────────────────────────────── */

const typing = (element) => element?.matches?.("input, textarea, select, [contenteditable]");

const PLACES = { n: "/", i: "/incidents", w: "/tasks", a: "/alerts", l: "/log", p: "/people" };
const LEADER_MS = 1500; // how long `g` waits for its letter
let leader = 0;

function pressed(event) {
  if (event.key === "Escape") return closeMenus();
  if ((event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === "k") {
    return openFinder(event);
  }
  if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return undefined;
  if (document.body.dataset.letters === "off" || document.querySelector("dialog[open]")) {
    return undefined;
  }
  if (now() - leader < LEADER_MS && PLACES[event.key]) {
    leader = 0;
    return location.assign(PLACES[event.key]);
  }
  leader = event.key === "g" ? now() : 0;
  if (event.key === "/") return openFinder(event);
  if (event.key === "?") return openDialog("keymap", event);
  const target = [...document.querySelectorAll("[data-key]")]
    .find((element) => element.dataset.key === event.key && element.offsetParent);
  if (!target) return undefined;
  event.preventDefault();
  if (target.tagName === "SUMMARY") target.parentElement.open = true;
  target.scrollIntoView({ block: "center" });
  return target.tagName === "A" ? target.click() : target.focus();
}

/* 4. Menus ────────────────────────────────────────────────────────────────────────────────────── */

const MENUS = ".me[open], .rail__more[open], .clock[open]";

function closeMenus(except) {
  for (const menu of document.querySelectorAll(MENUS)) {
    if (!except || !menu.contains(except)) menu.open = false;
  }
}

/* 5. Finder ───────────────────────────────────────────────────────────────────────────────────── */

const FIND_AFTER_MS = 150; // typing is over
let finding = 0;

function openDialog(id, event) {
  const dialog = document.getElementById(id);
  if (!dialog?.showModal || dialog.open) return undefined;
  event.preventDefault();
  return dialog.showModal();
}

function openFinder(event) {
  openDialog("finder", event);
  document.getElementById("finder-q")?.select();
}

const hits = () => [...document.querySelectorAll("#finder-hits a")];

async function find() {
  const q = document.getElementById("finder-q").value.trim();
  const shown = document.getElementById("finder-hits");
  if (!q) return shown.replaceChildren();
  const answer = await fetch(`/search?list=1&q=${encodeURIComponent(q)}`, {
    headers: { "X-Fragment": "hits" }, credentials: "same-origin",
  }).catch(() => null);
  if (!answer?.ok || document.getElementById("finder-q").value.trim() !== q) return undefined;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const found = page.getElementById("hits");
  found?.removeAttribute("id");
  return shown.replaceChildren(...(found ? [document.adoptNode(found)] : []));
}

/** The arrows move through what was found; Enter in the field opens the first. */
function choose(event) {
  const all = hits();
  const at = all.indexOf(document.activeElement);
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    const next = event.key === "ArrowDown" ? at + 1 : at - 1;
    (all[next] ?? document.getElementById("finder-q")).focus();
  } else if (event.key === "Enter" && at < 0 && all.length > 0) {
    event.preventDefault();
    all[0].click();
  }
}

document.getElementById("finder")?.addEventListener("keydown", choose);
document.getElementById("finder-q")?.addEventListener("input", () => {
  clearTimeout(finding);
  finding = setTimeout(find, FIND_AFTER_MS);
});
for (const opener of document.querySelectorAll("[data-opens]")) {
  opener.addEventListener("click", (event) => openDialog(opener.dataset.opens, event));
}

document.addEventListener("keydown", pressed);
document.addEventListener("click", (event) => closeMenus(event.target));
window.addEventListener("offline", () => { offline = true; notice(); });
window.addEventListener("online", () => { offline = false; notice(); });
if (document.body.dataset.stream) {
  listen(document.body.dataset.stream);
  setInterval(notice, TICK_MS);
}
