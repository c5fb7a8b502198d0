// Sound, notification and the title of the tab: in one tab only, the one that was used last.
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
  for (const [delay, pitch] of [[0, 659.25], [0.16, 880]]) {
    const at = audio.currentTime + delay;
    const tone = audio.createOscillator();
    const volume = audio.createGain();
    tone.frequency.value = pitch;
    volume.gain.setValueAtTime(0.0001, at);
    volume.gain.exponentialRampToValueAtTime(0.12, at + 0.02);
    volume.gain.exponentialRampToValueAtTime(0.0001, at + 0.7);
    tone.connect(volume).connect(audio.destination);
    tone.start(at);
    tone.stop(at + 0.75);
  }
}

export function ring(message) {
  if (ringing.has(message.call)) return;
  ringing.set(message.call, message);
  document.title = `${message.title} – ${message.text}`;
  document.getElementById("announce").textContent = `${message.title}, ${message.text}`;
  if (!isLastUsed()) return;
  document.body.dataset.rang = String(Number(document.body.dataset.rang || 0) + 1);
  if (localStorage.getItem("sound") !== "off") {
    stroke();
    beat ??= setInterval(stroke, 2500);
  }
  if (document.hidden && window.Notification?.permission === "granted") {
    new Notification(message.title, { body: message.text, tag: message.call });
  }
}

export function stop(call) {
  ringing.delete(call);
  if (ringing.size) return;
  document.title = title;
  clearInterval(beat);
  beat = null;
}
