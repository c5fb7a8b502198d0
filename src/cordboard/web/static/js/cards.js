// The call cards: notes that are never lost, closing by hand and by themselves, minimizing, copying a number.
import { lengthText, serverNow } from "./clock.js";

const post = (path, fields = {}) =>
  fetch(path, {
    method: "POST",
    body: new URLSearchParams({ ...fields, form_token: document.body.dataset.formToken }),
  });

const draftKey = (card) => `note:${card.dataset.card}`;
const waiting = new Map();

function say(card, word) {
  const place = card.querySelector(".card-note-foot");
  place.textContent = word ? place.dataset[word] : "";
}

async function save(card) {
  const text = card.querySelector("textarea").value;
  try {
    const answer = await post(`/cards/${encodeURIComponent(card.dataset.card)}/note`, { text });
    if (!answer.ok) throw new Error(String(answer.status));
    if (card.querySelector("textarea").value === text) localStorage.removeItem(draftKey(card));
    say(card, "saved");
  } catch {
    say(card, "kept"); // it stays in the browser and is sent with the next stroke or the next page
  }
}

function typed(card) {
  card.dataset.kept = "";
  localStorage.setItem(draftKey(card), card.querySelector("textarea").value);
  say(card, "");
  clearTimeout(waiting.get(card));
  waiting.set(card, setTimeout(() => save(card), 600));
}

const close = (card) => post(`/cards/${encodeURIComponent(card.dataset.card)}/close`).then((answer) => {
    if (answer.ok) card.remove();
    arrange();
  });

function minimize(card) {
  card.dataset.minimized = "";
  arrange();
  document.querySelector("#pill-box button")?.focus();
}

async function copy(button) {
  try {
    await navigator.clipboard.writeText(button.dataset.copy);
    button.dataset.copied = "";
  } catch {
    // no permission: the number stays selectable
  }
}

function pressed(event) {
  const button = event.target.closest("button");
  if (event.target.closest("[data-pill]")) {
    for (const card of document.querySelectorAll(".card[data-card]")) delete card.dataset.minimized;
    arrange();
    document.querySelector(".card")?.focus();
    return;
  }
  const card = event.target.closest(".card");
  if (!card) return;
  card.dataset.kept = "";
  if (!button) return;
  if (button.matches("[data-close]")) close(card);
  if (button.matches("[data-minimize]")) minimize(card);
  if (button.matches("[data-copy]")) copy(button);
}

function key(event) {
  const card = event.target.closest?.(".card");
  if (event.key === "Escape" && card) minimize(card);
  if (event.altKey && event.code === "KeyC") {
    event.preventDefault();
    if (card) document.querySelector("main").focus();
    else document.querySelector(".card:not([data-minimized])")?.focus();
  }
}

// An ended call closes by itself, unless a key or a touch said that somebody is still working with it.
function countDown() {
  for (const time of document.querySelectorAll("time[data-until]")) {
    const card = time.closest(".card");
    const left = (Number(time.dataset.until) / 1000 - serverNow()) / 1000;
    time.textContent = lengthText(Math.ceil(left));
    if (left <= 0 && !("kept" in card.dataset)) {
      card.dataset.kept = "";
      close(card);
    }
  }
}

// A call that runs comes before one that is over, and among equals the older keeps its place.
const RUNNING = ["incoming", "calling", "talking", "held"];
const isOver = (card) => !RUNNING.includes(card.querySelector(".card-body").dataset.state);

function arrange() {
  const room = innerWidth >= 1248 ? 3 : innerWidth >= 832 ? 2 : 1;
  const cards = [...document.querySelectorAll(".card[data-card]:not([data-minimized])")];
  const typing = cards.find((card) => card.contains(document.activeElement));
  const rank = (card) => (card === typing ? -1 : Number(isOver(card)));
  cards.sort((one, other) => rank(one) - rank(other));
  cards.forEach((card, place) => card.toggleAttribute("data-beyond", place >= room));
}

export function cardsChanged() {
  arrange();
  for (const card of document.querySelectorAll(".card[data-card]:not([data-ready])")) {
    card.dataset.ready = "";
    const draft = localStorage.getItem(draftKey(card));
    const field = card.querySelector("textarea");
    if (draft !== null && draft !== field.value) {
      field.value = draft;
      save(card);
    }
    field.addEventListener("input", () => typed(card));
  }
}

export function startCards() {
  cardsChanged();
  document.addEventListener("click", pressed);
  document.addEventListener("keydown", key);
  addEventListener("resize", arrange);
  setInterval(countDown, 250);
}
