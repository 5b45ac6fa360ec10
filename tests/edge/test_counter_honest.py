"""A counter's page never shows what is not so: a lost edge stays lost, each decision is seen, nothing is cut."""

import asyncio
import dataclasses
from datetime import UTC, datetime

import pytest
from msgspec.structs import replace

from contract.reader_configuration import ReaderKind, ScreenName
from contract.reasons import Reason
from edge.counter.screen import WAITS_S
from edge.counter.view import end_said, state_of
from tests.browser import Browser
from tests.edge.counter_world import BAR, CounterWorld, showing
from tests.edge.fakes import NOON
from tests.edge.test_counter_browser import browser, facts, keep_picture, sees

__all__ = ["browser"]
FLASHES = """(() => { window.flashes = 0; const one = Element.prototype.animate;
Element.prototype.animate = function (...all) { window.flashes += 1; return one.apply(this, all); }; })()"""
SMALL, WIDE = (800, 480), (1280, 720)


async def look(browser: Browser, expression: str) -> object:
    return await asyncio.to_thread(browser.look, expression)


def resize(browser: Browser, width: int, height: int) -> None:
    size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
    browser._call("Emulation.setDeviceMetricsOverride", size)


def test_a_lost_edge_stays_lost_whatever_the_page_does_by_itself(browser: Browser) -> None:
    async def run() -> None:
        world = CounterWorld()
        async with showing(world) as address:
            await asyncio.to_thread(browser.go, address)
            await sees(browser, "calm", asked="Glass of wine")
            await world.scan("gold")
            await sees(browser, "green", headline="Granted")
            cleared = "() => (state.shown = null, draw())"
            acts = f"[undoPressed, () => (notSure(), draw()), () => pressed('Escape'), {cleared}]"
            seen = "[document.body.dataset.tone, at('ready').hidden, at('shown').hidden, at('lost').hidden]"
            lose = "source.close(); listen = () => {}; loseEdge()"
            looked = await look(browser, f"{lose}; {acts}.map((act) => (act(), {seen}))")
            assert looked == [["lost", True, True, False]] * 4

    asyncio.run(run())


def test_a_page_that_is_refused_says_so_at_once_and_comes_back(browser: Browser) -> None:
    async def run() -> None:
        world = CounterWorld()
        async with showing(world) as address:
            await asyncio.to_thread(browser.go, address)
            await sees(browser, "calm", asked="Glass of wine")
            world.reader = replace(BAR, kind=ReaderKind.DOOR)
            world.screen.follow(world.reader)
            await sees(browser, "lost")
            world.reader = BAR
            await sees(browser, "calm", asked="Glass of wine")

    asyncio.run(run())


def test_a_page_that_has_heard_nothing_yet_asks_for_no_card() -> None:
    world = CounterWorld()
    page = world.pages._page(world)
    assert 'data-tone="lost"' in page and '<main id="ready" hidden>' in page


def test_each_decision_is_seen_though_it_looks_like_the_one_before(browser: Browser) -> None:
    async def run() -> None:
        world = CounterWorld(replace(BAR, screen_name=ScreenName.NONE, rescan_seconds=30))
        async with showing(world) as address:
            await asyncio.to_thread(browser.go, address)
            await sees(browser, "calm", asked="Glass of wine")
            await look(browser, FLASHES)
            for flashes in (1, 2):
                await world.scan("gold")
                await asyncio.to_thread(browser.until, f"window.flashes === {flashes}")
                await sees(browser, "green", headline="Granted")
            await asyncio.to_thread(browser.press, "Escape")
            await sees(browser, "calm")
            await world.scan("gold")
            await sees(browser, "green", headline="Granted")

    asyncio.run(run())


def test_while_the_hub_is_asked_the_one_before_is_not_shown(browser: Browser) -> None:
    async def run() -> None:
        world = CounterWorld()
        async with showing(world) as address:
            await asyncio.to_thread(browser.go, address)
            await sees(browser, "calm", asked="Glass of wine")
            await world.scan("gold")
            await sees(browser, "green", headline="Granted")
            world.screen.waits()
            await sees(browser, "calm", headline="One moment", name="")
            await keep_picture(browser, "waiting")
            await world.scan("gold")
            await sees(browser, "green", headline="Granted")
            world.screen.waits()
            await sees(browser, "calm", headline="One moment")
            world.later(WAITS_S)
            await asyncio.to_thread(browser.until, "!at('ready').hidden")

    asyncio.run(run())


def test_being_sure_is_of_one_redemption_and_for_a_while(browser: Browser) -> None:
    async def run() -> None:
        world = CounterWorld()
        async with showing(world) as address:
            await asyncio.to_thread(browser.go, address)
            await world.scan("gold")
            await sees(browser, "green", undo="Undo")
            repeated = "document.dispatchEvent(new KeyboardEvent('keydown', {key: 'u', repeat: true}))"
            await look(browser, repeated)
            await look(browser, "new Promise((done) => setTimeout(done, 3 * TYPED_MS))")
            await sees(browser, "green", undo="Undo")
            await asyncio.to_thread(browser.tap, "#undo")
            await sees(browser, "green", undo="Undo? Once more")
            await world.scan("gold")
            await sees(browser, "green", undo="Undo")
            await asyncio.to_thread(browser.tap, "#undo")
            await sees(browser, "green", undo="Undo? Once more")
            await sees(browser, "green", undo="Undo")
            assert not world.screen._shown.voided  # type: ignore[union-attr]

    asyncio.run(run())


@pytest.mark.parametrize("size", [WIDE, SMALL])
def test_the_longest_of_all_is_cut_nowhere(browser: Browser, size: tuple[int, int]) -> None:
    async def run() -> None:
        benefits = ("coffee", "slice-of-cake", "guest-day-ticket", "sauna-and-steam-bath")
        reader = replace(BAR, screen_name=ScreenName.FULL, benefits=benefits)
        world = CounterWorld(reader, "Maximiliana-Alexandrina Wolfeschlegelsteinhausenbergerdorff")
        world.world.trust.contact, world.world.trust.age_s = False, 3 * 86_400.0
        world.is_open = False
        async with showing(world) as address:
            await asyncio.to_thread(resize, browser, *size)
            await asyncio.to_thread(browser.go, address)
            await sees(browser, "away", asked="The scanner is not connected")
            for _ in range(3):
                await world.scan("gold")
                world.later(20)
            last = world.screen._shown
            assert last is not None and last.decision.plan is not None
            plan = dataclasses.replace(last.decision.plan, name="Company membership, all areas, weekdays")
            decision = replace(last.decision, reason=Reason.CONFIRMATION_NEEDED, plan=plan)
            world.screen._show(dataclasses.replace(last, decision=decision, shown_s=world.world.clock.elapsed_s))
            await sees(browser, "amber", headline="Not while offline")
            assert "Next" in await facts(browser)
            await keep_picture(browser, f"longest_{size[0]}")
            assert await look(browser, "at('shown').scrollHeight <= at('shown').clientHeight")
            inside = "[...document.querySelectorAll('#shown *')].every((each) => each.getBoundingClientRect()"
            assert await look(
                browser, f"{inside}.bottom <= document.querySelector('footer').getBoundingClientRect().top)"
            )
            await asyncio.to_thread(resize, browser, 1280, 800)

    asyncio.run(run())


def test_what_is_left_can_be_read_at_two_metres(browser: Browser) -> None:
    """16' of arc (ISO 9241) are 9.3 mm of cap height; a screen of 15.6" has 720 lines on 194 mm."""

    async def run() -> None:
        world = CounterWorld()
        async with showing(world) as address:
            await asyncio.to_thread(resize, browser, *WIDE)
            await asyncio.to_thread(browser.go, address)
            for _ in range(3):
                await world.scan("gold")
                world.later(5)
            await sees(browser, "amber", headline="All used up")
            for part in ("dt", "dd"):
                size = f"parseFloat(getComputedStyle(document.querySelector('.far {part}')).fontSize)"
                assert float(str(await look(browser, size))) * 0.72 * 194 / 720 >= 9.3
            await keep_picture(browser, "limit_reached_720")
            await asyncio.to_thread(resize, browser, *SMALL)
            await keep_picture(browser, "limit_reached_480")
            await asyncio.to_thread(resize, browser, 1280, 800)

    asyncio.run(run())


# Without a browser


def test_another_redemption_that_is_undone_is_not_shown_as_this_one() -> None:
    async def run() -> None:
        world = CounterWorld()
        await world.scan("gold")
        world.screen.voided(b"another")
        shown = state_of(world.screen, NOON, [])["shown"]
        assert (shown["headline"], world.screen.undoable()) == ("Granted", None)

    asyncio.run(run())


def test_the_gate_says_that_it_waits() -> None:
    async def run() -> None:
        world = CounterWorld()
        await world.scan("gold")
        waited: list[object] = []
        screen = world.screen

        class Watched(type(screen)):  # type: ignore[misc]
            def waits(self) -> None:
                waited.append(screen.shown())

        screen.__class__ = Watched
        assert world.gate.screen is screen
        checkin = world.world.journal.checkins[0]
        scanned = world.gate._scanned(world.world.reading(b"x").scan, b"x" * 32)
        await world.gate._confirm(scanned, checkin)
        assert len(waited) == 1

    asyncio.run(run())


def test_an_end_half_an_hour_after_midnight_has_its_hour() -> None:
    assert end_said(datetime(2030, 12, 31, 23, 30, tzinfo=UTC), "Europe/Madrid") == "Wed 1 Jan 2031, 00:30"
