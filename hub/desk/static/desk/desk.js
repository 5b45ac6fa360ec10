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
  if (event.detail.target === dialog && !dialog.open) dialog.showModal();
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
