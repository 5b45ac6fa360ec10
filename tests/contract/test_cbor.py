"""Plain CBOR: one item, exactly the fields; whatever else the bytes are is an error, and a cheap one."""

import tracemalloc
from contextlib import suppress
from typing import Annotated, Any

import cbor2
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Meta, Struct

from contract.cbor import CborError, parse


class Fields(Struct):
    number: Annotated[int, Meta(ge=0)]
    data: bytes | None = None
    rows: list[tuple[int, str]] = []


PLAIN = {"number": 1, "data": b"\0\1", "rows": [[1, "a"]]}

values: st.SearchStrategy[Any] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.binary()
    | st.datetimes(timezones=st.timezones())
    | st.decimals()
    | st.fractions()
    | st.uuids()
    | st.integers(0, 19).map(cbor2.CBORSimpleValue)
    | st.just(cbor2.undefined),
    lambda inner: (
        st.lists(inner)
        | st.dictionaries(st.text() | st.integers(), inner)
        | st.builds(cbor2.CBORTag, st.integers(0, 2**64 - 1), inner)
    ),
    max_leaves=12,
)


def nested(depth: int) -> bytes:
    """A list in a list in ... as a field that nobody knows; the map is the first container."""
    value: object = 0
    for _ in range(depth - 1):
        value = [value]
    return cbor2.dumps({"number": 1, "later": value})


def test_what_fits_is_taken_and_unknown_fields_are_passed_over() -> None:
    fields = parse(cbor2.dumps({**PLAIN, "later": [1.5, "x", None, {"a": b""}]}), Fields)
    assert fields == Fields(1, b"\0\1", [(1, "a")])


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"number": "1"}, "Expected `int`"),
        ({"number": 1.0}, "Expected `int`"),
        ({"number": True}, "Expected `int`"),
        ({"number": None}, "Expected `int`"),
        ({"number": -1}, "`int` >= 0"),
        ({"number": 1, "data": "AAECAw=="}, "Expected `bytes"),
        ({"number": 1, "rows": {}}, "Expected `array`"),
        ({"number": 1, "rows": [[1]]}, "length 2"),
        ({"number": 1, "rows": [[1, b"a"]]}, "Expected `str`"),
        ({}, "missing required field `number`"),
        ([], "Expected `object`"),
        (None, "Expected `object`"),
    ],
)
def test_a_field_that_does_not_fit_is_named(wrong: object, why: str) -> None:
    with pytest.raises(CborError, match=why):
        parse(cbor2.dumps(wrong), Fields)


@pytest.mark.parametrize(
    ("bytes_hex", "why"),
    [
        ("", "premature end"),
        ("a1666e756d626572", "premature end"),
        ("a1666e756d62657201" + "00", "bytes follow"),
        ("bf666e756d62657201ff", "indefinite"),
        ("a1666e756d6265725f4101ff", "indefinite"),
        ("a2666e756d62657201666e756d62657202", "Duplicate map key"),
        ("a2666e756d626572010102", "map key must be a text"),
        ("a2666e756d62657201800102", "map key must be a text"),
        ("a1666e756d626572c24101", "tags"),
        ("a2666e756d62657201616cc24101", "tags"),
        ("a2666e756d62657201616cd9ffff00", "tags"),
        ("a2666e756d62657201616cd81c80", "tags"),
        ("ff", "break"),
        ("1c", "subtype"),
        ("61ff", "text string"),
    ],
)
def test_cbor_that_is_not_plain_is_refused(bytes_hex: str, why: str) -> None:
    with pytest.raises(CborError, match=why):
        parse(bytes.fromhex(bytes_hex), Fields)


@pytest.mark.parametrize("value", [0, "(((((", b"\xff" * 9, [2**40, 1], {}])
def test_no_tag_is_ever_opened(value: object) -> None:
    for number in (*range(64), 100, 256, 258, 260, 261, 1004, 43_000, 55_799, 2**64 - 1):
        with pytest.raises(CborError, match="tags are not used here"):
            parse(cbor2.dumps({"number": 1, "later": cbor2.CBORTag(number, value)}), Fields)


def test_depth_has_an_end() -> None:
    assert parse(nested(8), Fields).number == 1
    with pytest.raises(CborError, match="depth"):
        parse(nested(9), Fields)


@pytest.mark.parametrize("opening", ["81", "a16161", "c1", "d9ffff", "9f", "bf6161", "5f", "7f"])
def test_a_million_openings_end_early(opening: str) -> None:
    with pytest.raises(CborError):
        parse(bytes.fromhex(opening) * 1_000_000, Fields)


@pytest.mark.parametrize("kind", [0x40, 0x60, 0x80, 0xA0, 0xC0])
@pytest.mark.parametrize("claim", ["1affffffff", "1b0000000080000000", "1b7fffffffffffffff", "1bffffffffffffffff"])
def test_a_claimed_length_takes_no_memory(kind: int, claim: str) -> None:
    data = bytearray(bytes.fromhex(claim) + b"a" * 64)
    data[0] |= kind
    tracemalloc.start()
    try:
        with pytest.raises(CborError):
            parse(bytes(data), Fields)
        assert tracemalloc.get_traced_memory()[1] < 1_000_000
    finally:
        tracemalloc.stop()


def test_the_error_never_quotes_what_came() -> None:
    key = b"\x66SECRET"
    texts = []
    for data in (b"\xa2" + key + b"\1" + key + b"\1", b"\xa1" + key + b"\1", cbor2.dumps({"number": "SECRET"})):
        with pytest.raises(CborError) as caught:
            parse(data, Fields)
        texts.append(str(caught.value))
    assert "SECRET" not in " ".join(texts)
    assert max(map(len, texts)) < 200


@given(st.binary(max_size=200))
def test_any_bytes_are_fields_or_an_error(data: bytes) -> None:
    with suppress(CborError):
        parse(data, Fields)


@given(values, st.booleans())
def test_any_cbor_is_fields_or_an_error(value: Any, inside: bool) -> None:
    document = {"number": 1, "later": value} if inside else value
    with suppress(CborError):
        parse(cbor2.dumps(document), Fields)


@given(st.data())
def test_a_flipped_cut_or_inserted_byte_is_no_crash(data: st.DataObject) -> None:
    whole = cbor2.dumps(PLAIN)
    place = data.draw(st.integers(0, len(whole)))
    inserted = data.draw(st.binary(max_size=3))
    dropped = data.draw(st.integers(0, 3))
    with suppress(CborError):
        parse(whole[:place] + inserted + whole[place + dropped :], Fields)
