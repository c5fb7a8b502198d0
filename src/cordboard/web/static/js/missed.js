// The missed-calls board: taking a caller on, closing one by hand with a reason, and taking that back.
import { sayFailed, toast } from "./toast.js";
import { send } from "./post.js";

async function tell(what, fields) {
  const answer = await send(`/missed/${what}`, fields);
  if (answer?.said) toast(answer.said);
  else if (answer?.refused) toast(answer.refused, "failed");
  else if (answer) sayFailed();
}

function ask(button) {
  const box = document.getElementById("close-missed");
  box.querySelector("[name=key]").value = button.dataset.missedClose;
  box.querySelector("[name=reason]").value = "";
  box.querySelector("[data-name]").textContent = button.dataset.missedName;
  box.showModal();
  box.querySelector("[name=reason]").focus();
}

export function startMissed() {
  document.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (button?.dataset.missedTake) tell("take", { key: button.dataset.missedTake });
    if (button?.dataset.missedReopen) tell("reopen", { key: button.dataset.missedReopen });
    if (button?.dataset.missedClose) ask(button);
  });
  document.addEventListener("submit", (event) => {
    const form = event.target.closest("[data-missed]");
    if (form) tell(form.dataset.missed, Object.fromEntries(new FormData(form)));
  });
}
