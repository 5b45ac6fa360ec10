"""Framing: whichever terminator, however the bytes were cut, whatever the amount."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.card import SCAN_BYTES_MAX
from edge.ports import Frame
from edge.scanners.framing import BY_TERMINATOR, Framer, Framing

SILENCE_S = BY_TERMINATOR.silence_s
BY_SILENCE = Framing(by_silence=True, silence_s=0.1)
PIECES = st.sampled_from([b"\r", b"\n", b"\r\n", b"A", b"CARD-1", b"\x00\xff", b"x" * (SCAN_BYTES_MAX + 9)])


def frames_of(*chunks: bytes) -> list[tuple[bytes, int]]:
    framer = Framer()
    return [(frame.raw, frame.length) for chunk in chunks for frame in framer.feed(chunk, 0.0)]


def test_each_terminator_ends_one_frame() -> None:
    for terminator in (b"\r", b"\n", b"\r\n"):
        assert frames_of(b"one" + terminator + b"two" + terminator) == [(b"one", 3), (b"two", 3)]


def test_a_crlf_that_is_cut_in_two_is_one_terminator() -> None:
    assert frames_of(b"one\r", b"\ntwo\r", b"\n") == [(b"one", 3), (b"two", 3)]


def test_a_terminator_behind_nothing_is_no_scan() -> None:
    for terminators in (b"\r\r\n", b"\r\r", b"\n\n", b"\r\n\r\n"):
        assert frames_of(terminators + b"one" + terminators, b"two" + terminators) == [(b"one", 3), (b"two", 3)]


def test_noise_is_cut_but_counted() -> None:
    assert frames_of(b"x" * 4_000, b"y" * 6_000, b"\rCARD\r") == [
        (b"x" * (SCAN_BYTES_MAX + 1), 10_000),
        (b"CARD", 4),
    ]


def test_the_longest_scan_is_whole() -> None:
    assert frames_of(b"x" * SCAN_BYTES_MAX + b"\r") == [(b"x" * SCAN_BYTES_MAX, SCAN_BYTES_MAX)]


def test_a_frame_carries_when_its_last_byte_was_read() -> None:
    framer = Framer()
    assert framer.feed(b"CA", 1.0) == []
    assert framer.feed(b"RD\r", 1.5) == [Frame(b"CARD", 4, 1.5)]


def test_after_silence_what_was_begun_is_dropped_and_counted_and_its_rest_too() -> None:
    framer = Framer()
    framer.feed(b"1000", 1.0)
    assert framer.be_silent(1.0 + SILENCE_S) == []
    assert not framer.has_begun
    assert framer.dropped_bytes == 4
    assert framer.feed(b"123\rCARD\r", 2.1 + SILENCE_S) == [Frame(b"CARD", 4, 2.1 + SILENCE_S)]
    assert framer.dropped_bytes == 7


def test_a_rest_that_comes_in_pieces_is_no_scan_either() -> None:
    framer = Framer()
    for at_s in (1.0, 3.0, 5.0):
        framer.feed(b"1", at_s)
        assert framer.be_silent(at_s + SILENCE_S) == []
    assert framer.feed(b"\r", 7.0) == []
    assert framer.dropped_bytes == 3


def test_a_beginning_from_long_ago_costs_no_scan() -> None:
    framer = Framer()
    framer.feed(b"1000", 1.0)
    framer.be_silent(1.0 + SILENCE_S)
    assert framer.feed(b"CARD\r", 11.0) == [Frame(b"CARD", 4, 11.0)]
    assert framer.dropped_bytes == 4


def read_with_silences(*sent: tuple[float, bytes]) -> list[bytes]:
    """What is read of chunks that come at those seconds, with a silence behind each."""
    framer = Framer()
    read = []
    for at_s, chunk in sent:
        read += [frame.raw for frame in framer.feed(chunk, at_s)]
        read += [frame.raw for frame in framer.be_silent(at_s + SILENCE_S)]
    return read


@pytest.mark.parametrize("stray", [b"\x03", b"\x00", b"\xff\x80", b"x", b"\xfeA7"])
def test_what_comes_behind_each_terminator_costs_no_scan(stray: bytes) -> None:
    sent = [(at_s, b"C%d\r" % at_s + stray) for at_s in (1, 4, 7, 10)]
    assert read_with_silences(*sent) == [b"C1", b"C4", b"C7", b"C10"]


def test_a_line_that_says_a_letter_every_few_seconds_locks_nobody_out() -> None:
    noise = [(float(at_s), b"x") for at_s in range(0, 40, 2)]
    cards = [(at_s + 1.5, b"CARD\r") for at_s, _ in noise]
    assert read_with_silences(*sorted(noise + cards)) == [b"CARD"] * len(cards)


def test_noise_keeps_no_rest_waited_for_longer() -> None:
    """It costs the one card that comes in its time, if one does."""
    noise = [(float(at_s), b"x") for at_s in range(3, 12, 2)]
    assert read_with_silences((1.0, b"1000"), *noise, (12.5, b"CARD\r")) == [b"CARD"]
    assert read_with_silences((1.0, b"1000"), *noise, (10.5, b"123\r"), (12.5, b"CARD\r")) == [b"CARD"]


def test_what_was_read_late_is_whole() -> None:
    """An event loop that is held up is no silence of the scanner's."""
    for framing in (BY_TERMINATOR, BY_SILENCE):
        framer = Framer(framing)
        assert framer.feed(b"1000", 1.0) == []
        assert framer.feed(b"123\r", 3.0) == [Frame(b"1000123", 7, 3.0)]


def test_silence_between_scans_drops_nothing() -> None:
    framer = Framer()
    framer.feed(b"CARD\r", 1.0)
    framer.feed(b"CARD\r", 100.0)
    assert framer.dropped_bytes == 0


def test_a_slow_scanner_is_not_silent() -> None:
    framer = Framer()
    for number in range(5):
        assert framer.feed(b"x", number * 0.9) == []
    assert framer.feed(b"\r", 4.5) == [Frame(b"xxxxx", 5, 4.5)]


def test_a_scan_without_a_terminator_ends_with_silence() -> None:
    framer = Framer(BY_SILENCE)
    assert framer.feed(b"CARD", 1.0) == []
    assert framer.be_silent(1.05) == []
    assert framer.be_silent(1.1) == [Frame(b"CARD", 4, 1.0)]
    assert framer.dropped_bytes == 0


def test_it_says_whether_bytes_wait() -> None:
    framer = Framer(BY_SILENCE)
    waits = [framer.has_begun]
    for chunk in (b"CARD", b"\r"):
        framer.feed(chunk, 1.0)
        waits.append(framer.has_begun)
    assert waits == [False, True, False]


def test_silence_without_any_byte_is_no_scan() -> None:
    framer = Framer(BY_SILENCE)
    assert framer.be_silent(100.0) == []
    framer.feed(b"CARD\r", 100.0)
    assert framer.be_silent(200.0) == []


def test_what_a_scanner_puts_around_a_code_is_taken_off_and_counts_for_nothing() -> None:
    framer = Framer(Framing(prefix=b"]Q3", suffix=b"#"))
    assert framer.feed(b"]Q3CARD#\r", 1.0) == [Frame(b"CARD", 4, 1.0)]
    assert framer.feed(b"CARD\r", 1.0) == [Frame(b"CARD", 4, 1.0)]
    longest = b"x" * SCAN_BYTES_MAX
    assert framer.feed(b"]Q3" + longest + b"#\r", 1.0) == [Frame(longest, SCAN_BYTES_MAX, 1.0)]


def test_of_a_frame_that_is_cut_the_length_is_still_told() -> None:
    framer = Framer(Framing(prefix=b"]Q3", suffix=b"#"))
    (frame,) = framer.feed(b"]Q3" + b"x" * 9_000 + b"#\r", 1.0)
    assert frame.raw == b"x" * (SCAN_BYTES_MAX + 1)
    assert frame.length == 9_001


def test_of_a_frame_that_is_cut_nobody_knows_the_suffix() -> None:
    (frame,) = Framer(Framing(suffix=b"#")).feed(b"#" * 9_000 + b"\r", 1.0)
    assert frame == Frame(b"#" * (SCAN_BYTES_MAX + 1), 9_000, 1.0)


@given(pieces=st.lists(PIECES, max_size=12), cuts=st.lists(st.integers(0, 4_000), max_size=12))
def test_any_chunking_gives_the_same_frames(pieces: list[bytes], cuts: list[int]) -> None:
    stream = b"".join(pieces)
    places = [0, *sorted(min(cut, len(stream)) for cut in cuts), len(stream)]
    chunks = [stream[start:end] for start, end in pairwise(places)]
    assert frames_of(*chunks) == frames_of(stream)


@given(stream=st.binary(max_size=200))
def test_byte_by_byte_gives_the_same_frames(stream: bytes) -> None:
    assert frames_of(*(bytes([byte]) for byte in stream)) == frames_of(stream)


@given(chunks=st.lists(st.binary(max_size=300), max_size=20))
def test_no_frame_holds_a_terminator_and_lengths_add_up(chunks: list[bytes]) -> None:
    framer = Framer()
    frames = [frame for chunk in [*chunks, b"\n"] for frame in framer.feed(chunk, 0.0)]
    assert not any(set(frame.raw) & set(b"\r\n") for frame in frames)
    stream = b"".join(chunks)
    assert sum(frame.length for frame in frames) == len(stream) - stream.count(b"\r") - stream.count(b"\n")
