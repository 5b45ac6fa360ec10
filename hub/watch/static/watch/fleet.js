// The page of the fleet keeps up by itself: it asks for itself again and puts what is new in place.
(() => {
  "use strict";
  const EVERY_MS = 10_000;

  // By the clock of whoever looks.
  function localize(root) {
    for (const time of root.querySelectorAll(".as-of time")) {
      time.textContent = new Date(time.dateTime).toLocaleTimeString([], { timeZoneName: "short" });
    }
  }

  function tellStale(here) {
    const told = here.querySelector(".as-of");
    if (told && !told.classList.contains("stale")) {
      told.classList.add("stale");
      told.append(": the hub does not answer");
    }
  }

  async function look(here) {
    // Nobody's reading is disturbed: what is selected, or has the keyboard, stays.
    const chosen = getSelection();
    if (document.hidden || here.contains(document.activeElement)) return;
    if (chosen && !chosen.isCollapsed && here.contains(chosen.anchorNode)) return;
    try {
      const answer = await fetch(location.href, { credentials: "same-origin" });
      if (answer.redirected) location.reload();
      if (!answer.ok) throw new Error(answer.statusText);
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      here.replaceChildren(...page.getElementById("fleet-now").childNodes);
      localize(here);
    } catch {
      tellStale(here);
    }
  }

  document.addEventListener("DOMContentLoaded", () => {
    const here = document.getElementById("fleet-now");
    localize(here);
    setInterval(() => look(here), EVERY_MS);
    document.addEventListener("visibilitychange", () => look(here));
  });
})();
