"""Somebody guesses at the door of a real edge: members between the guesses are served, guesses wait or are turned
away, and the other reader notices nothing."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from contract.card import lookup_hash, new_code
from edge.core.guessing import UNKNOWN_MAX
from tests.edge.edge_process import KEY_DIGITS, EdgeProcess, Event
from tests.edge.test_process_offline import MEMBER, card, fill

SIXTH = UNKNOWN_MAX + 1
LONGEST = 5
"""So many unknown codes more, and the pause is the longest: 8 s."""
GUESSES = [f"40063813339{number:02}" for number in range(10, 30)]


@pytest.fixture
def edge(tmp_path: Path) -> Iterator[EdgeProcess]:
    asyncio.run(fill(tmp_path / "state"))
    edge = EdgeProcess(tmp_path)
    edge.wait_for("started")
    yield edge
    edge.close()


def typed(*codes: str) -> bytes:
    return b"".join(code.encode() + b"\r" for code in codes)


def unknown_of_our_form(count: int) -> bytes:
    return b"".join(card(new_code(number.to_bytes(10, "big"))) for number in range(count))


def scans(edge: EdgeProcess, reader: str) -> list[Event]:
    return [each for each in edge.events if each["event"] == "scan" and each["reader"] == reader]


def hash_of(code: str) -> bytes:
    return lookup_hash(bytes.fromhex(KEY_DIGITS), code)


def test_members_are_served_between_guesses_and_no_guess_waits_for_long(edge: EdgeProcess) -> None:
    edge.door.type(unknown_of_our_form(SIXTH + LONGEST))
    begun = edge.wait_for("guessing")
    assert (begun["reader"], begun["count"]) == ("door", SIXTH)
    edge.wait_for("scan", count=SIXTH + LONGEST)
    edge.door.type(typed(GUESSES[0]) + card(MEMBER) + typed(*GUESSES[1:5]) + card(MEMBER) + b"\x01\r")
    edge.counter.type(typed(GUESSES[5]) + card(MEMBER))
    edge.wait_for("scan", lambda scan: scan["reader"] == "counter", 2)
    after = SIXTH + LONGEST
    edge.wait_for("scan", lambda scan: scan["reader"] == "door", after + 3)
    reasons = [scan["reason"] for scan in scans(edge, "door")[after:]]
    assert reasons == ["granted", "granted", "unreadable"]
    assert [scan["reason"] for scan in scans(edge, "counter")] == ["unknown_card", "granted"]
    assert edge.stop() == (0, "")
    hashes = [checkin.code_hash for checkin in edge.journal() if checkin.reader == "door"]
    assert hashes[after:][0] == hashes[after:][1] == hash_of(MEMBER)
    assert not {hash_of(guess) for guess in GUESSES[:5]} & set(hashes)
    assert len([each for each in edge.events if each["event"] == "guessing"]) == 1
    assert not any(code.encode() in edge.raw_log for code in (*GUESSES, MEMBER))


def test_a_guess_that_waits_when_the_edge_stops_is_not_looked_up(edge: EdgeProcess) -> None:
    edge.door.type(unknown_of_our_form(SIXTH + LONGEST))
    edge.wait_for("scan", count=SIXTH + LONGEST)
    edge.door.type(typed(GUESSES[0]) + card(MEMBER))
    edge.wait_for("scan", lambda scan: scan["reason"] == "granted")
    assert edge.stop() == (0, "")
    assert hash_of(GUESSES[0]) not in {checkin.code_hash for checkin in edge.journal()}


def test_imported_codes_that_are_guessed_begin_it_too(edge: EdgeProcess) -> None:
    edge.door.type(typed(*GUESSES[:SIXTH]))
    assert edge.wait_for("guessing")["count"] == SIXTH
    edge.wait_for("scan", count=SIXTH)
    assert edge.stop() == (0, "")
