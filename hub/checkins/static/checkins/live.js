// The list of check-ins fills as scans arrive: the table is replaced when there is a newer check-in, and only then.
(() => {
  "use strict";
  const POLL_MS = 1000;
  const HIGHLIGHT_MS = 2500;
  const HERE = /\/checkins\/checkin\/$/;
  if (!HERE.test(location.pathname) || new URLSearchParams(location.search).has("_popup")) return;

  // The heading's count and the pages at the foot.
  const COUNTS = ["h1 span.text-subtle", "div.lg\\:scrollable-top"];

  let number = null;

  const rowId = (row) => row.querySelector("th a, td a")?.getAttribute("href") ?? row.textContent;
  const rows = (root) => [...root.querySelectorAll("#result_list tbody")];

  function showNew(known) {
    for (const row of rows(document)) {
      if (!known.has(rowId(row))) {
        row.animate([{ backgroundColor: "rgb(250 204 21 / 45%)" }, { backgroundColor: "transparent" }], HIGHLIGHT_MS);
      }
    }
  }

  async function fill() {
    const answer = await fetch(location.href, { credentials: "same-origin" });
    if (!answer.ok || answer.redirected) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const [from, into] = [page, document].map((root) => root.getElementById("result_list"));
    if (!from) return;
    if (!into) {
      location.reload();
      return;
    }
    const known = new Set(rows(document).map(rowId));
    into.replaceChildren(...from.children);
    for (const selector of COUNTS) {
      const [there, here] = [page, document].map((root) => root.querySelector(selector));
      if (there && here) here.replaceChildren(...there.childNodes);
    }
    // The boxes are new: what watched the old ones has to watch these.
    if (window.Actions) window.Actions(document.querySelectorAll("tr input.action-select"));
    showNew(known);
  }

  // Nobody's selection is taken away.
  const isSelecting = () => document.querySelector("#result_list input.action-select:checked") !== null;

  async function look() {
    if (document.hidden || isSelecting()) return;
    try {
      const answer = await fetch("newest/", { credentials: "same-origin" });
      if (!answer.ok || answer.redirected) return;
      const newest = (await answer.json()).number;
      if (newest !== number) await fill();
      number = newest;
    } catch {
      // The hub does not answer just now: the list stays as it is and asks again.
    }
  }

  async function forEver() {
    await look();
    setTimeout(forEver, POLL_MS);
  }
  document.addEventListener("DOMContentLoaded", forEver);
})();
