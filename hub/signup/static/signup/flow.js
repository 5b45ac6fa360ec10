// The pages of joining, at the hub and in frames: where the focus goes on a page that answers a press, and whether it
// is paid while somebody pays in another tab.
"use strict";
if (document.body.dataset.step)
  (document.querySelector("[aria-invalid]") || document.querySelector("[data-focus]") || document.querySelector("h1")).focus();

const ASK_EVERY_MS = 4000;
const paying = document.getElementById("paying");
if (paying) setTimeout(ask, ASK_EVERY_MS);

async function ask() {
  try {
    const answer = await fetch(paying.dataset.asks, {method: "POST", body: new FormData(paying), redirect: "error"});
    if (answer.ok && (await answer.json()).paid) return paying.submit();
  } catch {
    // Without a network it is asked again.
  }
  setTimeout(ask, ASK_EVERY_MS);
}
