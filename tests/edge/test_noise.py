"""A noisy line at a reader: told once, never recorded, and cards are served meanwhile."""

import asyncio

from edge.core.noise import UNREADABLE_MAX, WINDOW_S, Noise
from tests.edge.link_runs import until
from tests.edge.turns_runs import GUESS, MEMBER, OTHER_GUESS, UNREADABLE, Reader, at_a_reader

TENTH = UNREADABLE_MAX + 1


def noisy(*at_s: float) -> Noise:
    noise = Noise()
    for each in at_s:
        noise.unreadable(each)
    return noise


def test_the_tenth_in_a_row_begins_it_and_ten_seconds_without_one_end_it() -> None:
    noise = noisy(*range(UNREADABLE_MAX))
    assert not noise.goes_on
    assert noise.unreadable(9.0)
    assert not noise.unreadable(9.5)
    assert (noise.goes_on, noise.count) == (True, 11)
    assert not noise.is_over(9.4 + WINDOW_S)
    assert noise.is_over(9.5 + WINDOW_S)
    noise.end()
    assert not noise.goes_on
    assert not noise.is_over(1_000.0)


def test_who_tries_again_and_again_makes_no_noise() -> None:
    assert not noisy(*(1.2 * number for number in range(50))).goes_on


def test_what_can_be_read_breaks_the_row_but_ends_nothing() -> None:
    noise = noisy(*UNREADABLE_MAX * [1.0])
    noise.readable()
    assert not noise.unreadable(1.0)
    for _ in range(UNREADABLE_MAX):
        noise.unreadable(1.0)
    noise.readable()
    assert noise.count == TENTH


def test_noise_is_told_once_and_leaves_nothing_while_cards_go_ahead() -> None:
    async def work(reader: Reader) -> None:
        reader.granted |= {GUESS}
        reader.scan(GUESS)
        await until(lambda: reader.handled)
        reader.handled.clear()
        reader.scan(*500 * [UNREADABLE], OTHER_GUESS, MEMBER, UNREADABLE, GUESS)
        await until(lambda: len(reader.handled) == UNREADABLE_MAX + 2)
        assert reader.handled == [*UNREADABLE_MAX * [UNREADABLE], MEMBER, GUESS]
        assert reader.log.lines == [("noise", {"reader": "door"})]
        assert reader.signals.turned_away == 1
        assert reader.screen.turned_away_left_s() > 0

    at_a_reader(work)


def test_once_it_is_over_all_is_as_before() -> None:
    async def work(reader: Reader) -> None:
        at_s = asyncio.get_running_loop().time()
        reader.scan(*500 * [UNREADABLE], at_s=at_s - 60)
        reader.scan(UNREADABLE, OTHER_GUESS, at_s=at_s)
        await until(lambda: len(reader.handled) == UNREADABLE_MAX + 2)
        assert reader.handled[-2:] == [UNREADABLE, OTHER_GUESS]
        assert reader.log.all("noise_over") == [{"reader": "door", "count": 500}]

    at_a_reader(work)
