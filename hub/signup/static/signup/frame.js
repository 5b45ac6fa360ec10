// Our page in a website's frame talks with the website's page: of nothing but its height and what has happened, and with
// nobody but the page right around it, whose origin is one that the website allows (data-origins).
"use strict";
(() => {
  const HOLD_MS = 3000;
  const TRIES = 3;
  const allowed = document.body.dataset.origins.split(" ").filter(Boolean);
  const forms = [...document.querySelectorAll("form.choose")];
  let around = "";
  let told = 0;
  let holding = 0;
  let pressed = null;
  if (window.parent === window) return;
  if (location.hash === "#visitor") hold();
  document.addEventListener("submit", event => {
    if (!holding || !forms.includes(event.target)) return;
    event.preventDefault();
    pressed = event.submitter;
    pressed.setAttribute("aria-busy", "true");
  });
  window.addEventListener("message", event => {
    if (event.source !== window.parent || !allowed.includes(event.origin)) return;
    const said = event.data && event.data.doorward;
    if (said === "hello" && !around) greet(event.origin);
    if (said === "token" && around === event.origin && typeof event.data.token === "string") know(event.data.token);
  });

  function greet(origin) {
    around = origin;
    new ResizeObserver(tellHeight).observe(document.documentElement);
    tellHeight();
    tell("page", {step: document.body.dataset.step || "", leftOut: document.body.dataset.leftOut || ""});
    if (document.body.dataset.event) tell(document.body.dataset.event, {plan: document.body.dataset.plan});
    const close = document.getElementById("close");
    if (close) {
      close.hidden = false;
      close.addEventListener("click", () => tell("closed", {plan: document.body.dataset.plan}));
    }
  }

  function tell(what, more) {
    window.parent.postMessage({doorward: what, ...more}, around);
  }

  function tellHeight() {
    const height = Math.ceil(document.body.getBoundingClientRect().height);
    if (height !== told) tell("height", {px: told = height});
  }

  // Who presses before the answer would begin as nobody: a press waits for it, but not for ever.
  function hold() {
    clearTimeout(holding);
    holding = setTimeout(goOn, HOLD_MS);
  }

  function goOn() {
    clearTimeout(holding);
    holding = 0;
    const press = pressed;
    pressed = null;
    if (!press) return;
    press.removeAttribute("aria-busy");
    press.form.requestSubmit(press);
  }

  // By a token of the website's the flow is this visitor's: it begins here, and whoever goes on goes on in it.
  async function know(token) {
    if (!forms.length || forms[0].elements.flow.value) return;
    hold();
    const answer = await ask(token, TRIES);
    for (const form of forms) form.elements.flow.value = answer.flow || "";
    document.getElementById("wait").hidden = true;
    document.getElementById("not-known").hidden = Boolean(answer.flow);
    if (answer.flow) tell("known", {});
    else tell("refused", {fault: answer.fault, text: answer.text});
    goOn();
  }

  async function ask(token, tries) {
    const to = location.pathname.split("/").slice(0, 3).join("/") + "/token";
    const body = new URLSearchParams({token});
    const answer = await fetch(to, {method: "POST", body, redirect: "error"}).catch(() => null);
    if (!answer) return {fault: "network"};
    if (answer.status === 429 && tries > 1) {
      document.getElementById("wait").hidden = false;
      await new Promise(done => setTimeout(done, waitMs(answer)));
      return ask(token, tries - 1);
    }
    // Whoever stands between us and the hub answers with pages.
    return answer.json().catch(() => ({fault: answer.status === 429 ? "too_many" : "hub", text: `HTTP ${answer.status}`}));
  }
})();
