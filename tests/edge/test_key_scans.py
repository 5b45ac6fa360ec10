"""Key events become the frames of a serial scanner with the same text; whatever comes, nothing is raised."""

from dataclasses import dataclass
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from contract.card import SCAN_BYTES_MAX
from contract.scanner_configuration import EndsWith
from edge.ports import Frame
from edge.scanners.framing import Framer, framing_of
from edge.scanners.keyboard import keys
from edge.scanners.keyboard.layouts import LAYOUTS
from edge.scanners.keyboard.scans import KeyScans
from edge.scanners.settings import ScannerSettings
from tests.edge.typing_scanner import Stroke, alt_code, strokes_of, tapped

US = LAYOUTS["us"]


@dataclass(frozen=True)
class Event:
    type: int
    code: int
    value: int


REPORT = Event(keys.EV_SYN, keys.SYN_REPORT, 0)
DROPPED = Event(keys.EV_SYN, keys.SYN_DROPPED, 0)


def settings(**said: object) -> ScannerSettings:
    return ScannerSettings("/dev/input/x", True, **said)  # type: ignore[arg-type]


def events(strokes: list[Stroke]) -> list[Event]:
    return [each for key, value in strokes for each in (Event(keys.EV_KEY, key, value), REPORT)]


def typed(text: str) -> list[Event]:
    return events(strokes_of(text, US))


def raws(frames: list[Frame]) -> list[bytes]:
    return [frame.raw for frame in frames]


TEXTS = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E) | st.just("\r"), max_size=80)
SPLITS = st.lists(st.integers(0, 2_000), max_size=12)


def cut(whole: list[Event], places: list[int]) -> list[list[Event]]:
    ends = [0, *sorted(place % (len(whole) + 1) for place in places), len(whole)]
    return [whole[start:end] for start, end in pairwise(ends)]


@given(TEXTS, st.sampled_from(sorted(LAYOUTS)), SPLITS, st.sampled_from(["", "A", "]C1"]))
def test_frames_are_those_of_a_serial_scanner(text: str, layout: str, places: list[int], prefix: str) -> None:
    said = settings(layout=layout, prefix=prefix, suffix="#")
    scans, framer = KeyScans(said), Framer(framing_of(said))
    whole = events(strokes_of(text, LAYOUTS[layout]))
    frames = [frame for chunk in cut(whole, places) for frame in scans.handle(chunk, 1.0)]
    assert frames == framer.feed(text.encode(), 1.0)
    # A dead key that waits for its next has given no character yet, and none of ours ends with one.
    assert scans.has_begun == framer.has_begun


@given(TEXTS, TEXTS, st.randoms(use_true_random=False))
def test_scanners_that_interleave_do_not_mix(one: str, other: str, order: object) -> None:
    alone = [KeyScans(settings()).handle(typed(text), 1.0) for text in (one, other)]
    both = [KeyScans(settings()), KeyScans(settings())]
    remaining = [typed(one), typed(other)]
    frames: list[list[Frame]] = [[], []]
    while any(remaining):
        which = order.randrange(2)  # type: ignore[attr-defined]
        frames[which] += both[which].handle(remaining[which][:1], 1.0)
        remaining[which] = remaining[which][1:]
    assert frames == alone


NUMBERS = st.integers(-(2**31), 2**31 - 1)
CODES = st.sampled_from([*keys.WRITTEN, *keys.MODIFIERS, *keys.KEYPAD, keys.ENTER, keys.TAB, keys.CAPS_LOCK])
KEY_EVENTS = st.builds(Event, st.just(keys.EV_KEY), CODES, st.integers(0, 2))
ANY_EVENTS = st.builds(Event, st.integers(0, 0x1F), st.integers(0, 0x2FF), NUMBERS)
WILD = st.lists(st.one_of(KEY_EVENTS, ANY_EVENTS, st.sampled_from([REPORT, DROPPED])), max_size=60)


@given(st.lists(WILD, max_size=6), st.sampled_from(sorted(LAYOUTS)), st.sampled_from(EndsWith))
def test_whatever_comes_nothing_is_raised_and_scans_go_on(
    chunks: list[list[Event]], layout: str, ends_with: EndsWith
) -> None:
    scans = KeyScans(settings(layout=layout, ends_with=ends_with))
    for chunk in chunks:
        frames = scans.handle(chunk, 1.0)
        assert all(len(frame.raw) <= SCAN_BYTES_MAX + 1 for frame in frames)
        if scans.must_look:
            scans.look(set(), False, 1.0)
    scans.handle([REPORT], 2.0)
    scans.look(set(), False, 2.0)
    scans.be_silent(9.0)
    assert raws(scans.handle(events(strokes_of("CARD\r", LAYOUTS[layout])), 20.0)) == [b"CARD"]


def test_a_scan_that_lost_keys_is_dropped_up_to_its_end() -> None:
    scans = KeyScans(settings())
    assert scans.handle([*typed("12"), DROPPED, *typed("3")], 1.0) == []
    assert scans.must_look
    assert scans.handle(typed("4"), 1.0) == []
    scans.look(set(), False, 1.1)
    assert not scans.must_look
    assert raws(scans.handle(typed("5\rCARD\r"), 1.2)) == [b"CARD"]
    assert (scans.broken_scans, scans.dropped_bytes) == (1, 0)


def test_a_scan_that_lost_keys_ends_with_silence_too() -> None:
    scans = KeyScans(settings())
    scans.handle([*typed("12"), DROPPED, REPORT], 1.0)
    scans.look(set(), False, 1.0)
    assert scans.has_begun
    assert scans.be_silent(2.0) == []
    assert raws(scans.handle(typed("CARD\r"), 2.0)) == [b"CARD"]


def test_a_scan_that_ends_among_the_keys_that_count_for_nothing_costs_the_next_one_nothing() -> None:
    scans = KeyScans(settings())
    assert scans.handle([*typed("1"), DROPPED, *typed("2\r")], 1.0) == []
    scans.look({keys.ENTER}, False, 1.0)
    assert raws(scans.handle(typed("CARD\r"), 1.5)) == [b"CARD"]
    assert scans.broken_scans == 1


def test_a_shift_among_them_begins_no_scan() -> None:
    scans = KeyScans(settings())
    shift = events(tapped(keys.LEFT_SHIFT))
    assert scans.handle([*typed("1"), DROPPED, *typed("2\r"), *shift], 1.0) == []
    scans.look(set(), False, 1.0)
    assert raws(scans.handle(typed("CARD\r"), 1.5)) == [b"CARD"]
    assert scans.broken_scans == 1


def test_a_scan_that_begins_among_them_is_broken_too() -> None:
    scans = KeyScans(settings())
    assert scans.handle([DROPPED, *typed("2\r1000")], 1.0) == []
    scans.look(set(), False, 1.0)
    assert raws(scans.handle(typed("123\rCARD\r"), 1.1)) == [b"CARD"]
    assert scans.broken_scans == 2


def test_a_second_loss_in_one_scan_is_the_same_loss() -> None:
    scans = KeyScans(settings())
    scans.handle([DROPPED, REPORT, DROPPED, REPORT], 1.0)
    assert scans.broken_scans == 1


def test_keys_that_are_down_in_truth_are_held_on() -> None:
    scans = KeyScans(settings())
    scans.look({keys.LEFT_SHIFT}, False, 0.0)
    scans.be_silent(1.0)
    assert raws(scans.handle(events([*tapped(keys.NAMES["a"]), *tapped(keys.ENTER)]), 1.5)) == [b"A"]
    scans.handle([Event(keys.EV_KEY, keys.LEFT_SHIFT, 1), DROPPED, REPORT], 3.0)
    scans.look(set(), True, 3.0)
    scans.be_silent(4.0)
    assert raws(scans.handle(typed("ab\r"), 5.0)) == [b"AB"]


def test_silence_ends_a_scan_or_drops_what_was_begun() -> None:
    dropping = KeyScans(settings(silence_s=0.2))
    ending = KeyScans(settings(silence_s=0.2, ends_with=EndsWith.SILENCE))
    for scans in (dropping, ending):
        assert scans.handle(typed("CA"), 1.0) == []
        assert scans.handle(typed("RD"), 1.1) == []
        assert scans.be_silent(1.25) == []
        assert scans.has_begun
    assert dropping.be_silent(1.35) == []
    assert raws(ending.be_silent(1.35)) == [b"CARD"]
    assert (dropping.dropped_bytes, ending.dropped_bytes) == (4, 0)
    assert not dropping.has_begun
    assert not ending.has_begun


def test_a_dead_key_does_not_wait_beyond_silence() -> None:
    scans = KeyScans(settings(layout="de"))
    scans.handle(events(tapped(keys.NAMES["`"])), 1.0)
    assert raws(scans.handle(events(strokes_of("e\r", LAYOUTS["de"])), 2.5)) == [b"e"]


def test_keys_that_were_read_late_are_one_scan() -> None:
    for said in (settings(ends_with=EndsWith.SILENCE, silence_s=0.1), settings()):
        scans = KeyScans(said)
        whole = typed("1000123\r")
        assert scans.handle(whole[:16], 0.0) == []
        assert raws(scans.handle(whole[16:], 1.05)) == [b"1000123"]


def test_two_terminators_are_one_scan() -> None:
    for ends in ((keys.ENTER, keys.ENTER), (keys.ENTER, keys.TAB), (keys.TAB, keys.ENTER), (keys.TAB, keys.TAB)):
        strokes = [stroke for key in ends for stroke in tapped(key)]
        assert raws(KeyScans(settings()).handle([*typed("CARD"), *events(strokes)], 0.0)) == [b"CARD"]


def test_a_character_that_takes_many_keys_is_no_silence() -> None:
    scans = KeyScans(settings(ends_with=EndsWith.SILENCE, silence_s=0.1))
    at_s, frames = 0.0, list[Frame]()
    for event in events(alt_code("0065") + alt_code("0066")):
        at_s += 0.03
        frames += scans.handle([event], at_s)
    assert frames == []
    assert raws(scans.be_silent(at_s + 0.1)) == [b"AB"]
