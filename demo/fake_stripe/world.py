"""Everything that this Stripe knows: its objects by their ids, its clock, and the events that it has to tell."""

import secrets
import threading
import time
from collections.abc import Callable
from copy import deepcopy
from typing import Any

from demo.fake_stripe.problems import missing

API_VERSION = "2026-10-28.endive"
RETRY_DAYS = (3, 5, 7)
"""Between the first try and the next ones, one after another."""
DAY_S = 24 * 3600


class Clock:
    """Seconds since 1970. `fixed_at`: it stands there until it is moved; None: it goes with the machine's."""

    def __init__(self, fixed_at: int | None = None) -> None:
        self._fixed_at = fixed_at
        self._moved_s = 0

    def now(self) -> int:
        return (int(time.time()) if self._fixed_at is None else self._fixed_at) + self._moved_s

    def move_to(self, at: int) -> None:
        self._moved_s += max(0, at - self.now())


class World:
    """`after_retries`: what an account's settings do with a subscription once all retries have failed: `canceled`,
    `unpaid` or `past_due`. `broken_cards`: payment methods that decline."""

    def __init__(self, clock: Clock, address: str = "") -> None:
        self.clock = clock
        self.address = address
        self.lock = threading.RLock()
        self.things: dict[str, dict[str, Any]] = {}
        self.after_retries = "canceled"
        self.broken_cards: set[str] = set()
        self.pending_lines: dict[str, list[dict[str, Any]]] = {}
        self.heard: Callable[[dict[str, Any]], None] = lambda event: None
        self._run = secrets.token_hex(4)
        self._made = 0

    def number(self, prefix: str) -> str:
        self._made += 1
        return f"{prefix}_{self._run}{self._made:06}"

    def make(self, prefix: str, kind: str, **fields: Any) -> dict[str, Any]:
        """One of a kind with a new id, unless `fields` has one."""
        head = {"id": self.number(prefix), "object": kind, "created": self.clock.now(), "livemode": False}
        thing = {**head, "metadata": {}, **fields}
        self.things[thing["id"]] = thing
        return thing

    def find(self, kind: str, number: str) -> dict[str, Any]:
        """Problem: there is none."""
        thing = self.things.get(number)
        if thing is None or thing["object"] != kind:
            raise missing(kind, number)
        return thing

    def all(self, kind: str, **having: Any) -> list[dict[str, Any]]:
        """The oldest first."""
        found = [thing for thing in self.things.values() if thing["object"] == kind]
        return [thing for thing in found if all(thing.get(name) == value for name, value in having.items())]

    def tell(self, kind: str, thing: dict[str, Any]) -> None:
        """An event, with the object as it is now."""
        data = {"object": deepcopy(thing)}
        self.heard(self.make("evt", "event", type=kind, data=data, api_version=API_VERSION, pending_webhooks=1))
