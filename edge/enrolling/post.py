"""One request to the hub over HTTP or HTTPS.

A certificate that nobody vouches for is as good: the code carries the trust, and whoever is in between learns
nothing and changes nothing (contract/enrolment.py).
"""

import json
import ssl
import urllib.error
import urllib.request
from http.client import HTTPException
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Final
from urllib.parse import urlsplit

from contract.enrolment import ANSWER_BYTES_MAX

PATH: Final = "/enrol"
TIMEOUT_S: Final = 20.0
DEADLINE_S: Final = 60.0
"""From the first attempt to the last byte."""
_CBOR: Final = "application/cbor"
_WORDS_MAX: Final = 300
_ERROR_BYTES_MAX: Final = 4_096


class PostError(Exception):
    """The hub was not reached, or did not answer as a hub does; the text says what to do."""


class Refusal(Exception):
    """The hub says no: `why` as in EnrolWhy, and its words. Anybody in between can say so too."""

    def __init__(self, why: str, text: str) -> None:
        super().__init__(text)
        self.why: Final = why


def address_of(hub: str) -> str:
    """Where to ask, for the hub's address. PostError: it is none."""
    if "@" in hub:
        raise PostError("--hub should be the hub's address alone, without a user and a password")
    wrong = f"--hub is {hub!r}; it should be the hub's address, as in https://club.example"
    try:
        parts = urlsplit(hub.strip())
    except ValueError as error:
        raise PostError(wrong) from error
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise PostError(wrong)
    return f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/')}{PATH}"


def post(hub: str, request: bytes) -> bytes:
    """The hub's answer, within DEADLINE_S in all. PostError, Refusal."""
    address = address_of(hub)
    came: SimpleQueue[bytes | PostError | Refusal] = SimpleQueue()

    def ask() -> None:
        try:
            came.put(_post(address, hub, request))
        except (PostError, Refusal) as error:
            came.put(error)

    # A timeout of a socket begins anew with each byte; whoever answers byte by byte would hold this up for hours.
    Thread(target=ask, daemon=True).start()
    try:
        answer = came.get(timeout=DEADLINE_S)
    except Empty:
        raise PostError(f"{address} has not answered within {DEADLINE_S:.0f} seconds") from None
    if isinstance(answer, bytes):
        return answer
    raise answer


def _post(address: str, hub: str, request: bytes) -> bytes:
    asked = urllib.request.Request(address, request, {"Content-Type": _CBOR, "Accept": _CBOR})  # noqa: S310
    try:
        with _opener().open(asked, timeout=TIMEOUT_S) as answer:
            body: bytes = answer.read(ANSWER_BYTES_MAX + 1)
            return body
    except urllib.error.HTTPError as error:
        with error:
            raise _refusal(error.code, error, address) from error
    except (OSError, HTTPException, ValueError) as error:
        why = getattr(error, "reason", None) or error
        if isinstance(why, ConnectionRefusedError):
            raise PostError(f"nothing answers at {hub}: is the hub's web running, is the port right?") from error
        raise PostError(f"{address} cannot be reached: {_plain(str(why))}") from error


def _opener() -> urllib.request.OpenerDirector:
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    opener = urllib.request.OpenerDirector()
    # Without a handler of redirects: a redirected POST would arrive as a GET.
    for handler in (
        urllib.request.ProxyHandler(),
        urllib.request.HTTPHandler(),
        urllib.request.HTTPSHandler(context=context),
        urllib.request.HTTPDefaultErrorHandler(),
        urllib.request.HTTPErrorProcessor(),
    ):
        opener.add_handler(handler)
    return opener


def _refusal(status: int, body: urllib.error.HTTPError, address: str) -> Exception:
    if elsewhere := body.headers.get("Location"):
        return PostError(f"{address} sends to {_plain(elsewhere)}: give --hub that address, without {PATH}")
    try:
        said = json.loads(body.read(_ERROR_BYTES_MAX))
        return Refusal(str(said["why"])[:_WORDS_MAX], _plain(str(said["text"])))
    except (ValueError, KeyError, TypeError, OSError, HTTPException, RecursionError):
        return PostError(f"{address} answers with status {status}, and not as a hub: is this the hub's address?")


def _plain(text: str) -> str:
    """What somebody unknown says, fit for a terminal."""
    return "".join(letter if letter.isprintable() else "?" for letter in text[:_WORDS_MAX])
