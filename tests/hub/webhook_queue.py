"""The queue of webhooks at hand: endpoints, what is queued for them, and a worker's turns as plain calls."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from hub.webhooks import operations
from hub.webhooks.collecting import Collecting
from hub.webhooks.delivering import Delivering
from hub.webhooks.event_types import EventType
from hub.webhooks.models import Delivery, Endpoint, Event
from hub.webhooks.sending import WHOLE_S, Sending

ALL = [each.value for each in EventType]
PATIENCE_S = 60.0


def now() -> datetime:
    return datetime.now(UTC)


def an_endpoint(url: str = "https://club.example/hooks", types: list[str] = ALL, **switches: bool) -> Endpoint:
    return operations.add_endpoint("Website", url, types, now(), **switches)[0]


def collect(collecting: Collecting, at: datetime | None = None) -> None:
    """Until there is nothing more to do at that instant."""
    while collecting.collect(at or now()):
        pass


def started(at: datetime | None = None) -> Collecting:
    """What is there already is behind it."""
    collecting = Collecting()
    collect(collecting, at)
    return collecting


def events(event_type: str = "") -> list[Event]:
    found = Event.objects.order_by("pk")
    return list(found.filter(type=event_type) if event_type else found)


def told() -> list[tuple[str, str]]:
    """Types and reasons, in their order."""
    return [(each.type, each.data.get("reason", "")) for each in events()]


def states() -> list[str]:
    return list(Delivery.objects.order_by("pk").values_list("state", flat=True))


class Deliverer:
    """A worker's deliveries; `at` is its clock, the real one where it is None."""

    def __init__(self, whole_s: float) -> None:
        self.news = threading.Event()
        self.at: datetime | None = None
        self._sending = Sending(whole_s)
        self._delivering = Delivering(self._sending, lambda: 0.0, self.news)

    def turn(self) -> None:
        self._delivering.turn(lambda: self.at or now())

    def until_idle(self) -> None:
        """What is due goes out, and every answer is written down."""
        self.turn()
        while not self._delivering.is_idle:
            assert self.news.wait(PATIENCE_S)
            self.news.clear()
            self.turn()

    def close(self) -> None:
        self._sending.close()


@contextmanager
def delivering(whole_s: float = WHOLE_S) -> Iterator[Deliverer]:
    deliverer = Deliverer(whole_s)
    try:
        yield deliverer
    finally:
        deliverer.close()
