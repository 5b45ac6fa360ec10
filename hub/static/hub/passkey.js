// A form of class "passkey" is sent with what the browser's passkey says: data-options names where the challenge comes
// from, data-does is "get" (sign in) or "create" (add one), data-trouble what is said where nothing came of it, data-busy
// where too many asked.
"use strict";
for (const form of document.querySelectorAll("form.passkey")) {
  if (!window.PublicKeyCredential) continue;
  form.hidden = false;
  form.addEventListener("submit", event => {
    if (form.elements.answer.value) return;
    event.preventDefault();
    ask(form);
  });
}

async function ask(form) {
  const trouble = form.querySelector("[role=alert]");
  trouble.textContent = "";
  try {
    const said = await begin(form);
    if (said.error) return void (trouble.textContent = said.error);
    const found = await navigator.credentials[form.dataset.does]({publicKey: read(said.options.publicKey)});
    form.elements.state.value = said.state;
    form.elements.answer.value = JSON.stringify(written(found));
    form.submit();
  } catch (error) {
    // Whoever closes the browser's dialog knows it.
    if (error.name !== "NotAllowedError") trouble.textContent = form.dataset.trouble;
  }
}

async function begin(form) {
  const answer = await fetch(form.dataset.options, {method: "POST", body: new FormData(form), redirect: "error"});
  if (answer.status === 429) return {error: form.dataset.busy};
  if (!answer.ok && answer.status !== 422) throw new Error(answer.status);
  return answer.json();
}

function read(options) {
  options.challenge = bytes(options.challenge);
  if (options.user) options.user.id = bytes(options.user.id);
  for (const list of ["allowCredentials", "excludeCredentials"])
    for (const each of options[list] || []) each.id = bytes(each.id);
  return options;
}

function written(found) {
  const response = {};
  for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"])
    if (found.response[name]) response[name] = text(found.response[name]);
  return {id: found.id, rawId: text(found.rawId), type: found.type, response, clientExtensionResults: {}};
}

function bytes(text) {
  return Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), letter => letter.charCodeAt(0));
}

function text(buffer) {
  return btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}
