// The digits of a rotating code, as the hub computes them (RFC 6238 with SHA-1), and its QR code, drawn on the phone.
"use strict";

function bytesOf(hex) {
  return Uint8Array.from(hex.match(/../g) || [], pair => parseInt(pair, 16));
}

async function digitsAt(secret, step, digits) {
  const key = await crypto.subtle.importKey("raw", secret, {name: "HMAC", hash: "SHA-1"}, false, ["sign"]);
  const counter = new DataView(new ArrayBuffer(8));
  counter.setBigUint64(0, BigInt(step));
  const code = new DataView(await crypto.subtle.sign("HMAC", key, counter.buffer));
  const number = code.getUint32(code.getUint8(19) & 15) & 0x7fffffff;
  return String(number % 10 ** digits).padStart(digits, "0");
}

// In the place of what the hub drew: black on white, four modules of white around.
function drawQr(where, text) {
  const code = qrcode(0, "M");
  code.addData(text, "Alphanumeric");
  code.make();
  const size = code.getModuleCount();
  let path = "";
  for (let row = 0; row < size; row += 1)
    for (let column = 0; column < size; column += 1)
      if (code.isDark(row, column)) path += `M${column + 4} ${row + 4}h1v1h-1z`;
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", `0 0 ${size + 8} ${size + 8}`);
  svg.setAttribute("class", "qr");
  svg.setAttribute("shape-rendering", "crispEdges");
  for (const [fill, shape] of [["#fff", `M0 0h${size + 8}v${size + 8}h-${size + 8}z`], ["#000", path]]) {
    const part = document.createElementNS(svg.namespaceURI, "path");
    part.setAttribute("fill", fill);
    part.setAttribute("d", shape);
    svg.append(part);
  }
  where.replaceChildren(svg);
}

// `now` gives the hub's milliseconds, as well as the phone knows them.
function rotate(figure, now) {
  const {pattern, typed, secret, step: seconds, digits} = figure.dataset;
  const ring = figure.querySelector(".ring .left"), period = seconds * 1000;
  let drawn = null;
  async function look() {
    const at = now(), step = Math.floor(at / period);
    ring.setAttribute("stroke-dasharray", `${100 - Math.floor((at % period) / 1000) * 1000 / period * 100} 100`);
    if (step === drawn) return;
    drawn = step;
    const code = await digitsAt(bytesOf(secret), step, Number(digits));
    if (step !== drawn) return;
    drawQr(figure.querySelector(".drawn"), pattern + code);
    figure.querySelector("figcaption").textContent = typed + code;
    figure.dataset.drawn = step;
  }
  look();
  setInterval(look, 250);
}
