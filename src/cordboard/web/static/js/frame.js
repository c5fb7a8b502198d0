// The frame: what one person prefers (theme, width of the menu, sound), kept where the server or the browser finds it.
const YEAR = 365 * 24 * 3600;
const remember = (name, value) => {
  document.cookie = `${name}=${value}; path=/; max-age=${value ? YEAR : 0}; samesite=lax`;
};

function press(group, value) {
  for (const button of document.querySelectorAll(`[data-${group}-choice]`)) {
    button.setAttribute("aria-pressed", String(button.getAttribute(`data-${group}-choice`) === value));
  }
}

function chosen(event) {
  const button = event.target.closest("button");
  if (!button) return;
  if (button.hasAttribute("data-theme-choice")) {
    const theme = button.dataset.themeChoice;
    if (theme) document.documentElement.dataset.theme = theme;
    else delete document.documentElement.dataset.theme;
    remember("theme", theme);
    press("theme", theme);
  }
  if (button.hasAttribute("data-sound-choice")) {
    localStorage.setItem("sound", button.dataset.soundChoice);
    press("sound", button.dataset.soundChoice);
    if (button.dataset.soundChoice === "on" && window.Notification?.permission === "default") Notification.requestPermission();
  }
  if (button.hasAttribute("data-menu-width")) {
    const narrow = document.documentElement.dataset.menu === "narrow" ? "" : "narrow";
    document.documentElement.dataset.menu = narrow;
    remember("menu", narrow);
  }
}

export function startFrame() {
  press("sound", localStorage.getItem("sound") || "on");
  document.addEventListener("click", chosen);
  document.addEventListener("click", (event) => {
    const open = document.querySelector(".me[open]");
    if (open && !open.contains(event.target)) open.removeAttribute("open");
  });
}
