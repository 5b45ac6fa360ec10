"""A website of another origin than the hub's, whose pages embed ours, and a Chromium that looks into the frames.

Others' cookies are blocked there. Frames share the page's process, so that one session of the browser reaches
them all; their origins are others' all the same.
"""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

from tests.browser import DEADLINE_S, LOOK_AGAIN_S
from tests.hub.walks.visitor import Visitor

_OPTIONS = (
    "--test-third-party-cookie-phaseout",
    "--disable-site-isolation-trials",
    "--disable-features=IsolateOrigins,site-per-process",
)
_HEARD = "window.heard = []; addEventListener('doorward', event => heard.push(event.detail.name));"


class Website(ThreadingHTTPServer):
    """`pages`: HTML by path. At `localhost`, while the hub is at 127.0.0.1, or the other way round: another site
    altogether."""

    daemon_threads = True

    def __init__(self, host: str) -> None:
        self.pages: dict[str, str] = {}
        super().__init__(("127.0.0.1", 0), _Answering)
        self.origin = f"http://{host}:{self.server_port}"

    def shows(self, *scripts: str, path: str = "/") -> str:
        """The page's address."""
        head = f"<!doctype html><html lang=en><title>Club</title><script>{_HEARD}</script>"
        self.pages[path] = f"{head}<main><h1>Our club</h1>{''.join(scripts)}</main></html>"
        return self.origin + path


class _Answering(BaseHTTPRequestHandler):
    server: Website

    def do_GET(self) -> None:
        text = self.server.pages.get(self.path, "").encode()
        self.send_response(200 if text else 404)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_said: Any) -> None:
        pass


@contextmanager
def a_website_served(host: str = "localhost") -> Iterator[Website]:
    server = Website(host)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class Onlooker(Visitor):
    def __init__(self, folder: Path) -> None:
        super().__init__(folder, *_OPTIONS)

    def frame(self, number: int = 0) -> "Frame":
        return Frame(self, number)

    @contextmanager
    def in_tab(self, address: str) -> Iterator[None]:
        """What follows is done in the tab that was opened there, which is closed then."""
        deadline, found = time.monotonic() + DEADLINE_S, None
        while found is None:
            targets = self._call("Target.getTargets")["targetInfos"]
            pages = (each for each in targets if each["type"] == "page" and address in each["url"])
            found = next((each["targetId"] for each in pages), None)
            assert found or time.monotonic() < deadline, targets
        before = self._session
        attached = self._call("Target.attachToTarget", {"targetId": found, "flatten": True})
        self._session = attached["sessionId"]
        try:
            yield
        finally:
            self._session = before
            self._call("Target.closeTarget", {"targetId": found})


class Frame:
    """The page in a frame of the website's, as it is at each look."""

    def __init__(self, browser: Onlooker, number: int) -> None:
        self._browser, self._number = browser, number
        self._context: int | None = None

    def look(self, expression: str) -> Any:
        """None also where it goes on to its next page just now."""
        for _ in range(2):
            self._context = self._context or self._entered()
            if self._context is None:
                return None
            # As somebody who clicks: else no tab opens.
            said = {"returnByValue": True, "awaitPromise": True, "userGesture": True, "contextId": self._context}
            try:
                given = {"expression": expression, **said}
                return self._browser._call("Runtime.evaluate", given)["result"].get("value")
            except AssertionError:
                self._context = None
        return None

    def _entered(self) -> int | None:
        """A world of its own in the page that is there: it goes as the page goes."""
        frames = self._browser._call("Page.getFrameTree")["frameTree"].get("childFrames", [])
        if len(frames) <= self._number:
            return None
        try:
            world = {"frameId": frames[self._number]["frame"]["id"]}
            return int(self._browser._call("Page.createIsolatedWorld", world)["executionContextId"])
        except AssertionError:
            return None

    def until(self, expression: str) -> None:
        deadline = time.monotonic() + DEADLINE_S
        while not self.look(expression):
            assert time.monotonic() < deadline, (expression, self.look("document.body.innerText"))
            time.sleep(LOOK_AGAIN_S)

    def sees(self, text: str) -> None:
        said = f"document.body.innerText.includes({json.dumps(text)})"
        self.until(f"document.readyState === 'complete' && {said}")

    def says(self, name: str, text: str) -> None:
        self.look(f"document.querySelector('[name={name}]').value = {json.dumps(text)}")

    def press(self, value: str) -> None:
        find = f"document.querySelector('button[name=press][value={value}]')"
        self.until(f"document.readyState === 'complete' && !!{find}")
        self.look(f"void {find}.click()")
