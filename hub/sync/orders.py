"""What is ordered of edges goes out once it is committed: configurations and modes, which stay at the broker, and
commands, which never do.

Asked every few milliseconds; what it costs while nothing was ordered is one small query. Must not know MQTT.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime

from contract.instants import to_us
from contract.messages import encode
from contract.orders import Command, CommandKind
from contract.topics import DOWN_COMMAND, DOWN_CONFIG, DOWN_MODE, down
from hub.orders import queries
from hub.orders.command_operations import NoSuchCommand, note_answered, take_commands
from hub.orders.mode_operations import renew_all_modes
from hub.orders.models import CommandOrder
from hub.sync.log import Log
from hub.sync.outgoing import Outgoing, deletion, deletions_of
from hub.sync.refused_words import dropped_if_refused
from hub.sync.requests import CommandAnswer

EDGES_AT_ONCE = 400
COMMANDS_AT_ONCE = 100
"""Two messages an edge, and these: no more than a broker that is not behind has room for."""
GONE_AT_ONCE = 40
GONE_COSTS = 5
"""What is deleted of an edge that is gone is as much as is said to five."""
RENEW_EVERY_S = 60.0
"""Edges that came, or moved, hear within it what their site is set to; and who has not heard hears again."""


class Orders:
    """Remembers what was said of each edge. `at_s` is monotonic seconds."""

    def __init__(self, log: Log) -> None:
        self._log = log
        self._seen: int | None = None
        self._said: dict[str, queries.Marks] = {}
        self._unheard: set[str] = set()
        self._renew_due_s: float | None = None

    def say_again(self) -> None:
        """The connection was lost and is back: everything that stays at the broker is due."""
        self._seen = None
        self._said.clear()

    def due(self, at: datetime, at_s: float) -> list[Outgoing]:
        """What is to be sent now; the next time there may be more. django.db.Error: it is gone, ask again."""
        self._renew(at, at_s)
        changes = queries.changes()
        if changes == self._seen:
            return []
        marks = {each.edge: each for each in queries.all_marks()}
        gone = list(self._said.keys() - marks.keys())[:GONE_AT_ONCE]
        behind = [edge for edge, each in marks.items() if edge in self._unheard or self._said.get(edge) != each]
        now = behind[: EDGES_AT_ONCE - GONE_COSTS * len(gone)]
        retained = list(self._retained({edge: marks[edge] for edge in now}))
        commands = take_commands(at, COMMANDS_AT_ONCE)
        self._said = {edge: each for edge, each in self._said.items() if edge not in gone}
        self._said |= {edge: marks[edge] for edge in now}
        self._unheard.difference_update(now)
        if len(now) == len(behind) and len(gone) < GONE_AT_ONCE and len(commands) < COMMANDS_AT_ONCE:
            self._seen = changes
        deleted = [message for edge in gone for message in deletions_of(edge)]
        return [*retained, *map(_command, commands), *deleted]

    def take_answers(self, answers: Iterable[CommandAnswer], at: datetime) -> None:
        """django.db.Error: the database is gone; the same may be taken again."""
        for answer in answers:
            try:
                with dropped_if_refused(self._log, answer.edge):
                    self._tell(answer.edge, note_answered(answer.edge, answer.answered, at))
            except NoSuchCommand as error:
                self._log.dropped("stale", str(error), answer.edge)

    def _tell(self, edge: str, order: CommandOrder | None) -> None:
        if order is not None:
            told = {"command": order.kind, "number": order.number, "why": order.why or None}
            self._log.event("answered", edge=edge, **told)

    def _renew(self, at: datetime, at_s: float) -> None:
        """What was said while the connection was about to break is lost: who has not told of it hears it again.
        That edges are gone or were enrolled anew is seen here, too: it changes no orders."""
        if self._renew_due_s is None or at_s >= self._renew_due_s:
            renew_all_modes(at)
            self._unheard = set(queries.unheard())
            self._seen = None
            self._renew_due_s = at_s + RENEW_EVERY_S

    def _retained(self, marks: dict[str, queries.Marks]) -> Iterator[Outgoing]:
        known = {edge: each for edge, each in self._said.items() if edge not in self._unheard}
        config = [edge for edge, each in marks.items() if edge not in known or known[edge].config != each.config]
        desired = queries.desired_of(config)
        for edge, wanted in desired.items():
            yield Outgoing(down(edge, DOWN_CONFIG), encode(wanted), retained=True)
        mode = [edge for edge, each in marks.items() if edge not in known or known[edge].mode != each.mode]
        told = queries.modes_of(mode)
        for edge, modes in told.items():
            yield Outgoing(down(edge, DOWN_MODE), encode(modes), retained=True)
        for edge in self._said.keys() & marks.keys():
            if self._said[edge].config[0] < marks[edge].config[0]:
                self._log.event("orders_begun_anew", edge=edge)
                # What the broker keeps of before is for nobody; something new would be in its place.
                if edge not in desired:
                    yield deletion(down(edge, DOWN_CONFIG))
                if edge not in told:
                    yield deletion(down(edge, DOWN_MODE))


def _command(order: CommandOrder) -> Outgoing:
    command = Command(
        epoch=order.epoch,
        number=order.number,
        kind=CommandKind(order.kind),
        reader=order.reader or None,
        expires_us=to_us(order.expires_at),
    )
    return Outgoing(down(order.edge.name, DOWN_COMMAND), encode(command))
