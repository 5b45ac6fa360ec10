"""Cards: the code and its check letter, what its QR code says, and what it is known by."""

import hashlib
import hmac

import pytest
from contract_strategies import codes
from hypothesis import example, given
from hypothesis import strategies as st

from contract.card import (
    ALPHABET,
    CODE_LETTERS,
    RANDOM_BYTES,
    CardError,
    Scan,
    check_letter,
    is_code,
    lookup_hash,
    new_code,
    qr_text,
    read_scan,
    trace_hash,
)

CODE = "BCDFGHJKLNPRSTVXBCDV"
KEY = bytes(range(32))


# The code


def test_the_alphabet_is_sixteen_consonants_on_the_same_key_in_qwerty_qwertz_and_azerty() -> None:
    assert len(set(ALPHABET)) == 16
    assert list(ALPHABET) == sorted(ALPHABET)
    moved = set("AEIOUY") | set("QWZM")
    assert not moved & set(ALPHABET)


def test_a_known_code() -> None:
    assert is_code(CODE)
    assert new_code(bytes.fromhex("0123456789abcdef0120")) == CODE
    assert new_code(bytes(10)) == "B" * 20
    assert len(CODE) == CODE_LETTERS


@given(st.binary(min_size=RANDOM_BYTES, max_size=RANDOM_BYTES))
def test_every_random_number_gives_a_code(random_bytes: bytes) -> None:
    assert is_code(new_code(random_bytes))


@given(*[st.binary(min_size=RANDOM_BYTES, max_size=RANDOM_BYTES)] * 2)
def test_different_random_bits_give_different_codes(one: bytes, other: bytes) -> None:
    same_bits = int.from_bytes(one, "big") >> 4 == int.from_bytes(other, "big") >> 4
    assert (new_code(one) == new_code(other)) == same_bits


@pytest.mark.parametrize("length", [0, 9, 11])
def test_a_code_takes_ten_random_bytes(length: int) -> None:
    with pytest.raises(CardError, match="10 random bytes"):
        new_code(bytes(length))


@given(codes)
@example(CODE)
def test_every_single_wrong_letter_shows(code: str) -> None:
    for place in range(CODE_LETTERS):
        for letter in set(ALPHABET) - {code[place]}:
            assert not is_code(code[:place] + letter + code[place + 1 :])


@given(codes)
@example(CODE)
def test_every_swap_of_unlike_neighbours_shows(code: str) -> None:
    for place in range(CODE_LETTERS - 1):
        one, other = code[place : place + 2]
        swapped = code[:place] + other + one + code[place + 2 :]
        assert is_code(swapped) == (one == other)


def test_the_check_letter_is_told_apart_for_all_letters_of_all_places() -> None:
    for place in range(CODE_LETTERS - 1):
        letters = {check_letter(CODE[:place] + letter + CODE[place + 1 : -1]) for letter in ALPHABET}
        assert letters == set(ALPHABET)


@pytest.mark.parametrize("text", ["", CODE[:-1], CODE + "B", CODE.lower(), "A" + CODE[1:], CODE[:-1] + "é"])
def test_what_is_no_code(text: str) -> None:
    assert not is_code(text)


# The QR code


def test_the_qr_text_is_upper_case_and_43_characters() -> None:
    text = qr_text("https://club.example", CODE)
    assert text == "HTTPS://CLUB.EXAMPLE/C/" + CODE
    assert len(text) == 43


@given(
    codes, st.sampled_from(["https://club.example", "http://127.0.0.1:8000", "http://[::1]:8000", "https://a-b.c"])
)
def test_what_a_card_shows_is_read_as_its_code(code: str, hub_url: str) -> None:
    assert read_scan(qr_text(hub_url, code).encode()).text == code
    assert set(qr_text("https://a-b.c", code)) <= set("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:")


@pytest.mark.parametrize("url", ["", "club.example", "ftp://club.example", "https://club.example/", "https://a b"])
def test_an_address_that_no_card_can_hold_is_refused(url: str) -> None:
    with pytest.raises(CardError, match="scheme and host"):
        qr_text(url, CODE)


# What is kept


def test_a_card_is_known_by_hmac_sha256() -> None:
    assert lookup_hash(KEY, CODE) == hmac.new(KEY, CODE.encode(), hashlib.sha256).digest()
    assert lookup_hash(KEY, CODE).hex() == "4631bf5ddb71c5a749feff76b0502ffa987e64b3a34073669163cb1037d75116"
    assert lookup_hash(bytes(32), CODE) != lookup_hash(KEY, CODE)


def test_the_trace_of_a_readable_scan_is_the_hash_it_is_looked_up_by() -> None:
    assert trace_hash(KEY, read_scan(b"]C1" + CODE.lower().encode())) == lookup_hash(KEY, CODE)


def test_the_trace_of_an_unreadable_scan_is_no_card() -> None:
    unreadable = read_scan(b"\xff")
    assert trace_hash(KEY, unreadable) == trace_hash(KEY, read_scan(b"\xff"))
    assert trace_hash(KEY, unreadable) != trace_hash(KEY, read_scan(b"\xfe"))
    assert trace_hash(KEY, read_scan(b"")) != trace_hash(KEY, read_scan(b"unreadable:"))


def test_a_scan_does_not_show_its_code_in_a_log() -> None:
    shown = f"{Scan(CODE, CODE.encode(), 20, 'upper')!r}"
    assert CODE not in shown
    assert "upper" in shown
