"""Bytes that are no message: refused unread, with nothing quoted, whatever they are."""

from contextlib import suppress

import cbor2
import pytest
from contract_strategies import printable
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Struct
from test_messages import TYPES, anything

from contract.messages import MESSAGE_BYTES_MAX, MessageError, Pull, decode, encode


def test_an_oversized_message_is_refused_unread() -> None:
    with pytest.raises(MessageError, match=f"{MESSAGE_BYTES_MAX + 1} bytes; a message has at most"):
        decode(b"\xff" * (MESSAGE_BYTES_MAX + 1), Pull)
    with pytest.raises(MessageError, match="no Pull: break"):
        decode(b"\xff" * MESSAGE_BYTES_MAX, Pull)


@given(printable)
def test_a_refusal_quotes_nothing(text: str) -> None:
    marked = f"<{text}>"
    for payload in (cbor2.dumps(marked), cbor2.dumps({marked: 1}), marked.encode()):
        with pytest.raises(MessageError) as caught:
            decode(payload, Pull)
        assert marked not in str(caught.value)


@given(st.sampled_from(TYPES), st.binary(max_size=300))
def test_any_bytes_are_a_message_or_a_message_error(message_type: type[Struct], payload: bytes) -> None:
    with suppress(MessageError):
        assert isinstance(decode(payload, message_type), message_type)


@given(anything, st.data())
def test_a_damaged_message_is_a_message_or_a_message_error(message: Struct, data: st.DataObject) -> None:
    whole = bytearray(encode(message))
    for _ in range(data.draw(st.integers(1, 4))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    with suppress(MessageError):
        decode(bytes(whole), type(message))
