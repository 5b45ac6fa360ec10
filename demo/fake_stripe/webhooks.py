"""Events on their way to whoever listens: signed, and sent when, as often and in which order somebody says.

The signature is the scheme v1 of Stripe-Signature: an HMAC-SHA256 of the second and the body. Deliveries are
signed by the machine's clock, as they are made now, whatever day it is in this Stripe.
"""

import hashlib
import hmac
import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from typing import Any

Post = Callable[[bytes, str], int]
"""Takes a body and its signature, gives the status that was answered; 0: nobody did."""


class Webhooks:
    def __init__(self, secret: str, post: Post) -> None:
        self._secret = secret
        self.post = post
        self.waiting: list[dict[str, Any]] = []

    def hear(self, event: dict[str, Any]) -> None:
        self.waiting.append(event)

    def deliver(self, backwards: bool = False, times: int = 1) -> list[int]:
        """All that waits; what was not taken waits on. The answers."""
        events, self.waiting = self.waiting[:: -1 if backwards else 1], []
        answers = []
        for event in events:
            said = [self.send(event) for _ in range(times)]
            if not 200 <= said[-1] < 300:
                self.waiting.append(event)
            answers += said
        return answers

    def lose(self) -> list[dict[str, Any]]:
        """What waited is never sent."""
        lost, self.waiting = self.waiting, []
        return lost

    def send(self, event: dict[str, Any], secret: str = "", age_s: int = 0) -> int:
        body = body_of(event)
        return self.post(body, signature(body, secret or self._secret, int(time.time()) - age_s))


def body_of(event: dict[str, Any]) -> bytes:
    thing = {name: value for name, value in event["data"]["object"].items() if not name.startswith("_")}
    open_event = {name: value for name, value in event.items() if name != "metadata"}
    return json.dumps({**open_event, "data": {"object": thing}, "request": None}, indent=2).encode()


def signature(body: bytes, secret: str, at: int) -> str:
    mac = hmac.new(secret.encode(), b"%d." % at + body, hashlib.sha256).hexdigest()
    return f"t={at},v1={mac}"


def post_to(address: str) -> Post:
    """By HTTP, to an address on the loopback."""

    def post(body: bytes, signed: str) -> int:
        headers = {"content-type": "application/json; charset=utf-8", "stripe-signature": signed}
        request = urllib.request.Request(address, body, headers, method="POST")  # noqa: S310 - ours, on the loopback
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310
                return int(answer.status)
        except urllib.error.HTTPError as error:
            return error.code
        except OSError:
            return 0

    return post
