// The command box: opened by Ctrl K, `/` or the field in the top bar; Back closes it, as it closes every box.
let box;
let field;
let found;
let asked = 0;

async function look() {
  const mine = (asked += 1);
  try {
    const answer = await fetch(`/search/list?q=${encodeURIComponent(field.value.trim())}`);
    if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
    const html = await answer.text();
    if (mine === asked) found.innerHTML = html;
  } catch {
    if (mine === asked) found.textContent = found.dataset.failed;
  }
}

export function openPalette() {
  if (box.open) return;
  history.pushState({ ...history.state, palette: true }, "");
  box.showModal();
  field.select();
  look();
}

const items = () => [...found.querySelectorAll("a.found-item, button.found-item")];

function walk(event) {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!step) return;
  event.preventDefault();
  const all = items();
  const next = all.indexOf(document.activeElement) + step;
  if (next < 0) field.focus();
  else all[Math.min(next, all.length - 1)]?.focus();
}

// Enter in the field takes the first thing found; without one the page of the search says so.
function entered(event) {
  const first = items()[0];
  if (!first) return;
  event.preventDefault();
  first.click();
}

export function startPalette() {
  box = document.getElementById("palette");
  field = document.getElementById("palette-text");
  found = document.getElementById("palette-found");
  let waiting;
  field.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(look, 120);
  });
  box.addEventListener("keydown", walk);
  box.querySelector("form").addEventListener("submit", entered);
  box.addEventListener("close", () => history.state?.palette && history.back());
  found.addEventListener("click", (event) => {
    // the way to another page must not be undone by the box's own way back
    if (event.target.closest("a")) history.replaceState({ ...history.state, palette: false }, "");
    if (event.target.closest("button")) box.close();
  });
  addEventListener("popstate", () => box.open && box.close());
  document.addEventListener("click", (event) => {
    if (!event.target.closest("[data-palette]")) return;
    event.preventDefault();
    openPalette();
  });
}
