// Keeps the card true while its page is open: the clock, what rotates, whether the hub is there, the copy for offline.
"use strict";
const main = document.getElementById("content");
const WRONG_MS = 20000, REMEMBERED_MS = 24 * 3600 * 1000, LOOK_AGAIN_MS = 30000;
const REMEMBERED = "doorward-card-clock";
const WHOSE = "X-Doorward-Card", NOBODYS = "none";
let offset = remembered();

// The app starts at its own link: a phone that has its cookie has no use for it.
if (location.hash) history.replaceState(null, "", location.pathname);

function remembered() {
  const [known, at] = (localStorage.getItem(REMEMBERED) || "0 0").split(" ").map(Number);
  return Math.abs(Date.now() - at) < REMEMBERED_MS ? known : 0;
}

// How far the hub's clock is ahead: its Date header is cut to whole seconds.
function learn(answer, asked, answered) {
  const said = Date.parse(answer.headers.get("Date"));
  if (Number.isNaN(said)) return;
  const ahead = said + 500 - (asked + answered) / 2;
  offset = Math.abs(ahead) > 2000 ? Math.round(ahead) : 0;
  localStorage.setItem(REMEMBERED, `${offset} ${answered}`);
}

function say(id, shown) {
  const line = document.getElementById(id);
  if (line.hidden === shown) line.hidden = !shown;
}

function time(text) {
  const at = new Date(text), today = at.toDateString() === new Date(Date.now() + offset).toDateString();
  const day = today ? {} : {day: "numeric", month: "short"};
  return at.toLocaleString(document.documentElement.lang, {hour: "2-digit", minute: "2-digit", hourCycle: "h23", ...day});
}

async function look() {
  const asked = Date.now();
  let answer = null;
  try {
    answer = await fetch(main.dataset.still, {cache: "no-store", credentials: "same-origin"});
  } catch {
    // Nothing answers: that is what is said below.
  }
  // The hub says whose card it is; what else answers on the way is not the hub.
  const whose = answer && answer.headers.get(WHOSE), there = Boolean(whose);
  if (whose === NOBODYS) return location.reload();
  if (there) learn(answer, asked, Date.now());
  // What stands here is older than the hub's absence: the hub tells a page that it gives out now from its own clock.
  if (there && main.dataset.offline) return location.reload();
  if (!there) main.dataset.offline = "yes";
  document.querySelector("#offline span").textContent = time(main.dataset.at);
  say("offline", !there);
  say("clock", Math.abs(offset) > WRONG_MS);
}

function keep() {
  const parts = [...document.querySelectorAll("#photo, link[rel=stylesheet], link[rel=icon]")];
  const addresses = parts.map(each => each.src || each.href).filter(each => each.includes("/card/"));
  navigator.serviceWorker.ready.then(found => found.active.postMessage({keep: [location.pathname, ...addresses]}));
}

const rotating = document.querySelectorAll("figure[data-secret]");
if (window.crypto && crypto.subtle) rotating.forEach(figure => rotate(figure, () => Date.now() + offset));
// Without https a browser computes nothing secret: then the hub draws each code.
else if (rotating.length) setTimeout(() => location.reload(), 15000);

look();
setInterval(look, LOOK_AGAIN_MS);
addEventListener("online", look);
addEventListener("offline", look);
document.addEventListener("visibilitychange", () => document.hidden || look());
if (navigator.serviceWorker) {
  const fresh = !navigator.serviceWorker.controller;
  navigator.serviceWorker.register(main.dataset.worker).then(() => fresh && keep());
}
