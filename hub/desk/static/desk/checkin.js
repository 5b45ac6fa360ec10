// The front desk by keyboard alone: the field keeps the focus, so that the next scan never presses a button.
"use strict";

{
  const form = document.getElementById("checkin-look");
  const text = document.getElementById("checkin-text");
  const part = document.getElementById("checkin");

  // Enter in the empty field checks in who is shown; before htmx sees it.
  form.addEventListener("submit", (event) => {
    const shown = document.getElementById("checkin-do");
    if (text.value.trim() || !shown) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (shown.dataset.sent) return;
    shown.dataset.sent = "yes";
    shown.requestSubmit();
  }, true);

  // Another permission or place is another question: who is shown is asked about anew.
  form.addEventListener("change", (event) => {
    const shown = document.getElementById("checkin-do");
    if (event.target.tagName !== "SELECT" || !shown) return;
    const asked = shown.elements;
    const values = asked.code.value ? { q: asked.code.value } : { customer: asked.customer.value };
    htmx.ajax("POST", form.action, { source: form, target: "#checkin", swap: "innerHTML", values });
  });

  // Settled: only now do the new forms answer to Enter.
  document.addEventListener("htmx:afterSettle", (event) => {
    if (event.detail.target !== part) return;
    if (part.querySelector("[data-done], #checkin-do")) text.value = "";
    const choices = part.querySelector(".checkin-found button");
    (choices || text).focus();
  });
}
