"""The line to the hub, which stays while the link behind it is made anew for another broker or feed.

What is asked of a link that is being replaced finds none: no confirmation, and nothing is said. Knows no MQTT.
"""

from collections import deque
from collections.abc import Callable
from typing import Protocol

from contract.messages import CheckIn, Confirmed
from contract.orders import Answered, Reported, Telemetry
from edge.core.configuration_events import Reach
from edge.core.contact import Contact
from edge.ports import ANSWERS_KEPT, Clock, Confirmer, HubVoice


class Link(HubVoice, Protocol):
    """To one broker, for one feed."""

    @property
    def confirmations(self) -> Confirmer: ...

    def journaled(self) -> None: ...

    async def follow_journal(self) -> None: ...

    async def start(self) -> None: ...

    async def stop(self) -> None: ...


class Line:
    """Implements ports.Confirmer and ports.HubVoice. `follow` and `stop` one at a time."""

    def __init__(self, make_link: Callable[[Reach], Link], contact: Contact, clock: Clock) -> None:
        self._make_link = make_link
        self._contact = contact
        self._clock = clock
        self._link: Link | None = None
        self._reach: Reach | None = None
        self._reported: Reported | None = None
        self._answers: deque[Answered] = deque(maxlen=ANSWERS_KEPT)
        self.begun_s = 0.0
        """When the link that is used began, monotonic seconds: what was asked before was asked of another."""

    async def follow(self, reach: Reach) -> None:
        """Come to the hub in this way from now on; own uses are known when this returns."""
        if reach == self._reach and self._link is not None:
            return
        await self.stop()
        self._reach, self.begun_s = reach, self._clock.monotonic_s()
        link = self._make_link(reach)
        await link.start()
        self._link = link
        if self._reported is not None:
            link.report(self._reported)
        for answered in self._answers:
            link.answer(answered)
        link.journaled()

    async def stop(self) -> None:
        link, self._link = self._link, None
        if link is not None:
            await link.stop()
            self._contact.disconnected()

    def journaled(self) -> None:
        """A new row stands in the journal; a link that begins looks by itself."""
        if self._link is not None:
            self._link.journaled()

    async def follow_journal(self) -> None:
        """The journal has another id than it had, or other rows; a link that begins looks by itself."""
        if self._link is not None:
            await self._link.follow_journal()

    async def confirm(self, checkin: CheckIn, budget_s: float) -> Confirmed | None:
        if self._link is None:
            return None
        return await self._link.confirmations.confirm(checkin, budget_s)

    def report(self, reported: Reported) -> None:
        self._reported = reported
        if self._link is not None:
            self._link.report(reported)

    def answer(self, answered: Answered) -> None:
        self._answers.append(answered)
        if self._link is not None:
            self._link.answer(answered)

    def say_telemetry(self, telemetry: Telemetry) -> None:
        if self._link is not None:
            self._link.say_telemetry(telemetry)

    def resync(self) -> None:
        if self._link is not None:
            self._link.resync()
