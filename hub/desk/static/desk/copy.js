// What stands in a field to be copied has a button for it, where the browser lets pages write into its clipboard.
"use strict";
if (navigator.clipboard) {
  offer(document);
  document.addEventListener("htmx:afterSwap", event => offer(event.detail.target));
}

function offer(part) {
  const said = document.body.dataset;
  for (const field of part.querySelectorAll(".field :is(input, textarea)[readonly]")) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "small";
    button.textContent = said.copy;
    button.setAttribute("aria-live", "polite");
    button.setAttribute("aria-label", `${said.copy}: ${field.labels[0]?.textContent ?? ""}`);
    button.addEventListener("click", () => copy(field, button));
    field.after(button);
  }
}

async function copy(field, button) {
  const said = document.body.dataset;
  // Marked as well: who may not write there can still do it by hand.
  field.select();
  const isCopied = await navigator.clipboard.writeText(field.value).then(() => true, () => false);
  if (!isCopied) return;
  button.textContent = said.copied;
  button.removeAttribute("aria-label");
}
