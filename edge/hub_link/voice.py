"""What an edge says of itself: how it is, which orders stand, what became of commands, how it does in figures.

Everything it says is numbered here as it is sent. When presence is due is core/presence.py's to say. Knows no
transport but a way to say something.
"""

from collections import deque
from collections.abc import Callable
from typing import Protocol

from msgspec import Struct
from msgspec.structs import replace

from contract.facts import Position
from contract.messages import Presence
from contract.orders import Answered, Reported, Telemetry
from contract.topics import UP_ANSWERED, UP_PRESENCE, UP_REPORTED, UP_TELEMETRY
from edge.core.outbox import Outbox
from edge.core.presence import PresenceNews
from edge.core.said import Said
from edge.hub_link.mail import Mail
from edge.hub_link.presence import PresenceReport
from edge.hub_link.session import Session
from edge.ports import ANSWERS_KEPT


class Say(Protocol):
    def __call__(self, what: str, message: Struct, *, retain: bool = False) -> None:
        """Send a message about `what`, as a topic names it, as soon as the connection allows."""
        ...


class Voice:
    """On the event loop. `whole` gives the position of the replica, `outbox` what waits in the journal."""

    def __init__(  # noqa: PLR0913, PLR0917 (wired once, in link.py)
        self,
        report: PresenceReport,
        said: Said,
        mail: Mail,
        session: Session,
        say: Say,
        whole: Callable[[], Position | None],
        outbox: Callable[[], Outbox],
    ) -> None:
        self._report = report
        self._said = said
        self._mail = mail
        self._session = session
        self._say = say
        self._whole = whole
        self._outbox = outbox
        self._news = PresenceNews()
        self._reported: Reported | None = None
        self._answers: deque[Answered] = deque(maxlen=ANSWERS_KEPT)

    def connected(self, at_s: float) -> None:
        self._news.connected()
        self.tell_presence(at_s)
        if self._reported is not None:
            self.report(self._reported)
        for answered in self._answers:
            self._say(UP_ANSWERED, answered)

    def tell_presence(self, at_s: float) -> None:
        """As it stands, if it is due; the next connection's will says the same."""
        stands = self._presence(online=True)
        self._mail.will_be(replace(stands, online=False))
        if self._session.online and self._news.is_due(stands, at_s):
            self._say(UP_PRESENCE, replace(stands, n=self._said.next_n()), retain=True)
            self._news.said(stands, at_s)

    def leave(self) -> Presence:
        """The edge ends: nothing is said after this, which stands in place of the will."""
        self._news.left()
        return replace(self._presence(online=False), n=self._said.last_n())

    def report(self, reported: Reported) -> None:
        """Said again at each connection: the broker may have forgotten it."""
        self._reported = reported
        if self._session.online:
            numbered = replace(reported, start=self._said.start, n=self._said.next_n())
            self._say(UP_REPORTED, numbered, retain=True)

    def answer(self, answered: Answered) -> None:
        """Said again at each connection, as one of the last."""
        self._answers.append(answered)
        if self._session.online:
            self._say(UP_ANSWERED, answered)

    def tell_telemetry(self, telemetry: Telemetry) -> None:
        if self._session.online:
            numbered = replace(telemetry, start=self._said.start, n=self._said.next_n())
            self._say(UP_TELEMETRY, numbered)

    def _presence(self, online: bool) -> Presence:
        stands = self._report.as_it_stands(self._whole(), self._outbox(), online)
        return replace(stands, start=self._said.start)
