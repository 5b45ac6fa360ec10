"""The hub's pages as a process of their own, at a name that passkeys are made for, and a phone that has them."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.request import urlopen

from tests.browser import DEADLINE_S, LOOK_AGAIN_S, Browser
from tests.hub.conftest import Database

PHONE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@contextmanager
def a_hub(database: Database, **variables: str) -> Iterator[str]:
    """Its address; it answers already."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    url = f"http://localhost:{port}"
    said = {**database.environment, "DOORWARD_URL": url, **variables}
    command = [sys.executable, "-m", "hub", "web", "--bind", f"127.0.0.1:{port}", "--workers", "1"]
    with subprocess.Popen(command, env=os.environ | said, stderr=subprocess.DEVNULL) as web:
        try:
            _answers(url)
            yield url
        finally:
            web.terminate()


def _answers(hub: str) -> None:
    deadline = time.monotonic() + DEADLINE_S
    while time.monotonic() < deadline:
        try:
            urlopen(f"{hub}/healthz").close()
            return
        except OSError:
            time.sleep(LOOK_AGAIN_S)
    raise AssertionError(f"{hub} does not answer")


def fill(browser: Browser, **fields: str) -> None:
    for name, value in fields.items():
        browser.look(f"document.querySelector('form [name={name}]').value = {json.dumps(value)}")


def press(browser: Browser, selector: str) -> None:
    browser.look(f"document.querySelector({json.dumps(selector)}).click()")


def is_at(browser: Browser, path: str) -> None:
    browser.until(f"document.readyState === 'complete' && location.pathname === {json.dumps(path)}")
