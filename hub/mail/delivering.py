"""The outbox, emptied: what is due goes out one by one, each is written down before the next is sent."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from django.conf import settings
from django.core.mail.backends.base import BaseEmailBackend

from hub.mail.draft import LetterUnreadable, unseal
from hub.mail.models import Mail
from hub.mail.operations import Outcome, record, take
from hub.mail.sending import connection_to, failed, message_of

TOO_LATE: Final = Outcome("too_late", final=True)
_UNREADABLE: Final = Outcome("unreadable")
"""Tried again: the key may come back."""
_CLOSING: Final = " 421"
"""RFC 5321, 4.2.3: the server as a whole takes nothing now."""


@dataclass(frozen=True, slots=True)
class Turn:
    """What a turn has done. `trouble`: in what way it is the server's, or our settings'; empty: none.
    `failed`: the numbers of letters that were given up, and why."""

    sent: int = 0
    failed: tuple[tuple[int, str], ...] = ()
    trouble: str = ""


class Delivering:
    """`luck` gives 0 to 1, for jitter."""

    def __init__(self, luck: Callable[[], float]) -> None:
        self._luck = luck
        self._connection: BaseEmailBackend | None = None

    def turn(self, now: Callable[[], datetime], stopped: Callable[[], bool] = lambda: False) -> Turn:
        """Sends what is due until there is no more, the server is in trouble, or `stopped` says so.

        django.db.Error: what was sent last may be sent once more.
        """
        done = Turn()
        try:
            while not (done.trouble or stopped()) and (mail := take(now())) is not None:
                done = self._counted(done, mail, self._send(mail, now()), now())
        finally:
            self._close()
        return done

    def _counted(self, done: Turn, mail: Mail, outcome: Outcome, at: datetime) -> Turn:
        state = record(mail, outcome, at, self._luck())
        if state == Mail.State.SENT:
            return replace(done, sent=done.sent + 1)
        if state == Mail.State.FAILED:
            done = replace(done, failed=(*done.failed, (mail.pk, outcome.error)))
        return replace(done, trouble=outcome.error if _is_the_servers(outcome) else "")

    def _send(self, mail: Mail, at: datetime) -> Outcome:
        if at >= mail.until:
            return TOO_LATE
        try:
            message = message_of(unseal(mail.sealed, mail.message_id), mail.recipient, mail.message_id)
            self._open().send_messages([message])
            if settings.ENVIRONMENT.mail.folder is not None:
                self._close()  # a file for each
        except LetterUnreadable:
            return _UNREADABLE
        except Exception as error:  # noqa: BLE001 - of many libraries; a letter that cannot be sent stops no other
            self._close()
            return failed(error)
        return Outcome()

    def _open(self) -> BaseEmailBackend:
        """One conversation for all of a turn."""
        if self._connection is None:
            connection = connection_to(settings.ENVIRONMENT.mail)
            connection.open()
            self._connection = connection
        return self._connection

    def _close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(Exception):  # whoever hangs up first is none the worse for it
                connection.close()


def _is_the_servers(outcome: Outcome) -> bool:
    """Other letters would fare no better: they wait, and lose no try of theirs."""
    if outcome.final or not outcome.error:
        return False
    return outcome.error.endswith(_CLOSING) or not outcome.error.startswith(("refused", "unreadable"))
