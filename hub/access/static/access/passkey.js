// Says beside the button what became of a passkey that did not come; its own words are the browser's.
document.addEventListener("allauth.error", (event) => {
  event.preventDefault();
  const place = document.getElementById("passkey-trouble");
  const error = event.detail.exception;
  // Whoever closes the browser's dialog knows it.
  if (place && !(error && error.name === "NotAllowedError")) place.textContent = error && error.message;
});
