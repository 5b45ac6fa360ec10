"""Asking the hub before a redemption is granted: each question has a nonce, and only its own answer ends it.

Knows no rule: what an answer means for a scan is decided by who asked.
"""

import asyncio
from collections.abc import Callable
from typing import Final

from contract.messages import CheckIn, Confirm, Confirmed
from contract.reasons import Outcome
from edge.core.sync_events import Dropped

_OUTCOMES: Final = frozenset(Outcome)


class Confirmations:
    """Implements ports.Confirmer. On the event loop.

    `publish` sends a question, `new_id` gives its nonce, `drop` is told of answers that nobody waits for.
    """

    def __init__(
        self,
        publish: Callable[[Confirm], None],
        is_online: Callable[[], bool],
        new_id: Callable[[], bytes],
        drop: Callable[[Dropped], None],
    ) -> None:
        self._publish = publish
        self._is_online = is_online
        self._new_id = new_id
        self._drop = drop
        self._open: dict[bytes, tuple[bytes, asyncio.Future[Confirmed | None]]] = {}

    async def confirm(self, checkin: CheckIn, budget_s: float) -> Confirmed | None:
        """Nothing is sent without a session: the broker would hand it on when nobody waits for it any more."""
        if not self._is_online():
            return None
        nonce = self._new_id()
        answer: asyncio.Future[Confirmed | None] = asyncio.get_running_loop().create_future()
        self._open[nonce] = (checkin.id, answer)
        try:
            self._publish(Confirm(nonce, checkin))
            return await asyncio.wait_for(answer, budget_s)
        except TimeoutError:
            return None
        finally:
            del self._open[nonce]

    def hear(self, confirmed: Confirmed) -> None:
        """The hub has answered. What does not fit changes nothing: the question stays open."""
        checkin_id, answer = self._open.get(confirmed.nonce, (None, None))
        if answer is None or answer.done():
            self._drop(Dropped("confirmed", "late, repeated or never asked for"))
        elif confirmed.id != checkin_id:
            self._drop(Dropped("confirmed", "about another check-in"))
        elif confirmed.outcome not in _OUTCOMES:
            self._drop(Dropped("confirmed", "its outcome is not known here"))
        else:
            answer.set_result(confirmed)

    def disconnected(self) -> None:
        """The session is over: whoever waits need not wait longer."""
        for _, answer in self._open.values():
            if not answer.done():
                answer.set_result(None)
