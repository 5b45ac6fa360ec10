"""The order of scans at one reader: guesses wait, everybody else does not."""

import asyncio
from collections.abc import Iterator

import pytest

from contract.card import new_code
from contract.reasons import Reason
from edge.core import guessing
from edge.counter.screen import Screen
from edge.turns import Turns
from tests.edge.fakes import FakeClock, FakeLog, FakeSignals
from tests.edge.gate_world import DOOR
from tests.edge.link_runs import until
from tests.edge.turns_runs import (
    GUESS,
    MEMBER,
    OTHER_GUESS,
    SIXTH,
    UNREADABLE,
    Reader,
    at_a_reader,
)


@pytest.fixture
def long_pauses(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A pause outlasts the test."""
    monkeypatch.setattr(guessing, "PAUSE_MAX_S", 3_600.0)
    monkeypatch.setattr(guessing, "PAUSE_FIRST_S", 3_600.0)
    yield


@pytest.fixture
def short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guessing, "PAUSE_MAX_S", 0.05)
    monkeypatch.setattr(guessing, "PAUSE_FIRST_S", 0.05)


def test_scans_are_handled_in_order_while_nobody_guesses() -> None:
    async def work(reader: Reader) -> None:
        scans = [GUESS, MEMBER, OTHER_GUESS, UNREADABLE, MEMBER]
        reader.scan(*scans)
        await until(lambda: len(reader.handled) == len(scans))
        assert reader.handled == scans
        assert reader.log.lines == []

    at_a_reader(work)


@pytest.mark.usefixtures("short_pauses")
def test_a_guess_waits_and_then_has_its_turn() -> None:
    async def work(reader: Reader) -> None:
        await reader.guess()
        assert reader.log.all("guessing") == [{"reader": "door", "count": SIXTH}]
        reader.scan(GUESS)
        await until(lambda: reader.handled)
        assert reader.handled == [GUESS]
        assert reader.signals.turned_away == 0

    at_a_reader(work)


@pytest.mark.usefixtures("long_pauses")
def test_members_and_what_cannot_be_read_go_ahead_of_a_guess() -> None:
    async def work(reader: Reader) -> None:
        await reader.guess()
        reader.scan(GUESS, MEMBER, UNREADABLE, MEMBER)
        await until(lambda: len(reader.handled) == 3)
        assert reader.handled == [MEMBER, UNREADABLE, MEMBER]

    at_a_reader(work)


@pytest.mark.usefixtures("short_pauses")
def test_a_guess_and_a_member_are_never_handled_at_once() -> None:
    async def work(reader: Reader) -> None:
        await reader.guess()
        reader.scan(GUESS)
        await reader.taken()
        reader.free.clear()
        reader.scan(MEMBER)
        await until(lambda: reader.at_work)
        await asyncio.sleep(0.2)
        reader.free.set()
        await until(lambda: len(reader.handled) == 2)
        assert reader.handled == [MEMBER, GUESS]

    at_a_reader(work)


def test_it_is_over_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guessing, "QUIET_S", 0.2)

    async def work(reader: Reader) -> None:
        await reader.guess()
        reader.clock.go_on()
        reader.scan(new_code(b"AAAAAAAAAA").encode())
        await until(lambda: reader.log.all("guessing_over"))
        assert reader.log.all("guessing_over") == [{"reader": "door", "count": SIXTH + 1}]
        reader.scan(GUESS, MEMBER)
        await until(lambda: len(reader.handled) == 3)
        assert reader.handled[1:] == [GUESS, MEMBER]
        assert len(reader.log.all("guessing")) == 1

    at_a_reader(work)


def test_an_unknown_code_after_a_quiet_time_begins_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guessing, "QUIET_S", 0.0)

    async def work(reader: Reader) -> None:
        await reader.guess(SIXTH)
        reader.scan(GUESS)
        await until(lambda: reader.handled)
        assert reader.log.all("guessing_over") == [{"reader": "door", "count": SIXTH}]
        assert not reader.turns._guesses.codes.goes_on

    at_a_reader(work)


def test_an_unknown_code_that_comes_before_the_timer_ends_it_too() -> None:
    async def work() -> None:
        clock, log = FakeClock(), FakeLog()
        turns = Turns("door", FakeSignals(), Screen(DOOR, clock), clock, log)
        for _ in range(SIXTH):
            turns.note(b"", None, Reason.UNKNOWN_CARD)
        clock.elapsed_s += guessing.QUIET_S
        turns.note(b"", None, Reason.UNKNOWN_CARD)
        assert [event for event, _ in log.lines] == ["guessing", "guessing_over"]

    asyncio.run(work())


def test_the_log_holds_no_code(long_pauses: None) -> None:
    async def work(reader: Reader) -> None:
        await reader.guess()
        reader.scan(GUESS, OTHER_GUESS, MEMBER)
        await until(lambda: reader.handled)
        text = repr(reader.log.lines)
        assert not any(code.decode() in text for code in (GUESS, OTHER_GUESS, MEMBER))

    at_a_reader(work)
