// What one person prefers in this browser: sound and its volume, do not disturb, single letters as keys.
// Kept in localStorage, so that every tab agrees at once; "" is the usual state of each.
export const preferred = (name) => localStorage.getItem(name) || "";
export const isQuiet = () => preferred("quiet") === "on";
export const volume = () => Number(preferred("volume") || 60) / 100;

function show() {
  document.body.toggleAttribute("data-quiet", isQuiet());
  for (const button of document.querySelectorAll("[data-prefer]")) {
    button.setAttribute("aria-pressed", String(button.dataset.value === preferred(button.dataset.prefer)));
  }
  for (const range of document.querySelectorAll("[data-prefer-range]")) {
    if (preferred(range.dataset.preferRange)) range.value = preferred(range.dataset.preferRange);
  }
  for (const box of document.querySelectorAll("[data-prefer-box]")) box.checked = preferred(box.dataset.preferBox) !== "off";
}

function keep(name, value) {
  if (value) localStorage.setItem(name, value);
  else localStorage.removeItem(name);
  show();
}

export function startPreferences() {
  show();
  addEventListener("storage", show); // chosen in another tab
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-prefer]");
    if (button) keep(button.dataset.prefer, button.dataset.value);
  });
  document.addEventListener("input", (event) => {
    const { preferRange, preferBox } = event.target.dataset ?? {};
    if (preferRange) keep(preferRange, event.target.value);
    if (preferBox) keep(preferBox, event.target.checked ? "" : "off");
  });
}
