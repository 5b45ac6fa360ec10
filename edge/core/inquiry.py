"""The one pull that may be out: its nonce, when it was sent, and what was known of the feed then."""

from collections.abc import Callable
from dataclasses import dataclass

from edge.core.overdue import Overdue
from edge.core.sync_events import SendPull


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
        self._overdue = Overdue()

    @property
    def is_out(self) -> bool:
        return self._question is not None

    def ask(self, epoch: int, after: int, heard: tuple[int, int], at_s: float) -> SendPull:
        pull = SendPull(epoch, after, self._new_id())
        self._question = Question(pull, heard)
        self._overdue.begin(at_s)
        return pull

    def answered_by(self, nonce: bytes) -> Question | None:
        """The question that a page with `nonce` answers."""
        question = self._question
        return question if question is not None and question.pull.nonce == nonce else None

    def hear_hub(self) -> None:
        """The hub has said its head: it should have answered soon."""
        self._overdue.hear()

    def again(self, at_s: float) -> list[SendPull]:
        """The question once more, where it has waited too long; the first answer to either counts."""
        if self._question is None or not self._overdue.is_reached(at_s):
            return []
        self._overdue.repeat(at_s)
        return [self._question.pull]

    def end(self) -> None:
        """No answer is awaited any more."""
        self._question = None
