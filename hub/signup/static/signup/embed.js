// Puts the pages of joining into a page of yours:
//   <script src="https://HUB/embed.js" data-website="ID" data-plan="PLAN" async></script>
// docs/embedding.md tells what can be said to it. No cookies, nothing of anybody else's, no name but `doorward`.
"use strict";
(() => {
  const script = document.currentScript;
  if (!script) return;
  const hub = new URL(script.src).origin;
  const said = script.dataset;
  const complain = what => console.error(`Doorward: ${what} (${script.src})`);
  if (!/^[A-Za-z0-9_-]+$/.test(said.website || ""))
    return complain("data-website is missing: copy the line from the website's page at your hub");
  if (said.plan && !/^[A-Za-z0-9_-]+$/.test(said.plan)) return complain("data-plan is not a plan's id");

  const address = new URL(`/embed/${said.website}/${said.plan ? `${said.plan}/` : ""}`, hub);
  for (const [name, value] of Object.entries(said))
    if (name.startsWith("theme") && name.length > 5) address.searchParams.set(name.slice(5).toLowerCase(), value);
  if (said.language) address.searchParams.set("language", said.language);

  const frame = document.createElement("iframe");
  frame.title = said.title || "Join";
  frame.allow = "publickey-credentials-get; publickey-credentials-create";
  frame.referrerPolicy = "strict-origin";
  frame.style.cssText = "display:block;width:100%;height:30rem;border:0";
  let token = said.token || "";
  script.removeAttribute("data-token");
  // Says that somebody is about to be known; who it is stands in no address.
  if (token) address.hash = "visitor";
  let begun = false;
  let greeted = false;

  const send = what => frame.contentWindow.postMessage(what, hub);
  const happened = (name, detail) => {
    const event = () => new CustomEvent(`doorward:${name}`, {detail, bubbles: true});
    script.dispatchEvent(event());
    window.dispatchEvent(new CustomEvent("doorward", {detail: {name, element: script, ...detail}}));
  };
  const hand = () => {
    if (!token || !greeted) return;
    send({doorward: "token", token});
    token = "";
  };

  frame.addEventListener("load", () => {
    greeted = false;
    send({doorward: "hello"});
    setTimeout(() => greeted || complain("our page does not answer: is this page's origin allowed for the website at your hub?"), 5000);
  });
  window.addEventListener("message", event => {
    if (event.origin !== hub || event.source !== frame.contentWindow || !event.data) return;
    const data = event.data;
    const plan = typeof data.plan === "string" ? data.plan : "";
    if (data.doorward === "page") {
      greeted = true;
      if (data.leftOut) complain(`these of the theme are left out, as they are no such value or could not be read: ${data.leftOut}`);
      if (data.step) frame.scrollIntoView({block: "nearest"});
      hand();
    } else if (data.doorward === "height" && Number.isFinite(data.px) && data.px >= 0) {
      frame.style.height = `${Math.min(data.px, 20000)}px`;
    } else if (data.doorward === "started" && !begun) {
      begun = true;
      happened("started", {plan});
    } else if (data.doorward === "joined" && begun !== "joined") {
      begun = "joined";
      happened("joined", {plan});
    } else if (data.doorward === "closed") {
      begun = false;
      happened("closed", {plan});
    } else if (data.doorward === "refused") {
      complain(`the visitor's token does not count: ${data.fault}: ${data.text || ""}`);
    }
  });

  const ours = (window.doorward = window.doorward || {tokens: new Map()});
  ours.tokens.set(script, text => {
    token = String(text);
    hand();
  });
  // For one of several on a page name its script; without, it is for the first.
  ours.token = (text, element) => {
    const take = element ? ours.tokens.get(element) : [...ours.tokens.values()][0];
    if (take) take(text);
    else console.error("Doorward: doorward.token(...) names an element that is no script of /embed.js");
  };

  frame.src = address.href;
  script.after(frame);
})();
