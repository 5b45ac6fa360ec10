// The code of a one-time link stands behind its #, which is sent to nobody: it is put where it is to be typed.
const code = location.hash.slice(1);
if (code) {
  const field = document.getElementById("id_code");
  field.value = code;
  field.closest(".field").hidden = true;
  history.replaceState(null, "", location.pathname);
  document.getElementById("id_password").focus();
}
