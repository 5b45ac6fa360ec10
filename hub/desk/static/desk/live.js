// What keeps up by itself ([data-live], by htmx) disturbs nobody's reading: what has the keyboard, or is marked, stays.
"use strict";

const isLive = (event) => event.target instanceof Element && event.target.matches("[data-live]");

function isInUse(part) {
  const chosen = getSelection();
  const isMarked = chosen && !chosen.isCollapsed && part.contains(chosen.anchorNode);
  return document.hidden || isMarked || part.contains(document.activeElement) || part.querySelector("details.stays[open]");
}

document.addEventListener("htmx:beforeRequest", (event) => {
  if (isLive(event) && isInUse(event.target)) event.preventDefault();
});

// An answer that came while somebody began to use it is not put in place either.
document.addEventListener("htmx:beforeSwap", (event) => {
  if (isLive(event) && isInUse(event.target)) event.detail.shouldSwap = false;
});

// That the hub does not answer is said once, where it is looked at, not at each try.
for (const failure of ["htmx:sendError", "htmx:responseError", "htmx:timeout"]) {
  document.addEventListener(failure, (event) => {
    if (!isLive(event)) return;
    event.stopImmediatePropagation();
    event.target.querySelector(".as-of")?.classList.add("stale");
  }, true);
}
