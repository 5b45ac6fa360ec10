"""What a counter's screen says of scans at a real gate: no more of a name than is allowed, choices, undoing."""

import asyncio
import dataclasses
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from msgspec import structs

from contract.ask import Mode
from contract.membership import Detail
from contract.messages import Void
from contract.reader_configuration import Reader, ScreenName
from contract.reasons import Reason
from contract.trust import ClockState
from edge.counter import texts
from edge.counter.screen import CHOICE_S, Screen
from edge.counter.view import end_said, instant_said, name_shown, notes_of, span_said, state_of
from tests.edge.counter_world import BAR, CounterWorld
from tests.edge.fakes import NOON

SHOP = structs.replace(BAR, rescan_seconds=30)


def at_bar(work: Callable[[CounterWorld], Awaitable[None]], reader: Reader = BAR) -> CounterWorld:
    world = CounterWorld(reader)
    asyncio.run(work(world))  # type: ignore[arg-type]
    return world


def seen(world: CounterWorld) -> Any:
    return state_of(world.screen, world.world.clock.now(), [])


def far(world: CounterWorld) -> dict[str, str]:
    """What is to be read at two metres."""
    return {each["label"]: each["value"] for each in seen(world)["shown"]["facts"] if each["far"]}


def test_every_reason_and_every_status_has_its_words() -> None:
    assert set(texts.OF_REASON) == set(Reason)
    assert set(texts.OF_DETAIL) == set(Detail)
    assert set(texts.MARKS) == set(texts.Tone)


@pytest.mark.parametrize(
    ("rule", "shown"), [(ScreenName.FULL, "Given Family"), (ScreenName.FIRST, "Given"), (ScreenName.NONE, "")]
)
def test_as_much_of_a_name_leaves_the_edge_as_the_reader_shows(rule: ScreenName, shown: str) -> None:
    async def work(world: CounterWorld) -> None:
        await world.scan("gold")
        state = seen(world)
        assert state["shown"]["name"] == shown
        assert ("Family" in repr(state)) == (rule is ScreenName.FULL)

    at_bar(work, structs.replace(BAR, screen_name=rule))
    assert name_shown("  ", ScreenName.FIRST) == ""


def test_a_choice_is_asked_for_until_it_falls_back() -> None:
    async def work(world: CounterWorld) -> None:
        assert world.screen.choose("coffee")
        for _ in range(3):
            world.later(CHOICE_S - 1)
            await world.scan("gold")
        world.later(CHOICE_S + 1)
        assert [each["chosen"] for each in seen(world)["choices"]] == [True, False, False]
        await world.scan("gold")
        assert [each.permission for each in world.world.journal.checkins] == [*3 * ["coffee"], "glass-of-wine"]

    at_bar(work)


def test_the_usual_can_be_chosen_back() -> None:
    async def work(world: CounterWorld) -> None:
        assert world.screen.choose("coffee")
        assert world.screen.choose("glass-of-wine")
        assert not world.screen.choose("champagne")
        assert seen(world)["asked"] == "Glass of wine"

    at_bar(work)


def test_what_is_chosen_is_no_rescan_of_something_else() -> None:
    async def work(world: CounterWorld) -> None:
        await world.scan("gold")
        assert world.screen.choose("slice-of-cake")
        await world.scan("gold")
        await world.scan("gold")
        assert [each.permission for each in world.world.journal.checkins] == ["glass-of-wine", "slice-of-cake"]
        assert seen(world)["shown"]["what"] == "Slice of cake"

    at_bar(work, SHOP)


def test_a_choice_that_is_offered_no_more_falls_back_at_once() -> None:
    async def work(world: CounterWorld) -> None:
        assert world.screen.choose("coffee")
        world.screen.follow(structs.replace(BAR, benefits=()))
        assert world.screen.permission() == "glass-of-wine"
        assert seen(world)["choices"] == []

    at_bar(work)


def test_the_last_redemption_is_undone_and_an_earlier_one_is_not() -> None:
    async def work(world: CounterWorld) -> None:
        await world.scan("gold")
        first = bytes.fromhex(seen(world)["undo"]["id"])
        await world.scan("gold")
        last = bytes.fromhex(seen(world)["undo"]["id"])
        assert not await world.undo(first)
        assert await world.undo(last)
        assert not await world.undo(last)
        assert [row.voids for row in world.world.journal.rows if isinstance(row, Void)] == [last]
        assert seen(world)["undo"] is None
        assert seen(world)["shown"]["headline"] == "Undone"
        await world.scan("gold")
        assert seen(world)["shown"]["tone"] == "green"

    at_bar(work)


def test_a_disk_that_fails_undoes_nothing() -> None:
    async def work(world: CounterWorld) -> None:
        await world.scan("gold")
        world.world.journal.fails = True
        assert not await world.undo(bytes.fromhex(seen(world)["undo"]["id"]))
        assert [line["id"] for line in world.world.log.all("lost")] == [None]

    at_bar(work)


def test_a_redemption_can_be_undone_for_fifteen_minutes() -> None:
    async def work(world: CounterWorld) -> None:
        await world.scan("gold")
        world.later(899)
        assert seen(world)["undo"] is not None
        world.later(1)
        assert seen(world)["undo"] is None

    at_bar(work)


def test_nothing_is_undone_where_no_card_may() -> None:
    async def work(world: CounterWorld) -> None:
        await world.scan("gold")
        assert seen(world)["undo"] is None

    at_bar(work, structs.replace(BAR, undo_permission=None))


def test_a_card_that_undoes_shows_what_it_undid_and_no_name_of_staff() -> None:
    async def work(world: CounterWorld) -> None:
        await world.scan("staff")
        assert seen(world)["shown"]["headline"] == "Nothing to undo"
        world.later(60)
        await world.scan("gold")
        world.screen.choose("coffee")
        for _ in ("scanned", "scanned again"):
            await world.scan("staff")
            shown = seen(world)["shown"]
            assert (shown["headline"], shown["name"], shown["what"]) == ("Undone", "Given", "Glass of wine")
            assert (shown["hint"], shown["facts"]) == ("It does not count any more.", [])
        assert len(world.world.log.all("voided")) == 1

    at_bar(work, SHOP)


def test_a_card_that_undoes_what_was_before_the_start_names_nothing() -> None:
    async def work(world: CounterWorld) -> None:
        await world.scan("gold")
        await world.scan("staff")
        await world.scan("gold")
        world.later(30)
        world.screen = Screen(world.reader, world.world.clock)
        world.gate = dataclasses.replace(world.gate, screen=world.screen)
        await world.scan("staff")
        shown = seen(world)["shown"]
        assert (shown["headline"], shown["name"], shown["what"], shown["facts"]) == ("Undone", "", "", [])

    at_bar(work)


def test_who_only_looks_uses_nothing_up() -> None:
    async def work(world: CounterWorld) -> None:
        await world.scan("gold")
        shown = seen(world)["shown"]
        assert (shown["headline"], shown["hint"]) == ("Valid", "Nothing was used up.")
        assert {"label": "Left", "value": "2", "far": True} in shown["facts"]

    at_bar(work, structs.replace(BAR, mode=Mode.IDENTIFY))


def test_what_uses_up_the_last_says_when_the_next_is_due() -> None:
    async def work(world: CounterWorld) -> None:
        await world.scan("gold")
        assert far(world) == {"Left": "1"}
        world.later(60)
        await world.scan("gold")
        assert far(world) == {"Left": "0", "Next": "Sat 8 Jun, 14:00"}
        world.later(60)
        await world.scan("gold")
        assert seen(world)["shown"]["headline"] == "All used up"
        assert far(world) == {"Left": "0", "Next": "Sat 8 Jun, 14:00"}

    at_bar(work)


def test_a_redemption_that_could_not_be_kept_is_none_on_the_screen() -> None:
    async def work(world: CounterWorld) -> None:
        world.world.journal.fails = True
        await world.scan("gold")
        assert seen(world)["shown"]["headline"] == "Try again"
        assert seen(world)["undo"] is None

    at_bar(work)


def test_without_a_replica_it_says_so() -> None:
    async def work(world: CounterWorld) -> None:
        world.world.replica.position = None
        await world.scan("gold")
        shown = seen(world)["shown"]
        assert (shown["headline"], shown["name"], shown["facts"]) == ("Not ready yet", "", [])

    at_bar(work)


@pytest.mark.parametrize(
    ("age_s", "in_contact", "notes"),
    [
        (5.0, True, []),
        (5.0, False, ["Offline · data a moment old"]),
        (121.0, True, ["data 2 minutes old"]),
        (None, True, ["data of unknown age"]),
    ],
)
def test_how_old_the_data_is(age_s: float | None, in_contact: bool, notes: list[str]) -> None:
    assert notes_of(in_contact, age_s, ClockState.SYNCED, True) == notes


def test_spans_and_instants_as_people_say_them() -> None:
    assert [span_said(seconds) for seconds in (59, 60, 7_199, 90_000)] == [
        *("a moment", "1 minute", "1 hour", "1 day")
    ]
    zone = "Europe/Madrid"
    assert instant_said(NOON + timedelta(hours=1), zone, NOON) == "today, 15:00"
    assert instant_said(NOON + timedelta(hours=11), zone, NOON) == "tomorrow, 01:00"
    assert instant_said(NOON + timedelta(days=300), zone, NOON) == "Fri 28 Mar 2031, 13:00"
    assert end_said(datetime(2030, 12, 31, 23, tzinfo=UTC), zone) == "Tue 31 Dec 2030"
    assert end_said(datetime(2030, 12, 31, 9, 30, tzinfo=UTC), zone) == "Tue 31 Dec 2030, 10:30"
