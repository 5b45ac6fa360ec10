"""Somebody at the desk: a real Chromium, signed in at a hub that is served from the test's own database.

With DOORWARD_SCREENSHOTS=FOLDER what was seen is kept.
"""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.contrib.auth.models import User
from django.test import Client

from tests.browser import Browser
from tests.hub.colleagues import client_of
from tests.hub.served import served

WIDE, NARROW = 1280, 360
_CODES = {"ArrowDown": 40, "ArrowUp": 38, "Enter": 13, "Tab": 9, "Escape": 27}


class Visitor(Browser):
    """A browser at a hub's address; everything is waited for, nothing slept for."""

    hub = ""

    def __init__(self, folder: Path, *more: str) -> None:
        super().__init__(folder, *more)
        self.requests: list[str] = []
        """Whatever pages asked for, of whatever host."""
        self._call("Network.enable")

    def sign_in(self, hub: str, user: User | None) -> None:
        self.hub = hub
        self.is_now(client_of(user))

    def is_now(self, client: Client) -> None:
        """As far as the hub knows: it has that client's session, or none."""
        self._call("Network.clearBrowserCookies")
        if session := client.cookies.get("sessionid"):
            self._call("Network.setCookie", {"name": "sessionid", "value": session.value, "url": self.hub})

    @contextmanager
    def at_work(self, user: User | None) -> Iterator["Visitor"]:
        """At a hub that is served meanwhile; at the end no page has complained of anything."""
        with served() as hub:
            self.errors.clear()
            self.wears(WIDE)
            self.sign_in(hub, user)
            yield self
            assert self.complaints() == []
            self.go("about:blank")

    def open(self, path: str) -> None:
        self.go(self.hub + path)
        self.until(f"location.pathname === {json.dumps(path)} && document.readyState === 'complete'")

    def sees(self, text: str) -> None:
        self.until(f"document.body.innerText.includes({json.dumps(text)})")

    def click(self, text: str, within: str = "body") -> None:
        """The link or button that is called so, as soon as it is there and shown, and the page's scripts are."""
        find = (
            f"[...document.querySelectorAll({json.dumps(within + ' ')} + ':is(a, button, summary, label)')]"
            f".find(e => e.textContent.trim() === {json.dumps(text)} && e.checkVisibility())"
        )
        self.until(f"document.readyState === 'complete' && !!{find}")
        self.look(f"{find}.click()")

    def write(self, selector: str, text: str) -> None:
        """Letter by letter into a field."""
        self.until(f"!!document.querySelector({json.dumps(selector)})")
        self.look(f"document.querySelector({json.dumps(selector)}).focus()")
        self._call("Input.insertText", {"text": text})

    def key(self, name: str) -> None:
        if name not in _CODES:
            self.press(name)
            return
        said: dict[str, Any] = {"key": name, "code": name, "windowsVirtualKeyCode": _CODES[name]}
        self._call(
            "Input.dispatchKeyEvent", {"type": "keyDown", **said} | ({"text": "\r"} if name == "Enter" else {})
        )
        self._call("Input.dispatchKeyEvent", {"type": "keyUp", **said})

    def choose_file(self, selector: str, path: str) -> None:
        node = self._call("Runtime.evaluate", {"expression": f"document.querySelector({json.dumps(selector)})"})
        self._call("DOM.setFileInputFiles", {"files": [path], "objectId": node["result"]["objectId"]})

    def wears(self, width: int, dark: bool = False, height: int = 900) -> None:
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600}
        self._call("Emulation.setDeviceMetricsOverride", size)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        still = {"name": "prefers-reduced-motion", "value": "reduce"}
        self._call("Emulation.setEmulatedMedia", {"features": [scheme, still]})

    def keep(self, name: str) -> None:
        picture = self.picture()
        assert picture.startswith(b"\x89PNG")
        if folder := os.environ.get("DOORWARD_SCREENSHOTS"):
            (Path(folder) / f"{name}.png").write_bytes(picture)

    def fits(self) -> None:
        """Nothing is wider than the window."""
        wide = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
        assert not self.look(wide), self.look(
            "[...document.querySelectorAll('body *')]"
            ".filter(e => e.getBoundingClientRect().right > innerWidth + 1)"
            ".slice(0, 5).map(e => e.outerHTML.slice(0, 120)).join('\\n')"
        )

    def _hear(self) -> dict[str, Any]:
        heard = super()._hear()
        if heard.get("method") == "Network.requestWillBeSent":
            self.requests.append(heard["params"]["request"]["url"])
        return heard

    def complaints(self) -> list[str]:
        """What the page complained of, but for refusals on purpose and Chromium's advice on forms."""
        return [each for each in self.errors if "status of 4" not in each and '"recommendation"' not in each]
