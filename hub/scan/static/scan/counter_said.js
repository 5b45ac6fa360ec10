// What a counter makes heard, felt and remembered of each result. Knows no scans and no hub.
"use strict";

const TONES = ["green", "amber", "red", "grey"];
// Each: its pitch in Hz, when it begins and how long it is, in seconds.
const SOUNDS = {
  green: [[880, 0, 0.09], [1318, 0.1, 0.16]],
  amber: [[587, 0, 0.14], [587, 0.2, 0.14]],
  red: [[196, 0, 0.4]],
  grey: [[440, 0, 0.1]],
};
const SHAKES = { green: [60], amber: [60, 60, 60], red: [160, 80, 160], grey: [30] };
const SHAPES = { red: "square" };
const LOUD = { red: 0.12, green: 0.25 };
const REMEMBERED_ROWS = 10;
const MUTED = "doorward-counter-muted";
const mute = document.getElementById("mute");
const past = document.getElementById("history");
let sound = null;

const isMuted = () => mute.getAttribute("aria-pressed") === "true";

function setMuted(muted) {
  mute.setAttribute("aria-pressed", String(muted));
  try { localStorage.setItem(MUTED, muted ? "1" : ""); } catch { /* remembered until the page is left */ }
}

// Browsers let a page be heard and felt once somebody has touched it, or typed.
const isTouched = () => navigator.userActivation?.hasBeenActive ?? true;

function wakeSound() {
  if (!isTouched()) return;
  sound ??= window.AudioContext ? new AudioContext() : null;
  if (sound?.state === "suspended") sound.resume();
}

// A result's tone is that of what is coloured in it; null: nothing is, as where something is asked.
const toneOf = (part) => {
  const coloured = part.querySelector(".scanned");
  return coloured && TONES.find((each) => coloured.classList.contains(each));
};

function sayTone(tone) {
  if (isMuted() || !isTouched()) return;
  navigator.vibrate?.(SHAKES[tone]);
  if (sound?.state !== "running") return;
  for (const [pitch, begins, takes] of SOUNDS[tone]) playNote(tone, pitch, sound.currentTime + begins, takes);
}

function playNote(tone, pitch, at, takes) {
  const note = new OscillatorNode(sound, { type: SHAPES[tone] || "sine", frequency: pitch });
  const loudness = new GainNode(sound, { gain: 0 });
  loudness.gain.setTargetAtTime(LOUD[tone] || 0.2, at, 0.005);
  loudness.gain.setTargetAtTime(0, at + takes, 0.02);
  note.connect(loudness).connect(sound.destination);
  note.start(at);
  note.stop(at + takes + 0.2);
}

function rememberResult(part, tone) {
  const words = [".verdict strong, h1", ".name", ".what"].map((each) => part.querySelector(each)?.textContent.trim());
  const shape = { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23", timeZone: past.dataset.zone };
  const time = new Intl.DateTimeFormat(document.documentElement.lang, shape);
  const row = document.createElement("li");
  row.className = tone;
  const sign = document.createElement("span");
  sign.className = "sign";
  sign.setAttribute("aria-hidden", "true");
  const [said, at] = [document.createElement("span"), document.createElement("span")];
  said.className = "said";
  said.textContent = words.filter(Boolean).join(" · ");
  at.className = "soft";
  at.textContent = time.format(new Date());
  row.append(sign, said, at);
  past.hidden = false;
  const rows = past.querySelector("ol");
  rows.prepend(row);
  while (rows.children.length > REMEMBERED_ROWS) rows.lastElementChild.remove();
}

try { setMuted(localStorage.getItem(MUTED) === "1"); } catch { /* a browser that keeps nothing */ }
mute.hidden = false;
mute.addEventListener("click", () => setMuted(!isMuted()));
for (const kind of ["pointerup", "click", "keydown"]) document.addEventListener(kind, wakeSound);
