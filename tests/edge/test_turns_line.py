"""Those who wait at a reader where somebody guesses: how many, in which order, and who need not."""

import asyncio
from collections.abc import Iterator

import pytest

from contract.card import new_code
from edge import turns
from edge.core import guessing
from tests.edge.link_runs import until
from tests.edge.turns_runs import (
    GUESS,
    MEMBER,
    OTHER_GUESS,
    SIXTH,
    THIRD_GUESS,
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


@pytest.mark.usefixtures("long_pauses")
def test_four_wait_and_more_are_turned_away() -> None:
    async def work(reader: Reader) -> None:
        await reader.guess()
        reader.scan(*(b"%d" % number for number in range(1_000, 1_006)), MEMBER)
        await until(lambda: reader.handled)
        assert reader.signals.turned_away == 2
        assert reader.screen.turned_away_left_s() > 0
        assert reader.handled == [MEMBER]
        assert reader.turns._guesses.codes.count == SIXTH + 2

    at_a_reader(work)


@pytest.mark.usefixtures("short_pauses")
def test_those_who_wait_have_their_turn_in_order_each_after_a_pause() -> None:
    async def work(reader: Reader) -> None:
        await reader.guess()
        reader.granted = {OTHER_GUESS}
        reader.scan(GUESS, OTHER_GUESS, THIRD_GUESS)
        await until(lambda: len(reader.handled) == 3)
        assert reader.handled == [GUESS, OTHER_GUESS, THIRD_GUESS]
        assert reader.signals.turned_away == 0

    at_a_reader(work)


@pytest.mark.usefixtures("long_pauses")
def test_a_card_that_was_granted_here_lately_goes_ahead() -> None:
    """Whoever made its code."""

    async def work(reader: Reader) -> None:
        reader.granted = {GUESS}
        reader.scan(GUESS)
        await until(lambda: reader.handled)
        reader.handled.clear()
        await reader.guess()
        reader.scan(*(b"%d" % number for number in range(1_000, 1_006)), GUESS)
        await until(lambda: reader.handled)
        assert reader.handled == [GUESS]

    at_a_reader(work)


def digits(code: bytes, number: int) -> bytes:
    return code + b"-%08d" % number


@pytest.mark.usefixtures("long_pauses")
def test_guessed_digits_slow_down_that_cards_rotating_codes_and_nobody_else() -> None:
    other = new_code(b"AAAAAAAAAA").encode()

    async def work(reader: Reader) -> None:
        reader.scan(*(digits(MEMBER, number) for number in range(SIXTH)))
        await until(lambda: len(reader.handled) == SIXTH)
        reader.handled.clear()
        assert reader.log.all("guessing") == [{"reader": "door", "count": SIXTH, "what": "digits"}]
        free = [MEMBER, digits(other, 1), GUESS]
        reader.scan(digits(MEMBER, 99), *free)
        await until(lambda: len(reader.handled) == len(free))
        assert reader.handled == free

    at_a_reader(work)


@pytest.mark.usefixtures("short_pauses")
def test_a_fault_with_one_who_waits_is_not_the_others() -> None:
    async def work(reader: Reader) -> None:
        told: list[str] = []
        asyncio.get_running_loop().set_exception_handler(lambda _, context: told.append(str(context["exception"])))
        await reader.guess()
        reader.free.clear()
        reader.faulty = {GUESS}
        reader.scan(GUESS, OTHER_GUESS)
        await until(lambda: reader.at_work)
        await reader.taken()
        reader.free.set()
        await until(lambda: reader.handled and told)
        assert reader.handled == [OTHER_GUESS]

    at_a_reader(work)


@pytest.mark.usefixtures("short_pauses")
def test_after_one_has_had_its_turn_another_may_wait() -> None:
    async def work(reader: Reader) -> None:
        await reader.guess()
        for number, guess in enumerate((GUESS, OTHER_GUESS, THIRD_GUESS), start=1):
            reader.scan(guess)
            await until(lambda number=number: len(reader.handled) == number)  # type: ignore[misc]
        assert reader.handled == [GUESS, OTHER_GUESS, THIRD_GUESS]
        assert reader.signals.turned_away == 0

    at_a_reader(work)


def test_at_the_end_a_guess_that_waits_is_turned_away(long_pauses: None) -> None:
    async def work(reader: Reader) -> None:
        await reader.guess()
        reader.scan(GUESS)
        reader.end()
        await reader.serving
        assert reader.signals.turned_away == 1
        assert reader.handled == []

    at_a_reader(work)


@pytest.mark.usefixtures("short_pauses")
def test_at_the_end_a_guess_whose_turn_it_is_is_finished() -> None:
    async def work(reader: Reader) -> None:
        await reader.guess()
        reader.free.clear()
        reader.scan(GUESS)
        await until(lambda: reader.at_work)
        reader.end()
        await reader.taken()
        reader.free.set()
        await reader.serving
        assert reader.handled == [GUESS]

    at_a_reader(work)


@pytest.mark.usefixtures("short_pauses")
def test_a_fault_with_a_guess_is_told_and_the_reader_goes_on() -> None:
    async def work(reader: Reader) -> None:
        told: list[str] = []
        asyncio.get_running_loop().set_exception_handler(lambda _, context: told.append(str(context["exception"])))
        await reader.guess()
        reader.faulty = {GUESS}
        reader.scan(GUESS)
        await until(lambda: told)
        assert told == ["a fault"]
        reader.scan(MEMBER)
        await until(lambda: reader.handled)

    at_a_reader(work)


@pytest.mark.usefixtures("short_pauses")
def test_who_comes_while_a_guess_is_looked_up_waits_for_what_comes_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    async def work(reader: Reader) -> None:
        await reader.guess()
        monkeypatch.setattr(guessing, "PAUSE_MAX_S", 3_600.0)
        reader.turns._guesses.codes._next_pause_s = 3_600.0
        reader.free.clear()
        reader.scan(GUESS)
        await until(lambda: reader.at_work)
        reader.scan(OTHER_GUESS)
        await reader.taken()
        reader.free.set()
        reader.scan(MEMBER)
        await until(lambda: MEMBER in reader.handled)
        assert reader.handled == [GUESS, MEMBER]

    at_a_reader(work)


@pytest.mark.usefixtures("long_pauses")
def test_whoever_has_waited_for_too_long_is_turned_away_and_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "WAIT_S_MAX", 0.1)

    async def work(reader: Reader) -> None:
        await reader.guess()
        reader.scan(GUESS, OTHER_GUESS)
        await until(lambda: reader.signals.turned_away == 2)
        assert reader.handled == []
        reader.scan(MEMBER)
        await until(lambda: reader.handled)

    at_a_reader(work)
