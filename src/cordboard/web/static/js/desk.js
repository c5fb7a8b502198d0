// The desk of a card: its small forms and its buttons. A form is fetched when it is asked for, closed when it was done,
// drawn again with its mistakes otherwise; what was typed is never lost to a portal that does not answer.
import { sayFailed, toast } from "./toast.js";
import { send } from "./post.js";
import { onKey } from "./keys.js";

const cardOf = (element) => element.closest(".card[data-card]");
const deskOf = (card) => card.querySelector(".card-desk");
const addressOf = (card, what) => `/cards/${encodeURIComponent(card.dataset.card)}/desk/${what}`;

function show(card, html) {
  deskOf(card).innerHTML = html;
  card.dataset.kept = "";
  deskOf(card).querySelector("[autofocus]")?.focus();
}

async function open(card, what) {
  try {
    const answer = await fetch(addressOf(card, what));
    const text = await answer.text();
    if (answer.status === 409) return toast(text, "failed");
    if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
    show(card, text);
  } catch {
    sayFailed();
  }
}

export function closeDesk(card) {
  if (!deskOf(card).firstElementChild) return false;
  deskOf(card).replaceChildren();
  card.querySelector("textarea").focus();
  return true;
}

function told(card, answer) {
  if (answer.said) toast(answer.said);
  else if (answer.form && card) show(card, answer.form);
  else if (answer.refused) toast(answer.refused, "failed");
  else sayFailed();
}

async function submit(event) {
  const form = event.target.closest("[data-desk-form]");
  if (!form) return;
  event.preventDefault();
  const card = cardOf(form);
  const fields = Object.fromEntries(new FormData(form));
  if (event.submitter?.name) fields[event.submitter.name] = event.submitter.value;
  const answer = await send(form.getAttribute("action"), fields);
  if (answer?.said) closeDesk(card);
  if (answer) told(card, answer);
}

async function command(button) {
  const card = cardOf(button);
  button.disabled = true;
  const answer = await send(`/cards/${encodeURIComponent(card.dataset.card)}/do/${button.dataset.do}`, {});
  button.disabled = false;
  if (answer) told(card, answer);
}

// Click-to-call: first my telephone rings, then the other's.
async function call({ call: number, callKind: kind = "", callId: id = "" }) {
  const answer = await send("/click", { number, kind, id });
  if (answer) told(null, answer);
}

let waiting;

function searched(event) {
  const box = event.target.closest?.("[data-desk-search]");
  if (!box || event.target.type !== "search") return;
  clearTimeout(waiting);
  waiting = setTimeout(async () => {
    const answer = await fetch(`${box.dataset.deskSearch}?q=${encodeURIComponent(event.target.value)}`);
    if (!answer.ok) return sayFailed();
    const drawn = new DOMParser().parseFromString(await answer.text(), "text/html");
    box.querySelector(".desk-list").replaceWith(drawn.querySelector(".desk-list"));
  }, 200);
}

// The card that letters mean: the one in which the focus is, else the first that is seen.
function cardOfKeys() {
  const shown = ".card[data-card]:not([data-minimized], [data-beyond])";
  return document.activeElement?.closest(".card[data-card]") ?? document.querySelector(shown);
}

function press(selector) {
  const button = cardOfKeys()?.querySelector(selector);
  if (button) button.click();
  return Boolean(button);
}

export function startDesk() {
  onKey("n", () => {
    const field = cardOfKeys()?.querySelector("textarea");
    field?.focus();
    return Boolean(field);
  });
  onKey("o", () => press("[data-open]"));
  for (const [key, what] of [["l", "lead"], ["c", "contact"], ["t", "transfer"]]) {
    onKey(key, () => press(`[data-desk="${what}"]`));
  }
  document.addEventListener("submit", submit);
  document.addEventListener("input", searched);
  document.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    if (button.hasAttribute("data-call")) call(button.dataset);
    const card = cardOf(button);
    if (!card) return;
    if (button.hasAttribute("data-desk")) open(card, button.dataset.desk);
    if (button.hasAttribute("data-do")) command(button);
    if (button.hasAttribute("data-desk-close")) closeDesk(card);
  });
}
