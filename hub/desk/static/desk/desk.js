// The desk's dialogs. A link with data-dialog opens its page inside the dialog; without this script it is a page.
"use strict";

const dialog = document.getElementById("dialog");

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-dialog]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
  event.preventDefault();
  htmx.ajax("GET", link.getAttribute("href"), { target: "#dialog", swap: "innerHTML" });
});

document.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target !== dialog) return;
  if (!dialog.open) dialog.showModal();
  const wrong = dialog.querySelector(".wrong :is(input, select, textarea)");
  (wrong || dialog.querySelector("[autofocus], form:not([method=dialog]) :is(input:not([type=hidden]), select, textarea, button)"))?.focus();
});

// A form inside the dialog is sent by htmx, so that what is wrong with it shows there; and once.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!dialog.contains(form) || form.method === "dialog") return;
  event.preventDefault();
  if (form.dataset.sent) return;
  form.dataset.sent = "yes";
  const button = event.submitter;
  const values = button?.name ? { [button.name]: button.value } : {};
  htmx.ajax("POST", form.action, { source: form, target: "#dialog", swap: "innerHTML", values });
});

// What leads back closes the dialog, where there is one.
document.addEventListener("click", (event) => {
  if (!dialog.open || !event.target.closest("dialog [data-close]")) return;
  event.preventDefault();
  dialog.close();
});

// Of the menus on a page one is open at a time.
document.addEventListener("toggle", (event) => {
  if (!event.target.matches?.("details.does, details.me") || !event.target.open) return;
  for (const other of document.querySelectorAll("details.does[open], details.me[open]")) {
    if (other !== event.target) other.open = false;
  }
}, true);

// A click on what lies around it closes it; one that began inside, as where text is marked, does not.
dialog.addEventListener("mousedown", (event) => {
  if (event.target === dialog) dialog.close();
});

document.addEventListener("htmx:responseError", () => tellFailure());
document.addEventListener("htmx:sendError", () => tellFailure());

function tellFailure() {
  const told = document.createElement("p");
  told.className = "message error";
  told.textContent = document.body.dataset.failed;
  (dialog.open ? dialog : document.getElementById("messages")).prepend(told);
  for (const form of dialog.querySelectorAll("form")) delete form.dataset.sent;
}
