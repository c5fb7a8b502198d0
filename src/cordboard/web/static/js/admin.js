// The administration on a telephone: its menu is one line that scrolls, and begins where one is.
document.querySelector(".admin-menu [aria-current]")?.scrollIntoView({ inline: "center", block: "nearest" });
