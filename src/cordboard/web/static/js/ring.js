// Sound, notification and the title of the tab: in one tab only, the one that was used last; and "Ring me", which shows
// what a call would do here and what keeps it from being seen or heard.
import { isQuiet, preferred, volume } from "./prefer.js";

const me = Math.random().toString(36).slice(2);
const tabs = new Map([[me, Date.now()]]);
const channel = new BroadcastChannel("cordboard");
const ringing = new Map();
const title = document.title;
let audio = null;
let beat = null;

function used() {
  tabs.set(me, Date.now());
  channel.postMessage({ tab: me, used: tabs.get(me) });
}

channel.addEventListener("message", ({ data }) => {
  if (data.gone) tabs.delete(data.tab);
  else tabs.set(data.tab, data.used);
  if (data.hello) channel.postMessage({ tab: me, used: tabs.get(me) });
});
channel.postMessage({ tab: me, used: tabs.get(me), hello: true });
addEventListener("focus", used);
addEventListener("pointerdown", used);
addEventListener("keydown", used);
addEventListener("pagehide", () => channel.postMessage({ tab: me, gone: true }));

function isLastUsed() {
  return [...tabs.entries()].every(([tab, at]) => at < tabs.get(me) || (at === tabs.get(me) && tab <= me));
}

// Two soft strokes of a bell, made here: no file to fetch, nothing to license.
function stroke() {
  audio ??= new AudioContext();
  document.body.toggleAttribute("data-muted", audio.state === "suspended");
  for (const [delay, pitch] of [[0, 659.25], [0.16, 880]]) {
    const at = audio.currentTime + delay;
    const tone = audio.createOscillator();
    const gain = audio.createGain();
    tone.frequency.value = pitch;
    gain.gain.setValueAtTime(0.0001, at);
    gain.gain.exponentialRampToValueAtTime(0.2 * volume(), at + 0.02);
    gain.gain.exponentialRampToValueAtTime(0.0001, at + 0.7);
    tone.connect(gain).connect(audio.destination);
    tone.start(at);
    tone.stop(at + 0.75);
  }
}

export function ring(message) {
  if (ringing.has(message.call)) return;
  ringing.set(message.call, message);
  document.title = `${message.title} – ${message.text}`;
  document.getElementById("announce").textContent = `${message.title}, ${message.text}`;
  if (!isLastUsed() || isQuiet()) return;
  document.body.dataset.rang = String(Number(document.body.dataset.rang || 0) + 1);
  if (preferred("sound") !== "off") {
    stroke();
    beat ??= setInterval(stroke, 2500);
  }
  if (!document.hasFocus() && window.Notification?.permission === "granted") notify(message);
}

const notices = new Map();

function notify(message) {
  const notice = new Notification(message.title, { body: message.text, tag: message.call });
  notices.set(message.call, notice);
  notice.addEventListener("click", () => {
    window.focus();
    document.querySelector(`.card[data-card="${CSS.escape(message.call)}"]`)?.focus();
    notice.close();
  });
}

export function stop(call) {
  ringing.delete(call);
  notices.get(call)?.close();
  notices.delete(call);
  if (ringing.size) return;
  document.title = title;
  clearInterval(beat);
  beat = null;
}

// What a call would meet here, in the words of the page.
function hindrances() {
  const found = [];
  if (document.body.dataset.live !== "on") found.push("lost");
  if (isQuiet()) found.push("quiet");
  else if (preferred("sound") === "off") found.push("off");
  else if (audio?.state === "suspended") found.push("blocked");
  if (window.Notification?.permission !== "granted") found.push("nopermission");
  return found.length ? found : ["fine"];
}

async function ringMe() {
  const box = document.getElementById("ring-test");
  box.hidden = false;
  if (!isQuiet() && preferred("sound") !== "off") {
    stroke();
    await Promise.race([audio.resume(), new Promise((done) => setTimeout(done, 300))]).catch(() => {});
  }
  box.querySelector(".ring-told").replaceChildren(
    ...hindrances().map((name) => {
      const line = document.createElement("li");
      line.dataset.told = name;
      line.textContent = box.dataset[name];
      return line;
    }),
  );
}

function showPermission() {
  const line = document.querySelector("[data-notify]");
  if (!line) return;
  const state = window.Notification?.permission ?? "denied";
  const word = { granted: line.dataset.notify, denied: line.dataset.denied }[state] ?? line.dataset.unasked;
  line.querySelector("[data-notify-word]").textContent = word;
  line.querySelector("[data-ask-notify]").disabled = state !== "default";
}

// A browser plays nothing before the first click or key; the page says so while it rings in silence.
function unmute() {
  audio?.resume().then(() => document.body.removeAttribute("data-muted"));
}

export function startRing() {
  showPermission();
  addEventListener("pointerdown", unmute);
  addEventListener("keydown", unmute);
  document.addEventListener("click", async (event) => {
    if (event.target.closest("[data-ring-test]")) ringMe();
    if (!event.target.closest("[data-ask-notify]")) return;
    await window.Notification?.requestPermission();
    showPermission();
  });
}
