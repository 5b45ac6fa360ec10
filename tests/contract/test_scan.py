"""Scans: what bytes of scanners mean, ours, imported and hostile, and in the wrong keyboard layout."""

import json
import re
from pathlib import Path
from string import ascii_letters
from typing import Any

import pytest
from contract_strategies import codes, printable
from hypothesis import assume, example, given
from hypothesis import strategies as st

from contract import keyboard
from contract.card import (
    ALPHABET,
    CODE_LETTERS,
    IMPORTED_LETTERS_MAX,
    SCAN_BYTES_MAX,
    CardError,
    canonical_code,
    is_code,
    new_code,
    read_scan,
)

CODE = "BCDFGHJKLNPRSTVXBCDV"
LAYOUTS: dict[str, Any] = json.loads((Path(__file__).parents[1] / "golden" / "layouts.json").read_text("utf-8"))


def text_of(raw: bytes | str) -> str | None:
    return read_scan(raw.encode() if isinstance(raw, str) else raw).text


# Our codes, as scanners give them


@pytest.mark.parametrize(
    "form",
    [
        "{}",
        "]C1{}",
        "]Q3{}",
        "]C1]C1{}",
        "=Q+{}",
        "https://club.example/c/{}",
        "HTTPS://CLUB.EXAMPLE/C/{}",
        "HtTp://Club.Example:8000/c/{}",
        "]Q3https://club.example/c/{}",
        "http://127.0.0.1:8000/c/{}/",
        "https://club.example/c/{}?from=wallet",
        "https://club.example/c/{}#card",
        "https://club.example/members/c/{}/scan",
        f"https://{'h' * 250}/c/{{}}",
        "HTTPS>&&CLUB.EXAMPLE&C&{}",
        "HTTPSM!!CLUB:EXQMPLE!C!{}",
        "{} ",
        "  {}",
        "\t{}\r\n",
        "{}\r",
        "{}\x1d",
    ],
)
@given(codes)
def test_our_code_is_found(form: str, code: str) -> None:
    assert text_of(form.format(code)) == code
    assert text_of(form.format(code.lower())) == code
    assert canonical_code(form.format(code)) == code


@given(codes, st.integers(0, CODE_LETTERS))
def test_a_space_inside_is_no_harm(code: str, place: int) -> None:
    assert text_of(f"{code[:place]} {code[place:]}") == code


def test_the_last_code_of_a_url_is_the_card() -> None:
    other = new_code(b"other card")
    assert text_of(f"https://club.example/{other}/c/{CODE}") == CODE


@pytest.mark.parametrize("prefix", ["A", "TICKET", "ABCD-", "x/y/", "0000 "])
def test_a_code_inside_something_else_is_not_ours(prefix: str) -> None:
    assert text_of(prefix + CODE) == prefix + CODE
    assert text_of(CODE + "-1") == CODE + "-1"


@pytest.mark.parametrize("letter", ascii_letters)
def test_a_longer_word_that_holds_a_code_is_not_ours(letter: str) -> None:
    for word in (letter + CODE, CODE + letter):
        assert text_of(word) == word
        assert text_of(f"https://club.example/c/{word}") == f"https://club.example/c/{word}"


@given(codes, st.integers(0, CODE_LETTERS - 1), st.sampled_from(ALPHABET))
def test_a_misread_letter_never_gives_another_card(code: str, place: int, letter: str) -> None:
    assume(code[place] != letter)
    wrong = code[:place] + letter + code[place + 1 :]
    url = f"https://club.example/c/{wrong}"
    assert text_of(wrong) == wrong
    assert text_of(url) == url


# Scanners that type, read in another country's layout


def layout_readings(part: str) -> list[tuple[str, str, str]]:
    return [
        (layout, reading["scanned"], reading[way])
        for layout, entry in LAYOUTS[part].items()
        for reading in (entry if isinstance(entry, list) else entry["readings"])
        for way in ("composed", "apart")
    ]


def test_the_layouts_that_hold_are_29() -> None:
    assert len(LAYOUTS["holds"]) == 29
    assert {"us", "de", "fr", "be", "tr", "rs+latin"} <= set(LAYOUTS["holds"])
    assert set(LAYOUTS["code"]) == set(ALPHABET)


@pytest.mark.parametrize("layout", LAYOUTS["holds"])
def test_a_scanner_typing_in_the_wrong_layout_still_gives_the_code(layout: str) -> None:
    readings = [each for each in layout_readings("holds") if each[0] == layout]
    assert len(readings) == 20
    for _, scanned, typed in readings:
        assert text_of(typed) == LAYOUTS["code"], f"{scanned} typed as {typed}"


@pytest.mark.parametrize("layout", LAYOUTS["fails"])
def test_where_the_claim_fails_no_other_card_is_read(layout: str) -> None:
    readings = [typed for name, _, typed in layout_readings("fails") if name == layout]
    assert len(readings) == 20
    assert not [typed for typed in readings if is_code(text_of(typed) or "")]


# Rotating codes: digits behind the code


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


# Imported codes


@pytest.mark.parametrize(
    "code",
    [
        "4006381333931",
        "0012345678",
        "04:A2:2F:1B:5C:80",
        "MÜLLER-Žižka 17",
        "会员0042",
        "a",
        "x" * 64,
        "€" * 64,
        "]",
    ],
)
def test_imported_codes_are_read_as_they_are(code: str) -> None:
    assert text_of(code) == code
    assert canonical_code(code) == code
    assert text_of(f" {code}\r\n") == code


@pytest.mark.parametrize("text", ["x" * 65, "€" * 65, "", " ", "\t\r\n", "]C1", " ]C1 "])
def test_what_no_card_can_be(text: str) -> None:
    assert text_of(text) is None
    with pytest.raises(CardError, match="1 to 64 printable"):
        canonical_code(text)


def test_a_scanner_that_names_the_symbology_gives_the_same_imported_card() -> None:
    assert text_of("]E04006381333931") == "4006381333931"
    assert text_of("]E0 ]E04006381333931") == "4006381333931"


def test_one_character_has_one_spelling() -> None:
    assert text_of("e\u0301") == text_of("\u00e9") == canonical_code("e\u0301") == "\u00e9"


@given(st.text() | printable | codes | st.from_regex(r"(?: ?\][A-Z][0-9] ?){0,3}[ a-z0-9/]{0,30}", fullmatch=True))
@example("]C1]C1x")
@example("]C1 ]C1x")
@example("] C1x")
def test_the_canonical_spelling_is_its_own(text: str) -> None:
    try:
        canonical = canonical_code(text)
    except CardError:
        return
    assert canonical_code(canonical) == canonical
    assert 0 < len(canonical) <= IMPORTED_LETTERS_MAX
    assert canonical.isprintable()


@given(printable)
def test_what_is_imported_is_what_a_scan_of_it_gives(text: str) -> None:
    try:
        canonical = canonical_code(text)
    except CardError:
        assert text_of(text) is None
    else:
        assert text_of(text) == canonical


@given(codes, printable)
def test_an_imported_text_is_one_of_our_codes_only_if_it_holds_that_code(code: str, text: str) -> None:
    folded = "".join(text.upper().split())
    assume(code not in folded)
    assert text_of(text) != code


# Whatever comes


HOSTILE = {
    "empty": b"",
    "nul": b"\0",
    "nul after a code": CODE.encode() + b"\0",
    "framed by STX and ETX": b"\x02" + CODE.encode() + b"\x03",
    "terminal escape": b"\x1b[31mred\x1b[0m",
    "terminal title": b"\x1b]0;title\x07",
    "escape inside a URL": b"https://club.example/\x1b[31m/c/" + CODE.encode(),
    "tab inside a code": f"{CODE[:5]}\t{CODE[5:]}".encode(),
    "bell": b"\x07" * 3,
    "tab inside": b"12\t34",
    "binary": bytes(range(256)),
    "not UTF-8": b"\xff\xfe" + CODE.encode(),
    "surrogates": b"\xed\xa0\x80",
    "right to left override": "\u202e1234".encode(),
    "zero width": "12\u200b34".encode(),
    "10 kB": b"A" * 10_240,
    "one byte too long": b"https://club.example/c/" + CODE.encode() + b"/" * (SCAN_BYTES_MAX - 42),
}


@pytest.mark.parametrize("raw", HOSTILE.values(), ids=HOSTILE)
def test_hostile_bytes_have_no_text(raw: bytes) -> None:
    scan = read_scan(raw)
    assert scan.text is None
    assert scan.length == len(raw)


def test_the_longest_scan_is_read() -> None:
    raw = b"https://club.example/c/" + CODE.encode() + b"/" * (SCAN_BYTES_MAX - 43)
    assert len(raw) == SCAN_BYTES_MAX
    assert text_of(raw) == CODE


def test_sql_is_a_text_like_any_other() -> None:
    assert text_of("' OR 1=1; DROP TABLE cards; --") == "' OR 1=1; DROP TABLE cards; --"


@given(st.binary(max_size=600) | st.text(max_size=300).map(lambda text: text.encode("utf-8", "replace")))
def test_any_bytes_give_a_scan_and_only_printable_text(raw: bytes) -> None:
    scan = read_scan(raw)
    assert scan.raw == raw
    assert scan.length == len(raw)
    if scan.text is not None:
        assert scan.text.isprintable()
        assert 0 < len(scan.text) <= IMPORTED_LETTERS_MAX
        assert canonical_code(scan.text) == scan.text
    assert len(scan.classes) <= 64


@pytest.mark.parametrize(
    ("raw", "classes"),
    [
        (b"", ""),
        (b"0042", "digit"),
        (b"Ab", "lower upper"),
        (b"a-b c", "lower punctuation space"),
        (b"1\x00\x1f\x7f", "control digit"),
        ("é".encode(), "beyond-ascii"),
        (b"\x80\xff", "beyond-ascii"),
        (bytes(range(256)), "beyond-ascii control digit lower punctuation space upper"),
    ],
)
def test_the_kinds_of_bytes_are_told(raw: bytes, classes: str) -> None:
    assert read_scan(raw).classes == classes
