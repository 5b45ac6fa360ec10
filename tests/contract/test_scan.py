"""Scans: what bytes of scanners mean, ours, imported and hostile, and in the wrong keyboard layout."""

import json
from pathlib import Path
from string import ascii_letters
from typing import Any

import pytest
from contract_strategies import codes, printable
from hypothesis import assume, example, given
from hypothesis import strategies as st

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
