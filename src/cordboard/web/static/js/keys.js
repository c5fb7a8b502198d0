// The keyboard: single letters and `g` with a letter, and the rows of lists.
// Letters do nothing while somebody types, while a box is open, and where they are switched off.
import { preferred } from "./prefer.js";
import { openPalette } from "./palette.js";

const actions = new Map();
let before = ""; // "g", for as long as a second letter may follow

// A screen or a card gives letters a meaning; the first that answers true has handled the key.
export function onKey(letter, action) {
  actions.set(letter, [...(actions.get(letter) ?? []), action]);
}

export const isTyping = (target) => target.matches?.("input:not([type=checkbox]), textarea, select, [contenteditable]");

function goTo(letter) {
  const entry = document.querySelector(`.menu [data-go="${CSS.escape(letter)}"]`);
  if (entry) entry.click();
  return Boolean(entry);
}

// j/k and the arrows walk through the links that name the rows of a list.
function walk(step) {
  const rows = [...document.querySelectorAll("main [data-row]")].filter((row) => row.offsetParent);
  if (!rows.length) return false;
  const place = rows.findIndex((row) => row.contains(document.activeElement));
  const next = rows[Math.max(0, Math.min(rows.length - 1, place + step))];
  (next.matches("a, button") ? next : next.querySelector("a, button"))?.focus();
  return true;
}

function pressed(event) {
  if ((event.ctrlKey || event.metaKey) && !event.altKey && event.code === "KeyK") {
    event.preventDefault();
    openPalette();
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
  if (isTyping(event.target) || document.querySelector("dialog[open]") || preferred("keys") === "off") return;
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  const second = before === "g";
  before = key === "g" && !second ? "g" : "";
  setTimeout(() => (before = ""), 1500);
  const handled = second ? goTo(key) : (actions.get(key) ?? []).some((action) => action(event));
  if (handled) event.preventDefault();
}

export function startKeys() {
  const box = document.getElementById("keys");
  const open = () => {
    box.showModal();
    return true;
  };
  onKey("?", open);
  onKey("/", () => {
    openPalette();
    return true;
  });
  for (const [key, step] of [["j", 1], ["k", -1]]) onKey(key, () => walk(step));
  for (const [key, step] of [["ArrowDown", 1], ["ArrowUp", -1]]) {
    onKey(key, (event) => Boolean(event.target.closest("[data-row]")) && walk(step));
  }
  document.addEventListener("keydown", pressed);
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-keys]")) open();
    if (event.target.closest("[data-dismiss]")) event.target.closest("dialog").close();
    // a click beside a box closes it
    if (event.target.matches("dialog[open]")) event.target.close();
  });
}
