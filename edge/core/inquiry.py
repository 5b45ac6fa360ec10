"""The one pull that may be out: its nonce, when it was sent, and what was known of the feed then."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from contract.facts import Position
from contract.messages import Page
from edge.core.overdue import Overdue
from edge.core.sync_events import Answer, SendPull

ASK_EVERY_S: Final = 60.0
"""An answer proves the hub there and says its time: two may be lost before contact is (edge/core/contact.py)."""


@dataclass(frozen=True, slots=True)
class Question:
    """`heard` is the highest (epoch, sequence) of the feed that was known of when it was asked, at `asked_s`."""

    pull: SendPull
    heard: tuple[int, int]
    asked_s: float


class Inquiry:
    """`new_id` gives nonces. Times are seconds of the monotonic clock."""

    def __init__(self, new_id: Callable[[], bytes]) -> None:
        self._new_id = new_id
        self._question: Question | None = None
        self._answer: Answer | None = None
        self._answered_asked_s: float | None = None
        self._began = 0
        self._overdue = Overdue()

    @property
    def is_out(self) -> bool:
        return self._question is not None

    def ask(self, epoch: int, after: int, fresh: bool, heard: tuple[int, int], at_s: float) -> SendPull:
        """`fresh`: for a replica that is being loaded."""
        pull = SendPull(epoch, after, self._new_id(), self._began if fresh and after else 0)
        self._question = Question(pull, heard, at_s)
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

    def answer(self, question: Question, page: Page) -> None:
        """`page` is the answer: no other one is awaited."""
        self._question = None
        self._answered_asked_s = question.asked_s
        if page.after == 0:
            self._began = page.head
        head = None if page.digest is None else Position(page.feed, page.epoch, page.upto)
        self._answer = Answer(question.asked_s, page.at_us, head)

    def take_answer(self) -> Answer | None:
        """What the last answer said; once."""
        answer, self._answer = self._answer, None
        return answer

    def is_due(self, at_s: float) -> bool:
        """Whether what was answered last was asked so long ago that it is time to ask again."""
        return self._answered_asked_s is None or at_s - self._answered_asked_s >= ASK_EVERY_S

    def end(self) -> None:
        """No answer is awaited any more."""
        self._question = None
