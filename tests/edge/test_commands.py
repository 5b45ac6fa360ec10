"""What a command comes to: each kind, at each reader, in each case of the table."""

from datetime import timedelta

import pytest

from contract.ask import Posture
from contract.instants import to_us
from contract.orders import Command, CommandKind, CommandWhy
from contract.reader_configuration import Reader
from contract.trust import ClockState
from edge.core.commands import Done, Standing, judge
from tests.edge.command_readers import BAR, DOOR, GATE
from tests.edge.fakes import NOON


def readers(posture: Posture = Posture.SECURE, *only: Reader) -> dict[str, Standing]:
    standings = {each.name: Standing(each, Posture.SECURE) for each in only or (DOOR, GATE, BAR)}
    if "gate" in standings:
        standings["gate"] = Standing(GATE, posture)
    return standings


def command(kind: CommandKind, reader: str | None = None, life_s: float = 10) -> Command:
    expires_us = to_us(NOON + timedelta(seconds=life_s))
    return Command(epoch=1, number=1, kind=kind, reader=reader, expires_us=expires_us)


UNLOCK, IDENTIFY, RESYNC = CommandKind.UNLOCK_ONCE, CommandKind.IDENTIFY, CommandKind.RESYNC


@pytest.mark.parametrize(
    ("asked", "done"),
    [
        (command(UNLOCK), ("door", "gate")),
        (command(UNLOCK, "door"), ("door",)),
        (command(IDENTIFY), ("gate", "bar")),
        (command(IDENTIFY, "bar"), ("bar",)),
        (command(RESYNC), ()),
    ],
)
def test_what_is_done(asked: Command, done: tuple[str, ...]) -> None:
    assert judge(asked, readers(), ClockState.SYNCED, NOON) == Done(done)


@pytest.mark.parametrize(
    ("asked", "why"),
    [
        (command(UNLOCK, "attic"), CommandWhy.UNKNOWN_READER),
        (command(IDENTIFY, "attic", life_s=-1), CommandWhy.UNKNOWN_READER),
        (command(UNLOCK, "bar"), CommandWhy.NO_DOOR),
        (command(IDENTIFY, "door"), CommandWhy.NO_LAMP),
        (command(UNLOCK, "door", life_s=0), CommandWhy.EXPIRED),
        (command(IDENTIFY, life_s=0), CommandWhy.EXPIRED),
        (command(RESYNC, life_s=0), CommandWhy.EXPIRED),
    ],
)
def test_what_is_not_done(asked: Command, why: CommandWhy) -> None:
    assert judge(asked, readers(), ClockState.SYNCED, NOON) is why


def test_a_clock_that_is_unknown_unlocks_nothing_and_does_the_rest() -> None:
    assert judge(command(UNLOCK, life_s=-1), readers(), ClockState.UNKNOWN, NOON) is CommandWhy.CLOCK_UNKNOWN
    assert judge(command(UNLOCK), readers(), ClockState.HOLDOVER, NOON) == Done(("door", "gate"))
    assert judge(command(UNLOCK, "bar"), readers(), ClockState.UNKNOWN, NOON) is CommandWhy.NO_DOOR
    assert judge(command(IDENTIFY, "bar"), readers(), ClockState.UNKNOWN, NOON) == Done(("bar",))


def test_a_lockdown_is_not_unlocked_once() -> None:
    locked = readers(Posture.LOCKDOWN)
    assert judge(command(UNLOCK), locked, ClockState.SYNCED, NOON) is CommandWhy.LOCKDOWN
    assert judge(command(UNLOCK, "gate"), locked, ClockState.SYNCED, NOON) is CommandWhy.LOCKDOWN
    assert judge(command(UNLOCK, "door"), locked, ClockState.SYNCED, NOON) == Done(("door",))
    assert judge(command(UNLOCK, life_s=0), locked, ClockState.SYNCED, NOON) is CommandWhy.EXPIRED
    assert judge(command(IDENTIFY, "gate"), locked, ClockState.SYNCED, NOON) == Done(("gate",))


def test_a_door_that_its_interlock_keeps_shut_is_not_unlocked_once() -> None:
    kept = readers() | {"gate": Standing(GATE, Posture.SECURE, interlocked=True)}
    assert judge(command(UNLOCK), kept, ClockState.SYNCED, NOON) is CommandWhy.INTERLOCKED
    assert judge(command(UNLOCK, "door"), kept, ClockState.SYNCED, NOON) == Done(("door",))
    assert judge(command(UNLOCK, "gate", life_s=0), kept, ClockState.SYNCED, NOON) is CommandWhy.EXPIRED
    assert judge(command(IDENTIFY, "gate"), kept, ClockState.SYNCED, NOON) == Done(("gate",))


def test_an_edge_without_doors_or_lamps() -> None:
    assert judge(command(UNLOCK), readers(Posture.SECURE, BAR), ClockState.UNKNOWN, NOON) is CommandWhy.NO_DOOR
    assert judge(command(IDENTIFY), readers(Posture.SECURE, DOOR), ClockState.SYNCED, NOON) is CommandWhy.NO_LAMP
