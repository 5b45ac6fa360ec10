"""The one pull that may be out: its nonce, when it was sent, and what was known of the feed then."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from edge.core.sync_events import SendPull

ANSWER_WITHIN_S: Final = 5.0
"""A hub answers a pull in tens of milliseconds; one that is silent this long has lost it or is down."""


@dataclass(frozen=True, slots=True)
class Question:
    """`heard` is the highest (epoch, sequence) of the feed that was known of when it was asked."""

    pull: SendPull
    heard: tuple[int, int]


class Inquiry:
    """`new_id` gives nonces. Times are seconds of the monotonic clock."""

    def __init__(self, new_id: Callable[[], bytes]) -> None:
        self._new_id = new_id
        self._question: Question | None = None
        self._asked_at_s = 0.0

    @property
    def is_out(self) -> bool:
        return self._question is not None

    def ask(self, epoch: int, after: int, heard: tuple[int, int], at_s: float) -> SendPull:
        pull = SendPull(epoch, after, self._new_id())
        self._question = Question(pull, heard)
        self._asked_at_s = at_s
        return pull

    def answered_by(self, nonce: bytes) -> Question | None:
        """The question that a page with `nonce` answers."""
        question = self._question
        return question if question is not None and question.pull.nonce == nonce else None

    def again(self, at_s: float) -> SendPull | None:
        """The question once more, where it has waited too long; the first answer to either counts."""
        if self._question is None or at_s - self._asked_at_s < ANSWER_WITHIN_S:
            return None
        self._asked_at_s = at_s
        return self._question.pull

    def end(self) -> None:
        """No answer is awaited any more."""
        self._question = None
