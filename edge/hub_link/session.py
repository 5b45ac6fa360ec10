"""What the log tells of the session at the broker and of a hub that does not answer: each thing once as it
changes, and while nothing changes at most once a minute.

Pure; times are seconds of the monotonic clock. Decides nothing about what is sent.
"""

from typing import Final

from edge.ports import Log

NO_ANSWER_AFTER_S: Final = 10.0
AGAIN_AFTER_S: Final = 60.0


class Session:
    """`online`: whether there is a session and its subscriptions are confirmed."""

    def __init__(self, edge: str, feed: str, address: tuple[str, int], log: Log) -> None:
        self.online = False
        self._edge = edge
        self._feed = feed
        self._host, self._port = address
        self._log = log
        self._no_broker_told_at_s: float | None = None
        self._awaited_since_s: dict[str, float] = {}
        self._no_answer_told_at_s: dict[str, float] = {}

    def connected(self) -> None:
        self.online = True
        self._no_broker_told_at_s = None
        self._log("connected")

    def disconnected(self, why: str, crowded: bool) -> None:
        """`crowded`: one session after the other ended at once."""
        self.online = False
        self._awaited_since_s.clear()
        self._no_answer_told_at_s.clear()
        if not crowded:
            self._log("disconnected", why=why)
            return
        hint = f"another edge may use the name {self._edge!r}: sessions end as soon as they begin"
        self._log("disconnected", why=why, hint=hint)

    def no_broker(self, why: str, at_s: float, hint: str | None = None) -> None:
        """An attempt to connect failed; `hint` at what to do, where more is known."""
        told_at_s = self._no_broker_told_at_s
        if told_at_s is None or at_s - told_at_s >= AGAIN_AFTER_S:
            self._no_broker_told_at_s = at_s
            more = {} if hint is None else {"hint": hint}
            self._log("no_broker", host=self._host, port=self._port, why=why, **more)

    def answered(self, what: str) -> None:
        """The hub has answered a `what` ("pull" or "checkins")."""
        self._awaited_since_s.pop(what, None)
        self._no_answer_told_at_s.pop(what, None)

    def note_awaited(self, what: str, awaited: bool, at_s: float) -> None:
        """Whether an answer to a `what` is awaited now; to be told about once a second."""
        if not self.online or not awaited:
            self._awaited_since_s.pop(what, None)
            return
        silent_s = at_s - self._awaited_since_s.setdefault(what, at_s)
        told_at_s = self._no_answer_told_at_s.get(what)
        if silent_s >= NO_ANSWER_AFTER_S and (told_at_s is None or at_s - told_at_s >= AGAIN_AFTER_S):
            self._no_answer_told_at_s[what] = at_s
            self._log("no_answer", to=what, silent_s=round(silent_s), hint=self._hint(what))

    def _hint(self, what: str) -> str:
        known = f"the edge {self._edge!r}"
        if what == "pull":
            known += f" and the feed {self._feed!r}"
        asked = f"does the hub know {known}, and has it not revoked it?"
        return f"is the hub's worker running, at this broker, and {asked}"
