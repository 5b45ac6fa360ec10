// Reads codes by a camera, on pages that show hub/camera.html. Knows nothing of what is done with them.
"use strict";

const CAMERA_LOOKS_EVERY_MS = 100;
const CAMERA_OUT_OF_SIGHT_MS = 3000;
// These mend their own faults. Of the others a misread is not seen, so that they have to be read twice running.
const CAMERA_SURE = new Set(["qr_code", "micro_qr_code", "rm_qr_code", "aztec", "data_matrix", "pdf417"]);
const CAMERA_WHY = {
  NotAllowedError: "refused", SecurityError: "refused", NotFoundError: "missing", OverconstrainedError: "missing",
  NotReadableError: "busy", AbortError: "busy",
};

/**
 * Wires `place`, the part hub/camera.html of a page: its buttons start and stop the camera, say why there is none,
 * take the other camera and its light. Without this call the part stays hidden.
 *
 * The page loads hub/camera_scripts.html before its own script, both by `defer`, and its address stands in the
 * table of hub/page_policy.py.
 *
 * seen(text): called for each code that comes into sight; for the same one again once it was out of it for 3 s.
 * sameAs(text): what has to be equal for two texts to be the same code; the text, unless something is given.
 */
function readByCamera(place, seen, sameAs = (text) => text) {
  const video = place.querySelector("video");
  const button = (does) => place.querySelector(`[data-does=${does}]`);
  const lately = new Map(); // codes in sight, and when they were last seen
  let before = new Set();
  let stream = null;
  let turn = 0; // counts starts and stops: what an older one still waits for is not wanted any more
  let isWanted = false;
  let detector = null;
  let which = { facingMode: { ideal: "environment" } };
  let awake = null;

  async function start() {
    const mine = ++turn;
    isWanted = true;
    tell("");
    if (!window.isSecureContext || !navigator.mediaDevices) { fail("insecure"); return; }
    try {
      detector ??= newDetector();
      const asked = { ...which, width: { ideal: 1280 }, height: { ideal: 720 } };
      const opened = await navigator.mediaDevices.getUserMedia({ audio: false, video: asked });
      if (mine !== turn) { end(opened); return; }
      stream = opened;
      video.srcObject = opened;
      await video.play();
    } catch (error) {
      if (mine === turn) fail(CAMERA_WHY[error.name] || "failed");
      return;
    }
    if (mine !== turn) return;
    stream.getVideoTracks()[0].addEventListener("ended", () => { if (mine === turn) fail("busy"); });
    stayAwake();
    await draw();
    await look(mine);
  }

  function newDetector() {
    const locateFile = (name, folder) => (name.endsWith(".wasm") ? place.dataset.wasm : folder + name);
    BarcodeDetectionAPI.prepareZXingModule({ overrides: { locateFile } });
    return new BarcodeDetectionAPI.BarcodeDetector();
  }

  async function look(mine) {
    while (mine === turn) {
      try {
        const found = await detector.detect(video);
        if (mine === turn) note(found, performance.now());
      } catch {
        if (mine === turn) fail("failed");
        return;
      }
      await new Promise((done) => setTimeout(done, CAMERA_LOOKS_EVERY_MS));
    }
  }

  function note(found, now) {
    for (const [code, at] of lately) if (now - at > CAMERA_OUT_OF_SIGHT_MS) lately.delete(code);
    for (const { rawValue, format } of found) {
      const code = sameAs(rawValue);
      const isNew = !lately.has(code);
      if (!rawValue || (isNew && !CAMERA_SURE.has(format) && !before.has(rawValue))) continue;
      lately.set(code, now);
      if (isNew) seen(rawValue);
    }
    before = new Set(found.map((each) => each.rawValue));
  }

  const end = (opened) => opened?.getTracks().forEach((track) => track.stop());

  function release() {
    turn += 1;
    end(stream);
    stream = video.srcObject = null;
    awake?.release().catch(() => {});
    awake = null;
    draw();
  }

  function fail(why) {
    isWanted = false;
    release();
    tell(why);
  }

  function tell(why) {
    for (const each of place.querySelectorAll("[data-why]")) each.hidden = each.dataset.why !== why;
  }

  async function draw() {
    const track = stream?.getVideoTracks()[0];
    place.classList.toggle("on", Boolean(track));
    place.classList.toggle("mirrored", track?.getSettings().facingMode === "user");
    button("start").hidden = Boolean(track);
    button("stop").hidden = !track;
    button("light").hidden = !track?.getCapabilities?.().torch;
    button("light").setAttribute("aria-pressed", "false");
    button("turn").hidden = !track || (await cameras()).length < 2 || !stream;
  }

  async function cameras() {
    const devices = await navigator.mediaDevices.enumerateDevices();
    return devices.filter((each) => each.kind === "videoinput").map((each) => each.deviceId);
  }

  // Front and back where the camera says which it is; else one after the other.
  async function takeOther() {
    const { facingMode, deviceId } = stream?.getVideoTracks()[0].getSettings() || {};
    const all = await cameras();
    const next = all[(all.indexOf(deviceId) + 1) % all.length];
    which = facingMode
      ? { facingMode: { ideal: facingMode === "user" ? "environment" : "user" } }
      : { deviceId: { exact: next } };
    release();
    await start();
  }

  async function switchLight() {
    const isOn = button("light").getAttribute("aria-pressed") === "true";
    try {
      await stream.getVideoTracks()[0].applyConstraints({ advanced: [{ torch: !isOn }] });
      button("light").setAttribute("aria-pressed", String(!isOn));
    } catch { /* it says that it has a light and has none: the button stays as it is */ }
  }

  async function stayAwake() {
    const mine = turn;
    try {
      const lock = await navigator.wakeLock?.request("screen");
      if (mine === turn) awake = lock ?? null;
      else lock?.release();
    } catch { /* the screen goes dark as ever */ }
  }

  button("start").addEventListener("click", start);
  button("stop").addEventListener("click", () => { fail(""); button("start").focus(); });
  button("turn").addEventListener("click", takeOther);
  button("light").addEventListener("click", switchLight);
  // A page that nobody sees has no use for it, and others may want it.
  document.addEventListener("visibilitychange", () => {
    if (document.hidden && stream) release();
    else if (!document.hidden && isWanted && !stream) start();
  });
  place.hidden = false;
}
