"use strict";
// Draws what the edge says, and hands on what staff ask for. Which rules hold is decided at the edge.

const BEATS_MISSED_MS = 7000; // the edge says something every 2 s
const SURE_MS = 3000;
const TOLD_MS = 4000;
const FITS = [1, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4];
const LONG_NAME = 22; // letters that fit beside the mark
const TYPED_MS = 80; // a scanner that types leaves less between two keys, and is no hand

const at = (id) => document.getElementById(id);
const token = document.querySelector("meta[name=token]").content;
const words = document.body.dataset;
const own = `/${words.name}`;
let state = null;
let hidden = ""; // what was shown, and put away by hand
let clearing = 0;
let lost = 0;
let isLost = true; // until the edge is heard, and from when it no longer is
let drawnKey = "";
let unsure = 0;
let source = null;

function text(id, value) {
  if (at(id).textContent !== value) at(id).textContent = value;
}

function draw() {
  at("lost").hidden = !isLost;
  if (isLost) { drawLost(); return; }
  const shown = state && state.shown && key(state.shown) !== hidden ? state.shown : null;
  document.body.dataset.tone = shown ? shown.tone : state.open ? "calm" : "away";
  at("ready").hidden = Boolean(shown);
  at("shown").hidden = !shown;
  text("notes", state.notes.join(" · "));
  // Nobody is asked for a card that nothing would read.
  text("invitation", state.open ? words.ready : words.away);
  text("asked", state.open ? state.asked : words.noScanner);
  drawChoices();
  drawUndo(shown);
  if (shown) drawShown(shown);
  if (shown && key(shown) !== drawnKey) flash();
  drawnKey = shown ? key(shown) : "";
}

const key = (shown) => `${shown.id} ${shown.number}`;

// Each decision is seen to be a new one, also where it looks like the one before.
function flash() {
  at("flash").animate({ opacity: [0.75, 0] }, { duration: 600, easing: "ease-out" });
}

function drawShown(shown) {
  for (const id of ["mark", "headline", "name", "what", "hint"]) text(id, shown[id]);
  at("name").classList.toggle("long", shown.name.length > LONG_NAME);
  const facts = shown.facts.map(({ label, value, far }) => {
    const pair = document.createElement("div");
    pair.classList.toggle("far", far);
    pair.append(document.createElement("dt"), document.createElement("dd"));
    pair.firstChild.textContent = label;
    pair.lastChild.textContent = value;
    return pair;
  });
  at("facts").replaceChildren(...facts);
  fit(at("shown"));
}

// Whatever has to be said there: nothing of it is cut.
function fit(place) {
  for (const size of FITS) {
    place.style.setProperty("--fit", size);
    if (place.scrollHeight <= place.clientHeight) return;
  }
}

function drawChoices() {
  at("choosing").hidden = state.choices.length === 0;
  const drawn = JSON.stringify(state.choices);
  if (at("choices").dataset.drawn === drawn) return;
  at("choices").dataset.drawn = drawn;
  at("choices").replaceChildren(...state.choices.map(choiceButton));
  document.querySelector("#choices [aria-pressed=true]")?.scrollIntoView({ block: "nearest", inline: "nearest" });
}

function choiceButton(choice, index) {
  const button = document.createElement("button");
  button.type = "button";
  button.setAttribute("aria-pressed", String(choice.chosen));
  if (index < 9) {
    const digit = document.createElement("kbd");
    digit.textContent = index + 1;
    button.append(digit);
  }
  button.append(choice.label);
  button.addEventListener("click", () => ask("choose", { permission: choice.permission }));
  return button;
}

function drawUndo(shown) {
  const button = at("undo");
  const undo = state.undo;
  button.hidden = !undo;
  if (!undo) return;
  if (button.dataset.id !== undo.id) notSure();
  button.dataset.id = undo.id;
  if (button.classList.contains("sure")) return;
  text("undo", shown && shown.id === undo.id ? words.undo : `${words.undoLast}\n${undo.label}`);
}

function undoPressed() {
  const button = at("undo");
  if (button.hidden) return;
  if (button.classList.contains("sure")) {
    notSure();
    ask("undo", { id: button.dataset.id });
    return;
  }
  button.classList.add("sure");
  text("undo", words.sure);
  clearTimeout(unsure);
  unsure = setTimeout(() => { notSure(); draw(); }, SURE_MS);
}

const notSure = () => at("undo").classList.remove("sure");

async function ask(what, body) {
  let why = "";
  try {
    const headers = { "Content-Type": "application/json", "X-Doorward-Token": token };
    const answer = await fetch(`${own}/${what}`, { method: "POST", headers, body: JSON.stringify(body) });
    why = answer.ok ? "" : (await answer.json()).why;
  } catch { /* the stream says when the edge is lost */ }
  text("told", why);
  setTimeout(() => text("told", ""), TOLD_MS);
}

function heard(event) {
  const said = JSON.parse(event.data);
  if (said.token !== token) { location.reload(); return; } // the edge has started anew
  state = said;
  isLost = false;
  beat();
  clearTimeout(clearing);
  if (state.shown) clearing = setTimeout(() => { state.shown = null; draw(); }, state.shown.left_ms);
  draw();
}

function beat() {
  clearTimeout(lost);
  lost = setTimeout(loseEdge, BEATS_MISSED_MS);
}

function drawLost() {
  document.body.dataset.tone = "lost";
  for (const id of ["ready", "shown", "choosing", "undo"]) at(id).hidden = true;
  text("notes", "");
}

function loseEdge() {
  isLost = true;
  draw();
  listen();
}

function refused() {
  if (source.readyState !== EventSource.CLOSED) return; // it comes again by itself
  isLost = true;
  draw();
}

// A stream that was refused does not come back by itself; one that hangs says nothing.
function listen() {
  if (source) source.close();
  source = new EventSource(`${own}/events`);
  source.onmessage = heard;
  source.onerror = refused;
  beat();
}

function pressed(name) {
  if (/^[1-9]$/.test(name)) {
    const button = at("choices").children[Number(name) - 1];
    if (button && !at("choosing").hidden) button.click();
  } else if (["u", "U", "Backspace", "Delete", "-"].includes(name)) undoPressed();
  else if (["Escape", "0"].includes(name) && state && state.shown) { hidden = key(state.shown); draw(); }
}

let waiting = 0;
let keyAt = 0;
document.addEventListener("keydown", (event) => {
  if (event.repeat || event.ctrlKey || event.altKey || event.metaKey) return;
  const typed = event.timeStamp - keyAt < TYPED_MS;
  keyAt = event.timeStamp;
  clearTimeout(waiting);
  if (!typed) waiting = setTimeout(() => pressed(event.key), TYPED_MS);
  if (event.key === "Enter" && typed) event.preventDefault();
});
at("undo").addEventListener("click", undoPressed);
document.addEventListener("contextmenu", (event) => event.preventDefault());
listen();
