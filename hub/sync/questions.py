"""Questions that somebody stands and waits for: answered first, unless nobody can be waiting any more."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence

from contract.messages import encode
from contract.topics import DOWN_CONFIRMED, down
from hub.checkins.queries import KnownEdge
from hub.decisions.confirming import confirm
from hub.sync.clocks import Clocks
from hub.sync.log import Log
from hub.sync.outgoing import Outgoing
from hub.sync.refused_words import dropped_if_refused
from hub.sync.requests import ConfirmRequest

QUESTIONS_MAX = 50
"""Of one edge in one turn: its readers make fewer scans while a turn lasts."""
QUESTION_WAITS_S_MAX = 10.0
"""No reader waits longer for an answer (`confirm_seconds`)."""

Question = tuple[ConfirmRequest, KnownEdge]


class Questions:
    def __init__(self, publish: Callable[[Outgoing], None], log: Log, clocks: Clocks) -> None:
        self._publish = publish
        self._log = log
        self._clocks = clocks

    def answer(self, questions: Sequence[Question]) -> None:
        """django.db.Error: the database is gone; the same may be asked again."""
        for request, edge in self._in_time(questions):
            with dropped_if_refused(self._log, request.edge):
                self._confirm(request, edge)

    def _in_time(self, questions: Sequence[Question]) -> Iterator[Question]:
        """Those whose edges may still be waiting, and of each edge no more than it has scans in a turn."""
        asked: Counter[str] = Counter()
        for question, edge in questions:
            asked[question.edge] += 1
            if asked[question.edge] > QUESTIONS_MAX:
                self._log.dropped("too_many_questions", f"above {QUESTIONS_MAX} in a turn", question.edge)
            elif self._clocks.monotonic_s() - question.arrived_s > QUESTION_WAITS_S_MAX:
                self._log.dropped("late_question", "nobody waits for its answer any more", question.edge)
            else:
                yield question, edge

    def _confirm(self, request: ConfirmRequest, edge: KnownEdge) -> None:
        answered = confirm(edge, request.confirm, self._clocks.now())
        if answered.refused is not None:
            self._log.dropped(answered.refused.why, str(answered.refused), request.edge)
        self._publish(Outgoing(down(request.edge, DOWN_CONFIRMED), encode(answered.confirmed)))
