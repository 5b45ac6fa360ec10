// The secret of a link stands behind its #, which is sent to nobody: it is put into the form, and the form sent.
const secret = location.hash.slice(1);
if (secret) {
  history.replaceState(null, "", location.pathname);
  document.getElementById("link").value = secret;
  document.getElementById("open").requestSubmit();
}
