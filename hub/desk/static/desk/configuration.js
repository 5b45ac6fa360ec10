// The keyboard stands at the line that is wrong.
"use strict";

const written = document.querySelector("textarea[data-line]");
if (written) {
  const before = written.value.split("\n").slice(0, Number(written.dataset.line) - 1);
  const from = before.reduce((length, line) => length + line.length + 1, 0);
  const end = written.value.indexOf("\n", from);
  written.focus();
  written.setSelectionRange(from, end < 0 ? written.value.length : end);
  written.scrollTop = Math.max(0, (before.length - 4) * parseFloat(getComputedStyle(written).lineHeight));
}
