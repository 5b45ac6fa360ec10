// The search in the header: results as one types, arrows and Enter, "/" to get there. Without this script it is a form.
"use strict";

{
  const form = document.getElementById("search");
  const text = document.getElementById("search-text");
  const found = document.getElementById("search-found");
  const WAITS_MS = 140;
  let timer = 0;
  let chosen = -1;

  const options = () => [...found.querySelectorAll("[role=option]")];

  function ask(values) {
    clearTimeout(timer);
    htmx.ajax("POST", form.action, { source: form, target: "#search-found", swap: "innerHTML", values });
  }

  function show(isOpen) {
    found.hidden = !isOpen;
    text.setAttribute("aria-expanded", String(isOpen));
    if (!isOpen) choose(-1);
  }

  function choose(index) {
    const all = options();
    chosen = all.length && index >= 0 ? index % all.length : -1;
    all.forEach((each, number) => each.setAttribute("aria-selected", String(number === chosen)));
    if (chosen < 0) text.removeAttribute("aria-activedescendant");
    else {
      text.setAttribute("aria-activedescendant", all[chosen].id);
      all[chosen].scrollIntoView({ block: "nearest" });
    }
  }

  if (form) {
    text.addEventListener("input", () => {
      clearTimeout(timer);
      if (text.value.trim().length < 2) return show(false);
      timer = setTimeout(() => ask({}), WAITS_MS);
    });

    text.addEventListener("keydown", (event) => {
      const count = options().length;
      if (event.key === "ArrowDown" && count) choose(chosen + 1);
      else if (event.key === "ArrowUp" && count) choose(chosen <= 0 ? count - 1 : chosen - 1);
      else if (event.key === "Escape") show(false);
      else return;
      event.preventDefault();
    });

    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const option = options()[chosen];
      if (option && !found.hidden) location.assign(option.href);
      else if (text.value.trim()) ask({ go: "1" });
    });

    document.addEventListener("htmx:afterSwap", (event) => {
      if (event.detail.target !== found) return;
      chosen = -1;
      show(text.value.trim().length > 1);
    });
    document.addEventListener("click", (event) => {
      if (!form.contains(event.target)) show(false);
    });
    document.addEventListener("keydown", (event) => {
      const isTyping = event.target.closest?.("input, textarea, select, [contenteditable]");
      if (event.key !== "/" || isTyping || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      text.focus();
      text.select();
    });
  }
}
