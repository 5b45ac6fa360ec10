// Our page in a website's frame talks with the website's page: of nothing but its height and what has happened, and with
// nobody but the page right around it, whose origin is one that the website allows (data-origins).
"use strict";
(() => {
  const allowed = document.body.dataset.origins.split(" ").filter(Boolean);
  let around = "";
  let told = 0;
  if (window.parent === window) return;
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
    tell("page", {step: document.body.dataset.step || ""});
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

  // By a token of the website's the flow is this visitor's: it begins here, and whoever goes on goes on in it.
  async function know(token) {
    const forms = [...document.querySelectorAll("form.choose")];
    if (!forms.length || forms[0].elements.flow.value) return;
    const to = location.pathname.split("/").slice(0, 3).join("/") + "/token";
    const body = new URLSearchParams({token});
    const answer = await fetch(to, {method: "POST", body, redirect: "error"}).then(found => found.json(), () => ({fault: "network"}));
    if (answer.flow) {
      for (const form of forms) form.elements.flow.value = answer.flow;
      tell("known", {});
    } else {
      document.getElementById("not-known").hidden = false;
      tell("refused", {fault: answer.fault, text: answer.text});
    }
  }
})();
