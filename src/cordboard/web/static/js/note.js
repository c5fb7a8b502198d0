// Notes: kept in the browser with every stroke and on the server a moment later, so that nothing typed is ever lost.
import { post } from "./post.js";

const draftKey = (card) => `note:${card.dataset.card}`;
const waiting = new Map();

function say(card, word) {
  const place = card.querySelector(".card-saved");
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

// A card that is new on the page: a draft of this browser is newer than what the server knows.
export function watchNote(card) {
  const draft = localStorage.getItem(draftKey(card));
  const field = card.querySelector("textarea");
  if (draft !== null && draft !== field.value) {
    field.value = draft;
    save(card);
  }
  field.addEventListener("input", () => typed(card));
}
