"""The queue, emptied: what is due goes out, a few of an endpoint at once, and what came back is written down.

Endpoints have their own places, so one that is slow holds no other up. Several workers share the queue
(delivery_operations.take). `turn` does what there is to do and returns; whoever calls it decides when.
"""

import threading
from collections import Counter, deque
from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Final

from hub.webhooks.delivery_operations import Outcome, record_and_take
from hub.webhooks.messages import messages_of
from hub.webhooks.models import Delivery, Endpoint
from hub.webhooks.sending import Answer, Sending

AT_ONCE: Final = 8
"""Messages on their way to an endpoint from one worker."""


class Delivering:
    """`luck` gives 0 to 1, for jitter. `news` is set when an answer has come."""

    def __init__(self, sending: Sending, luck: Callable[[], float], news: threading.Event) -> None:
        self._sending = sending
        self._luck = luck
        self._news = news
        self._answers: deque[tuple[Delivery, Answer]] = deque()
        self._on_their_way: Counter[int] = Counter()

    @property
    def is_idle(self) -> bool:
        return not self._answers and not self._on_their_way.total()

    def turn(self, now: Callable[[], datetime]) -> list[Endpoint]:
        """Writes down what has come back, and sends what is due. Endpoints that were switched off by it.

        What the database does not take is written down the next time.
        """
        come, at = list(self._answers), now()
        still = self._on_their_way - Counter(delivery.endpoint_id for delivery, _ in come)
        room = {pk: AT_ONCE - count for pk, count in still.items()}
        outcomes = [self._outcome(delivery, answer, at) for delivery, answer in come]
        disabled, taken = record_and_take(outcomes, room, AT_ONCE, at)
        for _ in come:
            self._answers.popleft()
        self._on_their_way = still
        for delivery, message in list(messages_of(taken, now())):
            self._on_their_way[delivery.endpoint_id] += 1
            if message is None:
                self._answered(delivery, Answer(error="secret_unreadable"))
            else:
                self._sending.send(message, partial(self._answered, delivery))
        return disabled

    def _answered(self, delivery: Delivery, answer: Answer) -> None:
        """As a rule from the thread that sends."""
        self._answers.append((delivery, answer))
        self._news.set()

    def _outcome(self, delivery: Delivery, answer: Answer, at: datetime) -> Outcome:
        return Outcome(delivery.endpoint_id, delivery.pk, delivery.attempts, answer, at, self._luck())
