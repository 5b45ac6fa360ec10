"""What the gate says to the page of a counter's screen, and asks of it. edge/counter implements it."""

from typing import Protocol

from contract.decision import Decision
from contract.messages import CheckIn


class CounterScreen(Protocol):
    """The page for a screen at one counter. Returns at once: nothing waits for who looks at it."""

    def show(self, decision: Decision, checkin: CheckIn, zone: str | None) -> None:
        """What was just decided and recorded. `zone`: the site's time zone (IANA); None: it is not known."""
        ...

    def show_again(self, decision: Decision, checkin: CheckIn) -> None:
        """What was shown before, of a code that was scanned again."""
        ...

    def waits(self) -> None:
        """The hub is asked about a scan: what was shown before is no answer to it."""
        ...

    def turned_away(self) -> None:
        """Whoever scanned is to scan again: what was shown before is no answer to it."""
        ...

    def voided(self, checkin_id: bytes) -> None:
        """A redemption was undone."""
        ...

    def permission(self) -> str:
        """What is asked for now: the reader's own, or what staff chose a moment ago."""
        ...
