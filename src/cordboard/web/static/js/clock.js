// Running times. The server sends a moment ("data-since", microseconds); the browser counts, with the difference
// between the server's clock and its own, which every heartbeat of the live connection corrects.
let ahead = 0;

export const serverNow = () => Date.now() + ahead;

export function setServerNow(micros) {
  ahead = micros / 1000 - Date.now();
}

export function lengthText(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  const pad = (value) => String(value).padStart(2, "0");
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor((whole % 3600) / 60);
  return hours ? `${hours}:${pad(minutes)}:${pad(whole % 60)}` : `${minutes}:${pad(whole % 60)}`;
}

export function tick() {
  for (const time of document.querySelectorAll("time[data-since]")) {
    const text = lengthText((serverNow() - Number(time.dataset.since) / 1000) / 1000);
    if (time.textContent !== text) time.textContent = text;
  }
}

export function startClock() {
  setServerNow(Number(document.body.dataset.now));
  setInterval(tick, 250);
}
