// The frame: theme, width of the menu and the menu of a telephone, kept where the server finds them; my own menu.
const YEAR = 365 * 24 * 3600;
const remember = (name, value) => {
  document.cookie = `${name}=${value}; path=/; max-age=${value ? YEAR : 0}; samesite=lax`;
};

function chooseTheme(theme) {
  if (theme) document.documentElement.dataset.theme = theme;
  else delete document.documentElement.dataset.theme;
  remember("theme", theme);
  for (const button of document.querySelectorAll("[data-theme-choice]")) {
    button.setAttribute("aria-pressed", String(button.dataset.themeChoice === theme));
  }
}

function foldMenu() {
  const narrow = document.documentElement.dataset.menu === "narrow" ? "" : "narrow";
  document.documentElement.dataset.menu = narrow;
  remember("menu", narrow);
}

function unfoldMore(button) {
  const open = button.getAttribute("aria-expanded") !== "true";
  button.setAttribute("aria-expanded", String(open));
  button.closest(".menu").toggleAttribute("data-open", open);
}

function chosen(event) {
  const button = event.target.closest("button");
  const mine = document.querySelector(".me[open]");
  if (mine && !mine.contains(event.target)) mine.removeAttribute("open");
  if (!button) return;
  if (button.hasAttribute("data-theme-choice")) chooseTheme(button.dataset.themeChoice);
  if (button.hasAttribute("data-menu-width")) foldMenu();
  if (button.hasAttribute("data-menu-more")) unfoldMore(button);
}

export function startFrame() {
  document.addEventListener("click", chosen);
  document.addEventListener("keydown", (event) => {
    const mine = event.key === "Escape" && document.querySelector(".me[open]");
    if (!mine) return;
    mine.removeAttribute("open");
    mine.querySelector("summary").focus();
  });
}
