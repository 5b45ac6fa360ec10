"""Messages: to bytes and back, the bytes that are promised, and what is refused."""

import json
from pathlib import Path
from typing import Any

import cbor2
import pytest
from contract_strategies import checkin_ids, circumstances, ids, policies
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Struct, structs, to_builtins

from contract import messages
from contract.ask import Circumstances, Mode, Policy
from contract.card import read_scan
from contract.feed import BODY_BYTES_MAX, KEY_BYTES_MAX, Row
from contract.membership import Detail
from contract.messages import (
    CHECKIN_ROWS_MAX,
    MESSAGE_BYTES_MAX,
    OWN_USES_MAX,
    PAGE_ROWS_MAX,
    SAID_IN_A_CONNECTION_MAX,
    Ack,
    CheckIn,
    CheckIns,
    Confirm,
    Confirmed,
    Head,
    JournalRow,
    Live,
    Lost,
    MessageError,
    Page,
    Presence,
    Pull,
    Void,
    decode,
    decode_journaled,
    encode,
    will_n,
)
from contract.reasons import Outcome, Reason

GOLDEN: dict[str, Any] = json.loads((Path(__file__).parents[1] / "golden" / "messages.json").read_text("utf-8"))
TYPES: tuple[type[Struct], ...] = (
    CheckIn,
    Void,
    Lost,
    CheckIns,
    Ack,
    Confirm,
    Confirmed,
    Presence,
    Pull,
    Page,
    Head,
    Live,
)

names = st.text(min_size=1, max_size=64)
digests = st.binary(min_size=32, max_size=32)
epochs = st.integers(1, 2**53)
instants_us = st.integers(-(2**55), 2**57)
rows = st.builds(
    Row,
    st.integers(1, 2**53),
    st.integers(1, 255),
    st.binary(min_size=1, max_size=KEY_BYTES_MAX),
    st.binary(max_size=KEY_BYTES_MAX),
    st.none() | st.binary(max_size=100),
)
checkins = st.builds(
    CheckIn,
    id=checkin_ids,
    at_us=instants_us,
    reader=names,
    outcome=st.sampled_from(Outcome),
    reason=st.sampled_from(Reason),
    permission=names,
    mode=st.sampled_from(Mode),
    counted=st.booleans(),
    code_hash=digests,
    code_length=ids,
    code_classes=st.binary().map(lambda raw: read_scan(raw).classes),
    detail=st.none() | st.sampled_from(Detail),
    customer=st.none() | ids,
    membership=st.none() | ids,
    remaining=st.none() | st.integers(0, 10**6),
    feed=st.none() | names,
    epoch=st.none() | epochs,
    sequence=st.none() | ids,
    policy=policies() | st.just(Policy()),
    circumstances=circumstances() | st.just(Circumstances()),
    company=st.none() | ids,
    own_uses=st.lists(checkin_ids, max_size=3),
    inside_already=st.booleans(),
    step=st.none() | ids,
)
voids = st.builds(Void, voids=checkin_ids, at_us=instants_us, reader=names)
losses = st.builds(Lost, lost=checkin_ids, from_us=instants_us, upto_us=instants_us, count=ids, why=names)
places = st.integers(1, 2**53)
journal_rows = st.builds(JournalRow, places, st.binary(max_size=200))
anything = st.one_of(
    checkins,
    voids,
    losses,
    st.builds(Confirm, checkin_ids, checkins),
    st.builds(
        Confirmed,
        checkin_ids,
        checkin_ids,
        st.sampled_from(Outcome),
        st.sampled_from(Reason),
        st.none() | ids,
        st.none() | instants_us,
    ),
    st.builds(CheckIns, checkin_ids, st.lists(journal_rows, min_size=1, max_size=5), places, places),
    st.builds(Ack, checkin_ids, ids, epochs, ids, names),
    st.builds(Pull, names, ids, ids, st.integers(1, PAGE_ROWS_MAX), checkin_ids, ids),
    st.builds(Page, names, epochs, ids, ids, ids, checkin_ids, st.lists(rows, max_size=5), st.none() | digests),
    st.builds(Head, names, epochs, ids, digests, instants_us),
    st.builds(Live, names, epochs, ids, ids, digests, st.lists(rows, max_size=5)),
)
PULL = Pull("everyone", 0, 0, 500, bytes(16))
PAGE = Page("everyone", 1, 0, 0, 0, bytes(16), [])


def shown(value: object) -> object:
    """A message as the golden file shows it: bytes as hex."""
    plain = to_builtins(value, builtin_types=(bytes,)) if isinstance(value, Struct) else value
    if isinstance(plain, dict):
        return {name: shown(each) for name, each in plain.items()}
    if isinstance(plain, list):
        return [shown(each) for each in plain]
    return plain.hex() if isinstance(plain, bytes) else plain


@pytest.mark.parametrize("name", GOLDEN["messages"])
def test_the_bytes_that_are_promised(name: str) -> None:
    promised = GOLDEN["messages"][name]
    message = decode(bytes.fromhex(promised["cbor"]), getattr(messages, promised["type"]))
    assert shown(message) == promised["fields"]
    assert encode(message).hex() == promised["cbor"]


def test_every_message_of_the_wire_is_promised() -> None:
    assert {promised["type"] for promised in GOLDEN["messages"].values()} == {each.__name__ for each in TYPES}


def test_the_limits_that_are_promised() -> None:
    assert (MESSAGE_BYTES_MAX, PAGE_ROWS_MAX, CHECKIN_ROWS_MAX) == (2_097_152, 1_000, 500)
    assert (KEY_BYTES_MAX, BODY_BYTES_MAX) == (64, 16_384)


@given(anything)
def test_a_message_survives(message: Struct) -> None:
    assert decode(encode(message), type(message)) == message


@given(anything)
def test_a_newer_sender_may_add_a_field(message: Struct) -> None:
    fields = cbor2.loads(encode(message))
    assert decode(cbor2.dumps({**fields, "later": [1, "x"]}), type(message)) == message


def test_a_newer_sender_may_add_an_element_to_a_row() -> None:
    row = Row(1, 1, b"key", b"ref", b"body")
    fields = cbor2.loads(encode(Page("everyone", 1, 0, 1, 2, bytes(16), [row])))
    fields["rows"][0] += ["later", 2]
    assert decode(cbor2.dumps(fields), Page).rows == [row]


@given(anything, st.data())
def test_a_message_without_a_field_that_it_needs_is_refused(message: Struct, data: st.DataObject) -> None:
    fields = cbor2.loads(encode(message))
    needed = [field.name for field in structs.fields(message) if field.required]
    del fields[data.draw(st.sampled_from(needed))]
    with pytest.raises(MessageError, match=f"no {type(message).__name__}: .*missing required field"):
        decode(cbor2.dumps(fields), type(message))


@pytest.mark.parametrize(
    ("good", "field", "wrong"),
    [
        (PULL, "feed", ["", "x" * 65, b"everyone", None]),
        (PULL, "epoch", [-1, 2**53 + 1, 1.0, "0"]),
        (PULL, "after", [-1, 2**53 + 1]),
        (PULL, "limit", [0, PAGE_ROWS_MAX + 1]),
        (PULL, "began", [-1, 2**53 + 1, None]),
        (CheckIns(bytes(16), [JournalRow(1, b"")]), "first", [0, 2**53 + 1, None]),
        (CheckIns(bytes(16), [JournalRow(1, b"")]), "begins", [0, 2**53 + 1, None]),
        (PULL, "nonce", [b"", bytes(15), bytes(17), "A" * 16, "AAAAAAAAAAAAAAAAAAAAAA=="]),
        (Ack(bytes(16), 0, 1, 0), "epoch", [0]),
        (Head("everyone", 1, 0, bytes(32), 0), "digest", [bytes(31), bytes(33)]),
        (Head("everyone", 1, 0, bytes(32), 0), "at_us", [-(2**55) - 1, 2**57 + 1, 0.5]),
        (CheckIns(bytes(16), [JournalRow(1, b"")]), "rows", [[], [[0, b""]], [[1, bytes(4_097)]], [[1]], None]),
        (CheckIns(bytes(16), [JournalRow(1, b"")]), "rows", [[[1, b""]] * (CHECKIN_ROWS_MAX + 1)]),
        (PAGE, "rows", [[[1, 1, b"k", b"", b""]] * (PAGE_ROWS_MAX + 1)]),
        (
            Page("everyone", 1, 0, 0, 0, bytes(16), []),
            "rows",
            [[[0, 1, b"k", b"", b""]], [[1, 0, b"k", b"", b""]]],
        ),
        (
            Page("everyone", 1, 0, 0, 0, bytes(16), []),
            "rows",
            [[[1, 256, b"k", b"", b""]], [[1, 1, b"", b"", b""]]],
        ),
        (PAGE, "rows", [[[1, 1, bytes(KEY_BYTES_MAX + 1), b"", b""]]]),
        (PAGE, "rows", [[[1, 1, b"k", bytes(KEY_BYTES_MAX + 1), b""]]]),
        (PAGE, "rows", [[[1, 1, b"k", b"", bytes(BODY_BYTES_MAX + 1)]]]),
        (Live("everyone", 1, 0, 0, bytes(32), []), "rows", [[[1, 1, b"k", b"", b""]] * (PAGE_ROWS_MAX + 1)]),
        (Live("everyone", 1, 0, 0, bytes(32), []), "digest", [None, b""]),
    ],
)
def test_a_field_out_of_its_range_is_refused(good: Struct, field: str, wrong: list[object]) -> None:
    fields = cbor2.loads(encode(good))
    assert decode(cbor2.dumps(fields), type(good)) == good
    for value in wrong:
        with pytest.raises(MessageError, match=rf"no {type(good).__name__}: .*{field}"):
            decode(cbor2.dumps({**fields, field: value}), type(good))


CHECKIN = decode(bytes.fromhex(GOLDEN["messages"]["check-in"]["cbor"]), CheckIn)


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("own_uses", [[bytes(15)], [bytes(16)] * (OWN_USES_MAX + 1)]),
        (
            "policy",
            [
                {"area": "Hall"},
                {"area": "hall\n"},
                {"passback": "hard"},
                {"passback_seconds": 5},
                {"direction": "out"},
            ],
        ),
        (
            "policy",
            [{"replica_age_seconds_max": 0}, {"replica_age_seconds_max": 366 * 86_400 + 1}, {"codes": "none"}],
        ),
        ("circumstances", [{"digits": "1" * 17}, {"replica_age_s": -1.0}, {"posture": "ajar"}, {"clock": ""}]),
        ("step", [-1, 2**53 + 1]),
        ("company", [-1, 2**53 + 1]),
    ],
)
def test_what_was_asked_is_checked_like_all_else(field: str, wrong: list[object]) -> None:
    fields = cbor2.loads(encode(CHECKIN))
    for value in wrong:
        with pytest.raises(MessageError, match="no CheckIn: "):
            decode(cbor2.dumps({**fields, field: value}), CheckIn)


@given(checkins | voids | losses)
def test_a_journal_holds_check_ins_voids_and_losses(message: CheckIn | Void | Lost) -> None:
    assert decode_journaled(encode(message)) == message


def test_of_what_is_none_of_them_the_check_ins_fault_is_told() -> None:
    with pytest.raises(MessageError, match=r"no CheckIn: .*`id`"):
        decode_journaled(cbor2.dumps({"voids": b"", "at_us": 0, "reader": "door"}))
    with pytest.raises(MessageError, match="no CheckIn: "):
        decode_journaled(b"\xff")


def test_a_check_in_says_only_what_is_special() -> None:
    assert cbor2.loads(encode(CHECKIN))["policy"] == cbor2.loads(encode(CHECKIN))["circumstances"] == {}


def test_the_largest_check_in_fits_a_journals_row() -> None:
    whole = decode(bytes.fromhex(GOLDEN["messages"]["check-in with all that is special"]["cbor"]), CheckIn)
    longest = structs.replace(
        whole,
        own_uses=[bytes(16)] * OWN_USES_MAX,
        **dict.fromkeys(("reader", "outcome", "reason", "permission", "mode", "detail", "feed"), "x" * 64),
        code_classes="x" * 64,
    )
    assert len(encode(longest)) <= 4_096


def test_the_largest_batch_of_check_ins_is_no_oversized_message() -> None:
    batch = CheckIns(bytes(16), [JournalRow(2**53, bytes(4_096))] * CHECKIN_ROWS_MAX)
    assert len(encode(batch)) <= MESSAGE_BYTES_MAX
    assert decode(encode(batch), CheckIns) == batch


@given(st.integers(0, 2**52))
def test_a_will_lies_above_all_that_its_connection_can_say_and_below_the_next(n: int) -> None:
    will = will_n(n)
    assert will >= n
    assert will_n(will) == will
    assert will_n(will + 1) == will + SAID_IN_A_CONNECTION_MAX
