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
    showNew(known);
  }

  // The admin's own script watches the boxes that the page came with; these come anew with each fill.
  const boxes = () => [...document.querySelectorAll("#result_list input.action-select")];

  function select({ target }) {
    if (target.matches(".action-toggle")) {
      for (const box of boxes()) box.checked = target.checked;
    } else if (!target.matches(".action-select")) {
      return;
    }
    const all = boxes();
    const chosen = all.filter((box) => box.checked);
    for (const box of all) box.closest("tr").classList.toggle("selected", box.checked);
    document.querySelector("#result_list .action-toggle").checked = chosen.length === all.length;
    const counter = document.querySelector("span.action-counter");
    if (counter) counter.textContent = `${chosen.length} of ${all.length} selected`;
  }

  async function look() {
    // Nobody's selection is taken away.
    if (document.hidden || boxes().some((box) => box.checked)) return;
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
  document.addEventListener("DOMContentLoaded", () => {
    document.getElementById("result_list")?.addEventListener("change", select);
    forEver();
  });
})();
