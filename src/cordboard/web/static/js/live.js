// The live connection: regions of the page that the server renders anew, and signals that are no HTML.
// htmx holds the socket and swaps; here stand what it cannot know: the version to resume from, what to do with a region
// that is not (or already) on the page, and telling the user when the connection is broken.
import { setServerNow, tick } from "./clock.js";
import { cardsChanged } from "./cards.js";
import { ring, stop } from "./ring.js";
import { toast } from "./toast.js";

const SILENCE = 4500; // the server's heart beats every 2 s
let version = "";
let heard = Date.now();
let connection = null;

function show(state) {
  document.body.dataset.live = state;
}

function address() {
  const page = location.pathname + location.search;
  const scheme = location.protocol === "https:" ? "wss:" : "ws:";
  return `${scheme}//${location.host}/ws?page=${encodeURIComponent(page)}&after=${encodeURIComponent(version)}`;
}

// Regions may come twice: a page that was away gets them fresh, without the server knowing what it still has.
function fits(message) {
  const target = document.querySelector(message.target);
  if (!target) return false;
  if (message.swap === "beforeend") {
    const id = /id="([^"]+)"/.exec(message.content)?.[1];
    return !(id && document.getElementById(id));
  }
  if (message.target !== "#calls-top") return true;
  const row = /id="(call-[^"]+)"/.exec(message.content)?.[1];
  return !(row && document.getElementById(row));
}

function receive(event) {
  heard = Date.now();
  const message = JSON.parse(event.detail.message.data);
  if (message.v) version = message.v;
  if (message.now) setServerNow(message.now);
  if (message.reload) return location.reload();
  if (message.content === undefined) {
    event.detail.cancelled = true;
    if (message.signal === "ring") ring(message);
    if (message.signal === "stop") stop(message.call);
    if (message.signal === "cards") keepOnly(message.ids);
    if (message.signal === "notice") toast(message.text, message.kind);
    return undefined;
  }
  if (!fits(message)) event.detail.cancelled = true;
  else focused = document.querySelector(message.target)?.contains(document.activeElement) ? document.activeElement.id : "";
  return undefined;
}

// A button that was drawn anew under the user's finger keeps the focus.
let focused = "";

function keepFocus() {
  if (focused && document.activeElement === document.body) document.getElementById(focused)?.focus();
  focused = "";
}

function keepOnly(ids) {
  for (const card of document.querySelectorAll(".card[data-card]")) {
    if (!ids.includes(card.id)) card.remove();
  }
  cardsChanged();
}

function closed(event) {
  if (event.detail.code === 1008) {
    location.href = "/login";
    return;
  }
  show("lost");
}

export function startLive() {
  version = document.body.dataset.version;
  const body = document.body;
  body.addEventListener("htmx:ws:before:connection", (event) => {
    connection = event.detail.connection;
    connection.url = address();
  });
  body.addEventListener("htmx:ws:after:connection", () => {
    heard = Date.now();
    show("on");
  });
  body.addEventListener("htmx:ws:before:message:incoming", receive);
  body.addEventListener("htmx:ws:after:message:incoming", () => {
    tick();
    cardsChanged();
    keepFocus();
  });
  body.addEventListener("htmx:ws:close", closed);
  setInterval(() => {
    if (Date.now() - heard > SILENCE) {
      show("lost");
      // a cable that was pulled closes nothing: close it ourselves, htmx then tries again
      if (connection?.socket?.readyState === WebSocket.OPEN && Date.now() - heard > 2 * SILENCE) {
        heard = Date.now();
        connection.socket.close(4000);
        location.reload();
      }
    } else if (connection?.socket?.readyState === WebSocket.OPEN) {
      show("on");
    }
  }, 500);
  // a page that comes back from the browser's memory has lost its socket for good
  addEventListener("pageshow", (event) => event.persisted && location.reload());
}
