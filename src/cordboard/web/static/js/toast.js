// A quiet line that says what was done, or that it was not; it goes by itself and takes no focus.
const STAYS = 5000;

export function toast(text, kind = "done") {
  const line = document.createElement("p");
  line.className = "toast";
  line.dataset.kind = kind;
  line.textContent = text;
  document.getElementById("toasts").append(line);
  setTimeout(() => line.remove(), STAYS);
}

export const sayFailed = () => toast(document.getElementById("toasts").dataset.failed, "failed");
export const sayCopied = () => toast(document.getElementById("toasts").dataset.copied);
