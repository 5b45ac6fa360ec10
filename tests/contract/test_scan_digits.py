"""The digits of a rotating code behind a card's code: bare, in addresses, and in the wrong keyboard layout."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from contract_strategies import codes, printable
from hypothesis import assume, example, given
from hypothesis import strategies as st

from contract import keyboard
from contract.card import (
    canonical_code,
    is_code,
    new_code,
    read_scan,
)

CODE = "BCDFGHJKLNPRSTVXBCDV"
LAYOUTS: dict[str, Any] = json.loads((Path(__file__).parents[1] / "golden" / "layouts.json").read_text("utf-8"))


def read(text: str) -> tuple[str | None, str | None]:
    scan = read_scan(text.encode())
    return scan.text, scan.digits


@pytest.mark.parametrize(
    "form",
    [
        "{}-{}",
        "]C1{}-{}",
        "=Q+{}-{}",
        "HTTPS://CLUB.EXAMPLE/C/{}-{}",
        "https://club.example/c/{}-{}",
        "]Q3https://club.example/c/{}-{}",
        "http://127.0.0.1:8000/c/{}-{}/",
        "https://club.example/c/{}-{}?from=wallet",
        "https://club.example/c/{}-{}#card",
        f"https://club.example/{new_code(b'other card')}-00000000/c/{{}}-{{}}",
        "{} - {}\r\n",
    ],
)
@given(codes, st.from_regex(r"[0-9]{8}", fullmatch=True))
def test_digits_behind_our_code_are_read(form: str, code: str, digits: str) -> None:
    for shown in (code, code.lower()):
        assert read(form.format(shown, digits)) == (code, digits)
        assert canonical_code(form.format(shown, digits)) == code


def test_spaces_among_digits_are_no_harm() -> None:
    assert read(f"{CODE}-1234 5678") == (CODE, "12345678")


@pytest.mark.parametrize("text", [CODE, f"https://club.example/c/{CODE}", "4006381333931", "", "x" * 65])
def test_without_digits_there_are_none(text: str) -> None:
    assert read_scan(text.encode()).digits is None


NOT_DIGITS = {
    "nine": "-123456789",
    "seven": "-1234567",
    "none": "-",
    "no separator": "12345678",
    "two separators": "--12345678",
    "a separator inside": "-1234-5678",
    "a letter": "-1234567O",
    "Arabic": "-١٢٣٤٥٦٧٨",
    "fullwidth": "-１２３４５６７８",  # noqa: RUF001
    "superscript": "-¹²³⁴⁵⁶⁷⁸",
    "a ninth that is Arabic": "-12345678٩",
    "a letter that two lower ones stand for": "-1234567İ",
    "rows of two layouts": ")&é\"'(678",
    "French row, American separator": "-&é\"'(-è_",
    "Shift, and an American separator": "-!@#$%^&*",
}


@pytest.mark.parametrize("tail", NOT_DIGITS.values(), ids=NOT_DIGITS)
def test_what_are_no_digits(tail: str) -> None:
    assert read(CODE + tail) == (CODE + tail, None)
    assert read(f"HTTPS://CLUB.EXAMPLE/C/{CODE}{tail}") == (CODE, None)


def test_more_behind_the_digits_is_only_in_a_url() -> None:
    for tail in ("/", "?a", "x", "-12345678"):
        assert read(f"{CODE}-12345678{tail}") == (f"{CODE}-12345678{tail}", None)
        assert read(f"https://club.example/c/{CODE}-12345678{tail}") == (CODE, "12345678")


def test_digits_before_the_code_are_not_its_digits() -> None:
    assert read(f"12345678-{CODE}") == (f"12345678-{CODE}", None)
    assert read(f"https://club.example/12345678-{CODE}") == (CODE, None)


def test_of_two_codes_the_last_has_the_digits() -> None:
    other = new_code(b"other card")
    assert read(f"https://club.example/{other}-12345678/{CODE}") == (CODE, None)
    assert read(f"https://club.example/{other}/{CODE}-12345678") == (CODE, "12345678")
    assert read(f"{CODE}-{other}-12345678") == (f"{CODE}-{other}-12345678", None)


@given(printable)
@example("4006381333931")
@example("BCDFGHJKLNPRSTVXBCDB")
def test_only_our_codes_take_digits(text: str) -> None:
    assume(not any(letter * 2 in text for letter in "]h"))
    scan = read_scan(f"{text}-12345678".encode())
    assert scan.digits is None
    assert scan.text is None or scan.text.endswith("-12345678")


@given(st.text(max_size=80) | st.from_regex(r"[-/)=6][0-9!@#$%^&*()]{6,10}.?", fullmatch=True))
def test_any_tail_gives_eight_ascii_digits_or_none(tail: str) -> None:
    scan = read_scan((CODE + tail).encode("utf-8", "replace"))
    assert scan.digits is None or re.fullmatch(r"[0-9]{8}", scan.digits)
    assert scan.digits is None or scan.text == CODE


def rotating_readings() -> list[tuple[str, str, tuple[str, str | None]]]:
    """Scanner>computer, what was scanned, and what was read."""
    return [
        (pair, reading["scanned"], read(reading["typed"]))
        for reading in LAYOUTS["rotating"]
        for pair in reading["pairs"].split()
    ]


def digits_in(scanned: str) -> str:
    return scanned.lower().partition(f"{CODE.lower()}-")[2][:8]


def test_every_layout_against_american_and_british_gives_the_digits() -> None:
    """Either way about, bare and in URLs, with Caps Lock and without, dead keys composed or not."""
    usual = [each for each in rotating_readings() if {"us", "gb"} & set(each[0].split(">"))]
    cannot_type = {"lt"}
    assert {pair.split(">")[1] for pair, _, _ in usual} == set(LAYOUTS["holds"])
    assert {pair.split(">")[0] for pair, _, _ in usual} == set(LAYOUTS["holds"]) - cannot_type
    for pair, scanned, reading in usual:
        assert reading == (CODE, digits_in(scanned)), f"{scanned} through {pair}"


def test_a_scanner_set_to_the_layout_of_its_computer_gives_the_digits() -> None:
    same = [each for each in rotating_readings() if len(set(each[0].split(">"))) == 1]
    assert len({pair for pair, _, _ in same}) == 28
    assert [each for each in same if each[2] != (CODE, digits_in(each[1]))] == []


def test_no_pair_of_layouts_gives_other_digits_or_another_card() -> None:
    wrong = [each for each in rotating_readings() if each[2][1] not in (None, digits_in(each[1]))]
    others = [each for each in rotating_readings() if each[2][0] != CODE and is_code(each[2][0] or "")]
    assert (wrong, others) == ([], [])


def test_pairs_that_are_not_folded_are_foreign_to_each_other() -> None:
    """644 of 812 pairs give all digits; the rest hold Shift for digits, have a dead key, or share a row's keys."""
    pairs = {pair for pair, _, _ in rotating_readings()}
    lost = {pair for pair, _, reading in rotating_readings() if reading[1] is None}
    assert (len(pairs), len(pairs - lost)) == (812, 644)
    holds_shift, dead_separator, no_zero = {"fr", "be", "cz", "sk"}, {"is", "tr"}, {"hu"}
    rest = {pair for pair in lost if pair.split(">")[0] not in holds_shift | dead_separator | no_zero}
    assert {pair.split(">")[1] for pair in rest} == {"be", "cz", "sk"}


def test_every_row_of_the_table_is_one_that_a_keyboard_types() -> None:
    typed = {(e["scanned"], e["typed"]) for e in LAYOUTS["rotating"] if not e["caps_lock"]}
    for row, separators in keyboard.ROWS.items():
        for separator in separators:
            for digits in ("12345678", "34567890"):
                tail = separator + "".join(row[int(digit) - 1] for digit in digits)
                assert any(s.endswith(digits) and t.endswith(tail) for s, t in typed), tail


def test_no_two_rows_read_one_tail_as_different_digits() -> None:
    for row, separators in keyboard.ROWS.items():
        for other in keyboard.ROWS:
            if set(separators) & set(keyboard.ROWS[other]):
                assert all(row.index(character) == other.index(character) for character in set(row) & set(other))
