"""A real Chromium without a window, driven by the DevTools protocol through its pipe. Blocking: for threads."""

import base64
import itertools
import json
import os
import subprocess
import time
from pathlib import Path
from typing import Any, Final

DEADLINE_S: Final = 30.0
LOOK_AGAIN_S: Final = 0.02
WIDTH, HEIGHT = 1280, 800
KEYS: Final = {"Escape": 27, "Backspace": 8, "Enter": 13}


class Browser:
    """One page of 1280 x 800. `close` when done. `more`: options for Chromium besides."""

    def __init__(self, folder: Path, *more: str) -> None:
        reads, to_browser = os.pipe()
        from_browser, writes = os.pipe()
        # A shell puts the two pipes where Chromium looks for them.
        arrange = f'exec 3<&{reads} 4>&{writes}; exec "$@"'
        options = ("--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--hide-scrollbars")
        chromium = (
            "chromium",
            *options,
            *more,
            "--remote-debugging-pipe",
            f"--user-data-dir={folder}",
            "about:blank",
        )
        self._process = subprocess.Popen(
            ["bash", "-c", arrange, "bash", *chromium],
            pass_fds=(reads, writes),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(reads)
        os.close(writes)
        self._to = os.fdopen(to_browser, "wb")
        self._from = os.fdopen(from_browser, "rb", buffering=0)
        self._rest = b""
        self._numbers = itertools.count(1)
        self.errors: list[str] = []
        """What the page has complained of."""
        target = self._call("Target.createTarget", {"url": "about:blank"})["targetId"]
        self._session: str | None = None
        self._session = self._call("Target.attachToTarget", {"targetId": target, "flatten": True})["sessionId"]
        size = {"width": WIDTH, "height": HEIGHT, "deviceScaleFactor": 1, "mobile": False}
        self._call("Emulation.setDeviceMetricsOverride", size)
        for domain in ("Page", "Runtime", "Log"):
            self._call(f"{domain}.enable")

    def close(self) -> None:
        self._to.close()
        self._from.close()
        self._process.terminate()
        self._process.wait(DEADLINE_S)

    def go(self, url: str) -> None:
        self._call("Page.navigate", {"url": url})

    def look(self, expression: str) -> Any:
        """What a piece of JavaScript gives in the page."""
        given = {"expression": expression, "returnByValue": True, "awaitPromise": True}
        return self._call("Runtime.evaluate", given)["result"].get("value")

    def until(self, expression: str) -> None:
        """Returns once it holds in the page."""
        deadline = time.monotonic() + DEADLINE_S
        while not self.look(expression):
            if time.monotonic() > deadline:
                raise AssertionError(f"never: {expression}; the page: {self.look('document.body.innerText')}")
            time.sleep(LOOK_AGAIN_S)

    def press(self, key: str) -> None:
        code = KEYS.get(key, ord(key[0].upper()))
        said = {"key": key, "windowsVirtualKeyCode": code, **({"text": key} if len(key) == 1 else {})}
        self._call("Input.dispatchKeyEvent", {"type": "keyDown", **said})
        self._call("Input.dispatchKeyEvent", {"type": "keyUp", **said})

    def tap(self, selector: str) -> None:
        """A finger on the middle of it."""
        box = f"(() => {{ const b = document.querySelector({json.dumps(selector)}).getBoundingClientRect();"
        x, y = self.look(f"{box} return [b.x + b.width / 2, b.y + b.height / 2]; }})()")
        self._call("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [{"x": x, "y": y}]})
        self._call("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})

    def picture(self) -> bytes:
        """What is seen, as a PNG."""
        return base64.b64decode(self._call("Page.captureScreenshot", {"format": "png"})["data"])

    def _call(self, method: str, params: dict[str, Any] | None = None) -> Any:
        number = next(self._numbers)
        said: dict[str, Any] = {"id": number, "method": method, "params": params or {}}
        if getattr(self, "_session", None) is not None:
            said["sessionId"] = self._session
        self._to.write(json.dumps(said).encode() + b"\0")
        self._to.flush()
        while True:
            heard = self._hear()
            if heard.get("id") == number:
                assert "error" not in heard, heard
                return heard["result"]

    def _hear(self) -> dict[str, Any]:
        while b"\0" not in self._rest:
            chunk = self._from.read(1 << 20)
            assert chunk, "Chromium has ended"
            self._rest += chunk
        message, _, self._rest = self._rest.partition(b"\0")
        heard: dict[str, Any] = json.loads(message)
        if heard.get("method") in ("Runtime.exceptionThrown", "Log.entryAdded"):
            self.errors.append(json.dumps(heard["params"]))
        return heard
