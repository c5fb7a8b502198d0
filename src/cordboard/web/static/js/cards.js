// The call cards: where they stand, closing by hand and by themselves, minimizing, pinning, copying a number.
import { lengthText, serverNow } from "./clock.js";
import { closeDesk } from "./desk.js";
import { watchNote } from "./note.js";
import { post } from "./post.js";
import { sayCopied } from "./toast.js";

const close = (card) =>
  post(`/cards/${encodeURIComponent(card.dataset.card)}/close`).then((answer) => {
    if (answer.ok) card.remove();
    arrange();
  });

function minimize(card) {
  card.dataset.minimized = "";
  arrange();
  document.querySelector("#pill-box button")?.focus();
}

function unfoldAll() {
  for (const card of document.querySelectorAll(".card[data-card]")) delete card.dataset.minimized;
  arrange();
  document.querySelector(".card[data-card]")?.focus();
}

function pin(card, button) {
  const pinned = button.getAttribute("aria-pressed") !== "true";
  button.setAttribute("aria-pressed", String(pinned));
  if (pinned) card.dataset.kept = "";
  else delete card.dataset.kept;
}

async function copy(number) {
  try {
    await navigator.clipboard.writeText(number);
    sayCopied();
  } catch {
    // no permission: the number stays selectable
  }
}

function pressed(event) {
  const button = event.target.closest("button");
  if (button?.hasAttribute("data-copy")) copy(button.dataset.copy);
  if (event.target.closest("[data-pill]")) return unfoldAll();
  const card = event.target.closest(".card[data-card]");
  if (!card) return;
  if (button?.hasAttribute("data-pin")) return pin(card, button);
  card.dataset.kept = "";
  if (button?.hasAttribute("data-close")) close(card);
  if (button?.hasAttribute("data-minimize")) minimize(card);
}

function key(event) {
  const card = event.target.closest?.(".card[data-card]");
  if (card && event.key !== "Escape") card.dataset.kept = "";
  if (event.key === "Escape" && card && !closeDesk(card)) minimize(card);
  if (event.altKey && event.code === "KeyC") {
    event.preventDefault();
    if (card) document.querySelector("main").focus();
    else document.querySelector(".card[data-card]:not([data-minimized])")?.focus();
  }
}

// An ended call closes by itself, unless a key or a touch said that somebody is still working with it.
function countDown() {
  for (const time of document.querySelectorAll(".card[data-card] time[data-until]")) {
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
const RUNNING = ["incoming", "connecting", "calling", "talking", "held", "parked", "asking"];
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
    watchNote(card);
  }
}

export function startCards() {
  cardsChanged();
  document.addEventListener("click", pressed);
  document.addEventListener("keydown", key);
  addEventListener("resize", arrange);
  setInterval(countDown, 250);
}
