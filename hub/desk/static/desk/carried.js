// A card that the camera sees stands in the field, to be looked at and given by the button.
"use strict";

const carriedCode = document.getElementById("code");

readByCamera(document.getElementById("camera"), (text) => {
  carriedCode.value = text;
  document.getElementById("give").focus();
});
