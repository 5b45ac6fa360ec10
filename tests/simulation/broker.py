"""A broker of MQTT 3.1.1 on the virtual clock, and the network to it: QoS 1, retained messages, wills, sessions.

Each client has a line of its own, whose state faults change: cut, slow, or silent (partitioned: nothing comes
through and nobody is told; TCP says it again if the line comes back in time), with some topics later than others.
What is under way when a connection ends is lost.
Knows no message's meaning.
"""

from collections.abc import Callable
from contextvars import Context
from dataclasses import dataclass, field
from random import Random

from tests.simulation.loop import VirtualLoop

KEEPALIVE_S = 30.0
"""After how long broker and client miss one another on a line that went silent."""


@dataclass
class Line:
    """A client's way to the broker. `mess`: the share of messages that are doubled or come late; `late_s`: by how
    much those of `late_topics` come after all others; `heard` is called with each topic that has come through."""

    delay_s: tuple[float, float] = (0.001, 0.02)
    late_s: float = 0.0
    late_topics: tuple[str, ...] = ()
    heard: Callable[[str], None] = lambda topic: None
    cut: bool = False
    silent: bool = False
    mess: float = 0.0

    @property
    def through(self) -> bool:
        return not (self.cut or self.silent)


@dataclass(frozen=True)
class Published:
    topic: str
    payload: bytes
    retain: bool


@dataclass(eq=False)
class Session:
    """One connection. `hear` is called in the client's context; `lost` when the client sees that it is over."""

    client_id: str
    line: Line
    context: Context
    hear: Callable[[Published], None]
    lost: Callable[[str], None]
    will: Published | None
    filters: list[str] = field(default_factory=list)
    open: bool = True
    up_at: float = 0.0
    down_at: float = 0.0
    late_at: float = 0.0
    stuck: list[tuple[Callable[[], None], Context]] = field(default_factory=list)
    """What waits in a silent line, in order."""


class Broker:
    """`tap` sees all that is published, as somebody who owns the broker does."""

    def __init__(self, loop: VirtualLoop, rng: Random) -> None:
        self._loop = loop
        self._rng = rng
        self._sessions: dict[str, Session] = {}
        self.retained: dict[str, Published] = {}
        self.tap: Callable[[str, Published], None] = lambda client_id, published: None
        self.running = True
        self.withholds: Callable[[Published], bool] = lambda published: False
        self.carried = 0

    # What clients do

    def connect(self, session: Session) -> bool:
        """Whether the broker takes the client in; one of the same name is put out."""
        if not (self.running and session.line.through):
            return False
        if session.client_id in self._sessions:
            self.drop(self._sessions[session.client_id], "another took its name")
        self._sessions[session.client_id] = session
        return True

    def subscribe(self, session: Session, filters: list[str]) -> None:
        """What is retained comes first."""
        session.filters += filters
        for published in list(self.retained.values()):
            if any(_matches(each, published.topic) for each in filters):
                self._deliver(session, published)

    def publish(self, session: Session, published: Published, taken: Callable[[], None]) -> None:
        """`taken` is called in the client's context with the broker's PUBACK, if it comes."""

        def arrive() -> None:
            self._answer(session, taken)
            self.say(session.client_id, published)

        session.up_at = self._later(session, session.up_at, arrive)

    def leave(self, session: Session) -> None:
        """The client says goodbye: no will."""
        session.will = None
        self._end(session)

    def vanish(self, session: Session) -> None:
        """The client is gone without a word."""
        self.drop(session, "it is gone")

    # What the broker does

    def say(self, client_id: str, published: Published) -> None:
        """As if `client_id` had published it; whoever owns the broker says what it likes."""
        self.carried += 1
        self.tap(client_id, published)
        if published.retain:
            if published.payload:
                self.retained[published.topic] = published
            else:
                self.retained.pop(published.topic, None)
        if self.withholds(published):
            return
        for session in list(self._sessions.values()):
            if any(_matches(each, published.topic) for each in session.filters):
                self._deliver(session, published)

    def drop(self, session: Session, why: str) -> None:
        """The connection ends: the will is said, and the client hears of it when its line lets it."""
        if not session.open:
            return
        will = session.will
        self._end(session)
        wait_s = KEEPALIVE_S if session.line.silent else 0.01
        self._loop.call_later(wait_s, session.lost, why, context=session.context)
        if will is not None and self.running:
            self.say(session.client_id, will)

    def stop(self, forgets: bool) -> None:
        """Every session ends without a will; `forgets`: what was retained too."""
        self.running = False
        for session in list(self._sessions.values()):
            self.drop(session, "the broker stops")
        if forgets:
            self.retained.clear()

    def start(self) -> None:
        self.running = True

    def line_went_silent(self, line: Line) -> None:
        """Both sides find out by their keepalives, unless the line has come back by then with nothing lost."""
        for session in list(self._sessions.values()):
            if session.line is line:
                self._loop.call_later(KEEPALIVE_S, self._miss, session)

    def line_is_back(self, line: Line) -> None:
        for session in list(self._sessions.values()):
            if session.line is line:
                stuck, session.stuck = session.stuck, []
                for arrive, context in stuck:
                    self._loop.call_soon(_come, session, arrive, context, context=context)

    def cut(self, line: Line) -> None:
        for session in list(self._sessions.values()):
            if session.line is line:
                self.drop(session, "the line was cut")

    def _miss(self, session: Session) -> None:
        if session.open and session.line.silent:
            self.drop(session, "nothing was heard")

    def _end(self, session: Session) -> None:
        session.open = False
        if self._sessions.get(session.client_id) is session:
            del self._sessions[session.client_id]

    def _answer(self, session: Session, taken: Callable[[], None]) -> None:
        session.down_at = self._later(session, session.down_at, taken, in_client=True)

    def _deliver(self, session: Session, published: Published) -> None:
        def arrive() -> None:
            session.hear(published)
            session.line.heard(published.topic)

        line, context = session.line, session.context
        if line.mess and self._rng.random() < line.mess:
            for _ in range(self._rng.choice((1, 2, 2, 3))):
                late_s = self._rng.uniform(0.0, 8.0)
                self._loop.call_later(late_s, _come, session, arrive, context, context=context)
        elif line.late_s and any(_matches(each, published.topic) for each in line.late_topics):
            session.late_at = max(session.late_at + 1e-6, self._loop.time() + line.late_s)
            self._loop.call_at(session.late_at, _come, session, arrive, context, context=context)
        else:
            session.down_at = self._later(session, session.down_at, arrive, in_client=True)

    def _later(
        self, session: Session, last_at: float, arrive: Callable[[], None], in_client: bool = False
    ) -> float:
        """In the order of the line; when it arrives."""
        at = max(last_at + 1e-6, self._loop.time() + self._rng.uniform(*session.line.delay_s))
        context = session.context if in_client else Context()
        self._loop.call_at(at, _come, session, arrive, context, context=context)
        return at


def _come(session: Session, arrive: Callable[[], None], context: Context) -> None:
    """At the end of the line, unless the connection is over."""
    if not session.open or session.line.cut:
        return
    if session.line.silent:
        session.stuck.append((arrive, context))
    else:
        arrive()


def _matches(subscription: str, topic: str) -> bool:
    if subscription.startswith("$share/"):
        subscription = subscription.split("/", 2)[2]
    wanted, parts = subscription.split("/"), topic.split("/")
    for place, part in enumerate(wanted):
        if part == "#":
            return True
        if place >= len(parts) or part not in ("+", parts[place]):
            return False
    return len(wanted) == len(parts)
