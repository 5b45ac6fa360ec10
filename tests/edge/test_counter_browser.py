"""Counters' pages in a real Chromium: what is seen, what fingers and keypads do, and what a lost edge looks like.

With DOORWARD_SCREENSHOTS=FOLDER the pictures of docs/counters.md are made anew.
"""

import asyncio
import os
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from msgspec.structs import replace

from contract.reader_configuration import ScreenName
from contract.trust import ClockState
from tests.browser import HEIGHT, WIDTH, Browser
from tests.edge.counter_world import BAR, CounterWorld, showing

TEXT = "document.getElementById('{}').textContent"
TONE = "document.body.dataset.tone"


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    browser = Browser(tmp_path_factory.mktemp("chromium"))
    yield browser
    browser.close()


async def sees(browser: Browser, tone: str, **texts: str) -> None:
    """The page has that colour, and those texts in those places."""
    holds = [f"{TONE} === '{tone}'", *(f"{TEXT.format(place)} === {text!r}" for place, text in texts.items())]
    await asyncio.to_thread(browser.until, " && ".join(holds))


async def keep_picture(browser: Browser, name: str) -> None:
    await asyncio.to_thread(browser.look, "Promise.all(document.getAnimations().map((each) => each.finished))")
    picture = await asyncio.to_thread(browser.picture)
    assert picture.startswith(b"\x89PNG")
    if folder := os.environ.get("DOORWARD_SCREENSHOTS"):
        (Path(folder) / f"counter_{name}.png").write_bytes(picture)


async def facts(browser: Browser) -> str:
    return str(await asyncio.to_thread(browser.look, "document.getElementById('facts').innerText"))


def test_what_a_scan_gives_is_seen_and_goes_away_again(browser: Browser) -> None:
    async def run() -> None:
        world = CounterWorld()
        async with showing(world) as address:
            await asyncio.to_thread(browser.go, address)
            await sees(browser, "calm", place="Corner bar", asked="Glass of wine")
            await keep_picture(browser, "ready")
            await world.scan("gold")
            await sees(browser, "green", headline="Granted", name="Given", what="Glass of wine", undo="Undo")
            assert (await facts(browser)).split("\n") == [
                *("Plan", "Gold", "Status", "Active", "Valid until", "Sun 30 Jun 2030", "Left", "1")
            ]
            await keep_picture(browser, "granted")
            world.later(20)
            await sees(browser, "calm", undo="Undo the last\nGlass of wine, 14:00")
            await world.scan("gold")
            await sees(browser, "green", headline="Granted", name="Given")
            assert (await facts(browser)).endswith("Left\n0\nNext\nSat 8 Jun, 14:00")
            await keep_picture(browser, "granted_last")
            world.later(20)
            await world.scan("gold")
            await sees(browser, "amber", headline="All used up", name="Given")
            assert "Next\nSat 8 Jun, 14:00" in await facts(browser)
            await keep_picture(browser, "limit_reached")
            await world.scan("old")
            await sees(browser, "red", headline="Membership ended")
            await keep_picture(browser, "denied")
            await asyncio.to_thread(browser.press, "Escape")
            await sees(browser, "calm")
            assert not browser.errors

    asyncio.run(run())


def test_a_finger_chooses_a_benefit_and_undoes_the_last(browser: Browser) -> None:
    async def run() -> None:
        world = CounterWorld()
        async with showing(world) as address:
            await asyncio.to_thread(browser.go, address)
            await sees(browser, "calm", asked="Glass of wine")
            await asyncio.to_thread(browser.tap, "#choices button:nth-child(3)")
            await sees(browser, "calm", asked="Slice of cake")
            await keep_picture(browser, "choosing")
            await world.scan("gold")
            await sees(browser, "green", what="Slice of cake", undo="Undo")
            await asyncio.to_thread(browser.tap, "#undo")
            await sees(browser, "green", undo="Undo? Once more")
            await asyncio.to_thread(browser.tap, "#undo")
            await sees(browser, "calm", headline="Undone", what="Slice of cake")
            await keep_picture(browser, "undone")
            assert world.world.own_uses.is_voided(world.world.journal.checkins[-1].id)
            world.later(10)
            await world.scan("gold")
            await sees(browser, "green", headline="Granted")
            await world.scan("staff")
            await sees(browser, "calm", headline="Undone", name="Given", what="Slice of cake")
            await keep_picture(browser, "undone_by_card")
            assert not browser.errors

    asyncio.run(run())


def test_a_keypad_does_the_same_and_a_scanner_that_types_does_not(browser: Browser) -> None:
    async def run() -> None:
        world = CounterWorld()
        async with showing(world) as address:
            await asyncio.to_thread(browser.go, address)
            await sees(browser, "calm", asked="Glass of wine")
            typed = "for (const key of ['2', '2', '3', 'Enter']) document.dispatchEvent("
            await asyncio.to_thread(browser.look, f"{typed}new KeyboardEvent('keydown', {{ key }}))")
            await world.scan("gold")
            await sees(browser, "green", what="Glass of wine")
            await asyncio.to_thread(browser.until, "performance.now() - keyAt > 2 * TYPED_MS")
            await asyncio.to_thread(browser.press, "2")
            await sees(browser, "green", asked="Coffee")
            for label in ("Undo? Once more", "Undo the last\nGlass of wine, 14:00"):
                await asyncio.to_thread(browser.press, "-")
                if label.endswith("more"):
                    await sees(browser, "green", undo=label)
            await sees(browser, "calm", headline="Undone")
            world.later(61)
            await sees(browser, "calm", asked="Glass of wine")
            assert not browser.errors

    asyncio.run(run())


def test_what_is_wrong_around_it_is_said_and_a_lost_edge_comes_back(browser: Browser) -> None:
    async def run() -> None:
        world = CounterWorld()
        trust = world.world.trust
        async with showing(world) as address:
            await asyncio.to_thread(browser.go, address)
            await sees(browser, "calm", notes="")
            trust.contact, trust.age_s = False, 3 * 3_600.0
            await world.scan("gold")
            await sees(browser, "green", notes="Offline · data 3 hours old")
            await keep_picture(browser, "offline")
            world.is_open, trust.age_s, trust.state = False, None, ClockState.UNKNOWN
            said = "The scanner is not connected · Offline · data of unknown age"
            await sees(browser, "green", notes=f"{said} · The time is not known here")
            port, world.port = world.port, None
            await sees(browser, "lost")
            await keep_picture(browser, "lost")
            world.later(60)
            world.port, trust.contact, trust.age_s, trust.state = port, True, 0.0, ClockState.SYNCED
            scanner = "The scanner is not connected"
            await sees(browser, "away", invitation="No card can be read", asked=scanner, notes=scanner)
            await keep_picture(browser, "away")
            world.is_open = True
            await sees(browser, "calm", invitation="Scan a card", asked="Glass of wine", notes="")

    asyncio.run(run())


def test_long_names_and_many_benefits_leave_room_for_what_matters(browser: Browser) -> None:
    async def run() -> None:
        many = tuple(f"benefit-with-a-long-name-{number}" for number in range(20))
        reader = replace(BAR, screen_name=ScreenName.FULL, benefits=many)
        world = CounterWorld(reader, " ".join(6 * ["Longfamilyname"]))
        world.is_open = False
        async with showing(world) as address:
            await asyncio.to_thread(browser.go, address)
            await sees(browser, "away", notes="The scanner is not connected")
            await world.scan("gold")
            await sees(browser, "green", headline="Granted")
            edges = "['header', '#headline', '#facts', 'footer'].map((each) => document.querySelector(each)"
            boxes = await asyncio.to_thread(browser.look, f"{edges}.getBoundingClientRect().toJSON())")
            assert all(above["bottom"] <= below["top"] for above, below in pairwise(boxes))
            assert boxes[-1]["bottom"] <= HEIGHT and boxes[2]["right"] <= WIDTH

    asyncio.run(run())


def test_a_page_that_is_older_than_its_edge_loads_itself_again(browser: Browser) -> None:
    async def run() -> None:
        world = CounterWorld()
        token = "document.querySelector('meta[name=token]').content"
        async with showing(world) as address:
            await asyncio.to_thread(browser.go, address)
            await sees(browser, "calm", asked="Glass of wine")
            first, port = await asyncio.to_thread(browser.look, token), world.port
        newer = CounterWorld()
        async with showing(newer, port):
            await asyncio.to_thread(browser.until, f"{token} !== '{first}'")
            await sees(browser, "calm", asked="Glass of wine")

    asyncio.run(run())
