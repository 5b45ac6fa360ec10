"""Rotating codes: the vectors of RFC 6238, which steps count, and that a scanner gives what a wallet shows."""

import hmac
from datetime import UTC, datetime, timedelta, timezone
from itertools import pairwise

import pytest
from contract_strategies import MICROSECOND, NOON, codes
from hypothesis import assume, example, given
from hypothesis import strategies as st

from contract import card
from contract.card import CardError, read_scan
from contract.instants import InstantError
from contract.rotating import (
    DIGITS,
    SECRET_BYTES,
    STEP_SECONDS,
    RotatingError,
    bare_pattern,
    digits_at,
    matching_step,
    rotating_text,
    secret_of,
    step_at,
    wallet_pattern,
)

CODE = "BCDFGHJKLNPRSTVXBCDV"
HUB = "https://club.example"
SECRET = b"12345678901234567890"
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
STEP = timedelta(seconds=STEP_SECONDS)
VECTORS = {
    "1970-01-01 00:00:59": (0x1, "94287082"),
    "2005-03-18 01:58:29": (0x23523EC, "07081804"),
    "2005-03-18 01:58:31": (0x23523ED, "14050471"),
    "2009-02-13 23:31:30": (0x273EF07, "89005924"),
    "2033-05-18 03:33:20": (0x3F940AA, "69279037"),
    "2603-10-11 11:33:20": (0x27BC86AA, "65353130"),
}
"""RFC 6238, appendix B: the rows of SHA-1, whose secret is SECRET."""

secrets = st.binary(min_size=SECRET_BYTES, max_size=SECRET_BYTES)
steps = st.integers(1, 2**32)
within_step = st.integers(0, STEP_SECONDS * 1_000_000 - 1).map(lambda us: timedelta(microseconds=us))
digit_texts = st.from_regex(r"[0-9]{8}", fullmatch=True)


# Secrets


def test_a_secret_follows_from_key_card_and_salt() -> None:
    """The first 20 bytes of HMAC-SHA256, worked out with hmac.new; docs/protocol.md says of what."""
    key, card, salt = bytes(range(32)), bytes(range(32, 64)), bytes(range(16))
    said = hmac.new(key, b"\0rotating:" + salt + card, "sha256").digest()[:20]
    assert secret_of(key, card, salt) == said
    others = [secret_of(card, card, salt), secret_of(key, key, salt), secret_of(key, card, bytes(16))]
    assert len({said, *others}) == 4


@pytest.mark.parametrize("length", [0, 15, 17, 20])
def test_a_salt_of_another_length_is_refused_and_not_shown(length: int) -> None:
    with pytest.raises(RotatingError, match=f"salt has 16 bytes, not {length}$"):
        secret_of(bytes(32), bytes(32), b"s" * length)


# RFC 6238


@pytest.mark.parametrize(("at", "step", "digits"), [(at, *row) for at, row in VECTORS.items()])
def test_the_vectors_of_rfc_6238(at: str, step: int, digits: str) -> None:
    instant = datetime.fromisoformat(at).replace(tzinfo=UTC)
    assert step_at(instant) == step
    assert digits_at(SECRET, step) == digits
    assert matching_step(SECRET, digits, instant) == step


@given(st.integers(0, 2**40), within_step)
def test_a_step_begins_with_its_first_instant(step: int, within: timedelta) -> None:
    assume(step < 8_000_000_000)
    begin = EPOCH + step * STEP
    assert step_at(begin) == step_at(begin + within) == step
    assert step_at(begin - MICROSECOND) == step - 1


def test_a_step_is_the_same_in_every_time_zone() -> None:
    assert step_at(NOON) == step_at(NOON.astimezone(timezone(timedelta(hours=5, minutes=45))))
    with pytest.raises(InstantError, match="no time zone"):
        step_at(NOON.replace(tzinfo=None))


@given(secrets, st.integers(0, 2**64 - 1))
@example(bytes(20), 0)
@example(bytes(20), 2**64 - 1)
def test_digits_are_eight_ascii_digits(secret: bytes, step: int) -> None:
    digits = digits_at(secret, step)
    assert len(digits) == DIGITS
    assert digits.isascii()
    assert digits.isdigit()


@pytest.mark.parametrize("length", [0, 1, 10, 19, 21, 32, 64])
def test_a_secret_of_another_length_is_refused_and_not_shown(length: int) -> None:
    secret = b"secret" * 20
    with pytest.raises(RotatingError, match=f"20 bytes, not {length}$") as caught:
        digits_at(secret[:length], 1)
    assert "secretsecret" not in str(caught.value)
    with pytest.raises(RotatingError):
        matching_step(secret[:length], "00000000", NOON)


@pytest.mark.parametrize("step", [-1, 2**64])
def test_a_step_that_no_counter_holds_is_refused(step: int) -> None:
    with pytest.raises(RotatingError, match="outside 0 to"):
        digits_at(SECRET, step)


# Which steps count


@given(secrets, steps, within_step, st.integers(-4, 4))
def test_one_step_either_way_counts_and_no_other(secret: bytes, step: int, within: timedelta, later: int) -> None:
    near = [digits_at(secret, max(0, step + distance)) for distance in range(-4, 5)]
    assume(len(set(near)) == len(near))
    at = EPOCH + step * STEP + within
    expected = step + later if abs(later) <= 1 else None
    assert matching_step(secret, near[later + 4], at) == expected


@given(secrets, steps, within_step, digit_texts)
def test_a_step_that_matches_has_these_digits(secret: bytes, step: int, within: timedelta, digits: str) -> None:
    at = EPOCH + step * STEP + within
    matching = matching_step(secret, digits, at)
    having = [near for near in (step, step - 1, step + 1) if digits_at(secret, near) == digits]
    assert matching == next(iter(having), None)


SAME_AS_NEXT = 84_919_628
SAME_AS_NEXT_BUT_ONE = 74_194_138
"""Steps whose digits, of SECRET, come again one and two steps later: found by trying."""


def test_of_steps_with_the_same_digits_the_nearest_counts_then_the_earlier() -> None:
    first = SAME_AS_NEXT
    digits = digits_at(SECRET, first)
    assert digits == digits_at(SECRET, first + 1)
    found = [matching_step(SECRET, digits, EPOCH + step * STEP) for step in range(first - 2, first + 4)]
    assert found == [None, first, first, first + 1, first + 1, None]
    first = SAME_AS_NEXT_BUT_ONE
    digits = digits_at(SECRET, first)
    assert digits == digits_at(SECRET, first + 2)
    found = [matching_step(SECRET, digits, EPOCH + step * STEP) for step in range(first - 2, first + 5)]
    assert found == [None, first, first, first, first + 2, first + 2, None]


def test_before_1970_only_steps_since_then_count() -> None:
    assert matching_step(SECRET, digits_at(SECRET, 0), EPOCH) == 0
    assert matching_step(SECRET, digits_at(SECRET, 1), EPOCH) == 1
    assert matching_step(SECRET, digits_at(SECRET, 0), EPOCH - MICROSECOND) == 0
    assert matching_step(SECRET, digits_at(SECRET, 0), EPOCH - 2 * STEP) is None
    assert matching_step(SECRET, "00000000", datetime(1, 1, 1, tzinfo=UTC)) is None
    assert matching_step(SECRET, "00000000", datetime.max.replace(tzinfo=UTC)) is None


@pytest.mark.parametrize(
    "digits",
    [
        "",
        "9428708",
        "094287082",
        "94287082\n",
        " 94287082",
        "９４２８７０８２",  # noqa: RUF001
        "٩٤٢٨٧٠٨٢",
        "9428708\ud800",
        "+9428708",
    ],
)
def test_what_is_not_eight_ascii_digits_matches_nothing(digits: str) -> None:
    assert matching_step(SECRET, digits, EPOCH + timedelta(seconds=59)) is None


@given(secrets, st.text(max_size=12))
def test_any_text_is_answered(secret: bytes, text: str) -> None:
    matching_step(secret, text, NOON)


# What is shown is what is read


@given(codes, digit_texts)
def test_what_a_wallet_shows_is_what_a_scan_gives(code: str, digits: str) -> None:
    for pattern in (
        bare_pattern(code),
        wallet_pattern(HUB, code),
        wallet_pattern("http://192.168.1.20:8000", code),
    ):
        shown = pattern.replace("{totp_value_0}", digits)
        assert len(shown) == len(pattern) - len("{totp_value_0}") + DIGITS
        for scanned in (shown, shown.lower(), f"]Q3{shown}\r\n"):
            scan = read_scan(scanned.encode())
            assert (scan.text, scan.digits) == (code, digits)
    assert bare_pattern(code).replace("{totp_value_0}", digits) == rotating_text(code, digits)


def test_the_patterns_spelled_out() -> None:
    assert rotating_text(CODE, "00012345") == f"{CODE}-00012345"
    assert bare_pattern(CODE) == f"{CODE}-{{totp_value_0}}"
    assert wallet_pattern(HUB, CODE) == f"HTTPS://CLUB.EXAMPLE/C/{CODE}-{{totp_value_0}}"
    with pytest.raises(CardError, match="scheme and host only"):
        wallet_pattern("https://club.example/members", CODE)


def test_what_is_shown_stays_in_the_alphanumeric_mode_of_qr() -> None:
    shown = wallet_pattern(HUB, CODE).replace("{totp_value_0}", "00012345")
    assert set(shown) <= set("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:")
    assert len(shown) <= 61, "version 3-M (ISO/IEC 18004, table 7)"


@given(secrets, steps, within_step)
def test_from_the_secret_to_the_step_by_way_of_a_scan(secret: bytes, step: int, within: timedelta) -> None:
    shown = wallet_pattern(HUB, CODE).replace("{totp_value_0}", digits_at(secret, step))
    digits = read_scan(shown.encode()).digits
    assert digits is not None
    assert matching_step(secret, digits, EPOCH + step * STEP + within) == step


def test_the_digits_do_not_show_in_a_log() -> None:
    scan = read_scan(f"{CODE}-94287082".encode())
    assert "94287082" not in repr(scan)
    assert card.trace_hash(bytes(32), scan) == card.lookup_hash(bytes(32), CODE)


def test_successive_steps_have_different_digits() -> None:
    assert all(a != b for a, b in pairwise(digits_at(SECRET, step) for step in range(100)))
