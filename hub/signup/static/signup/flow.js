// The pages of joining, at the hub and in frames: where the focus goes on a page that answers a press, and whether it
// is paid while somebody pays in another tab.
"use strict";
if (document.body.dataset.step)
  (document.querySelector("[aria-invalid]") || document.querySelector("[data-focus]") || document.querySelector("h1")).focus();

const ASK_EVERY_MS = 4000;
const WAIT_S_MAX = 30;
const paying = document.getElementById("paying");
if (paying) setTimeout(ask, ASK_EVERY_MS);

async function ask() {
  let again = ASK_EVERY_MS;
  try {
    const answer = await fetch(paying.dataset.asks, {method: "POST", body: new FormData(paying), redirect: "error"});
    document.getElementById("wait").hidden = answer.status !== 429;
    if (answer.status === 429) again = waitMs(answer);
    else if (answer.ok && (await answer.json()).paid) return paying.submit();
  } catch {
    // Without a network, or where somebody between us and the hub answers with a page, it is asked again.
  }
  setTimeout(ask, again);
}

// After an answer that there were too many.
function waitMs(answer) {
  return 1000 * Math.min(Number(answer.headers.get("Retry-After")) || 5, WAIT_S_MAX);
}
