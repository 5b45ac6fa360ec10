// A counter: what a camera, a scanner that types or a hand brings is sent to the hub, one after the other, and what
// the hub answers is shown. What a card may do is decided there.
"use strict";

const SAME_CARD_MS = 3000;
const ANSWERS_WITHIN_MS = 15000;
// As contract/effects.py has it: what is older is about somebody who has left, and the hub refuses it.
const UNDONE_WITHIN_MS = 15 * 60000;
// As contract/card.py has it: a code's letters are the same in every layout, what stands around them is not.
const CODE = /[BCDFGHJKLNPRSTVX]{20}(?![A-Z])/;
const form = document.getElementById("scan");
const field = document.getElementById("text");
const result = document.getElementById("result");
const lately = new Map(); // cards, and when they were scanned
const waiting = [];
let isAsking = false;
const sent = new Map(keptBefore()); // cards whose answer has not come, also by another loading of this page
const unanswered = new Map(sent); // those that the hub may have counted, and not have told of
let failed = null; // what is sent again where somebody presses so

const cardOf = (text) => text.toUpperCase().replace(/\s/g, "").match(CODE)?.[0] ?? text.trim();
const newId = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (each) => each.toString(16).padStart(2, "0")).join("");

// Hoisted: what is kept is read before anything else.
function isLate(asked) {
  return Math.abs(Date.now() - asked.at) > UNDONE_WITHIN_MS;
}

function keptBefore() {
  try {
    return JSON.parse(sessionStorage.getItem("unanswered") || "[]").filter(([, asked]) => !isLate(asked));
  } catch {
    return []; // A browser that keeps nothing.
  }
}

function keep() {
  try {
    sessionStorage.setItem("unanswered", JSON.stringify([...sent]));
  } catch {
    // The same: then a page that is loaded again begins anew.
  }
}

function scanned(text) {
  const card = cardOf(text), now = performance.now();
  const isAgain = now - (lately.get(card) ?? -Infinity) < SAME_CARD_MS;
  if (!card) return;
  lately.set(card, now);
  if (isAgain) return;
  const said = new FormData(form), before = unanswered.get(card);
  const { id, at } = before && !isLate(before) ? before : { id: newId(), at: Date.now() };
  said.set("text", text);
  said.set("id", id);
  waiting.push({ address: form.action, said, card, id, at });
  askNext();
}

async function askNext() {
  if (isAsking || !waiting.length) return;
  isAsking = true;
  document.body.classList.add("asking");
  const asked = waiting.shift();
  const hadFocus = result.contains(document.activeElement);
  if (asked.card) sent.set(asked.card, { id: asked.id, at: asked.at });
  keep();
  try {
    const part = await answered(asked);
    unanswered.delete(asked.card);
    sent.delete(asked.card);
    keep();
    show(part, hadFocus);
  } catch {
    failed = asked;
    if (asked.card) unanswered.set(asked.card, asked);
    lately.delete(asked.card);
    show(document.getElementById("unreached").content, hadFocus);
  }
  document.body.classList.remove("asking");
  isAsking = false;
  askNext();
}

// Any page of the hub: of the counter's own its result, of others all that they say.
async function answered({ address, said }) {
  const answer = await fetch(address, {
    method: "POST", body: new URLSearchParams(said), signal: AbortSignal.timeout(ANSWERS_WITHIN_MS),
  });
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const part = page.getElementById("result") || page.getElementById("content") || page.querySelector("main");
  if (!part || answer.status >= 500) throw new Error("no answer");
  return part;
}

function show(part, hadFocus) {
  const tone = toneOf(part);
  result.replaceChildren(...document.importNode(part, true).childNodes);
  if (tone) {
    rememberResult(result, tone);
    sayTone(tone);
  }
  result.scrollIntoView({ block: "nearest" });
  // Whoever pressed by keyboard goes on there, where something is asked; else the next card comes.
  const next = hadFocus && !tone && result.querySelector("button.main");
  if (next) next.focus();
  else if (hadFocus || document.activeElement === document.body) waitInField();
}

// On a phone the field would bring up a keyboard that nobody asked for.
function waitInField() {
  if (matchMedia("(pointer: fine)").matches) field.focus({ preventScroll: true });
}

function takeField() {
  const text = field.value;
  field.value = "";
  scanned(text);
}

form.addEventListener("submit", (event) => { event.preventDefault(); takeField(); });

result.addEventListener("submit", (event) => {
  event.preventDefault();
  if (waiting.length || isAsking) return;
  waiting.push({ address: event.target.action, said: new FormData(event.target), card: "", at: Date.now() });
  askNext();
});

result.addEventListener("click", (event) => {
  if (!event.target.closest("[data-again]") || !failed || isAsking) return;
  if (isLate(failed)) return show(document.getElementById("late").content, true);
  waiting.unshift(failed);
  askNext();
});

// A scanner types wherever the page is touched last: its letters are no presses of a button.
document.addEventListener("keydown", (event) => {
  const isText = event.key.length === 1 && event.key !== " ";
  if (event.target === field) {
    if (event.key !== "Tab" || event.shiftKey || !field.value) return;
    event.preventDefault();
    takeField();
  } else if (isText && !event.ctrlKey && !event.metaKey && !event.altKey && !event.target.closest("select, input[type=text]")) {
    field.focus({ preventScroll: true });
  }
});

readByCamera(document.getElementById("camera"), scanned, cardOf);
waitInField();
