"""The CBOR that rows and messages are made of, and nothing besides: what other CBOR means is refused.

One item (RFC 8949) without tags, indefinite lengths or duplicate keys, at most DEPTH_MAX deep, map keys text.
Tags above all: a decoder makes bignums, dates, regular expressions and shared references of them, each a way to
make a few bytes cost much. Knows no message and no row.
"""

from io import BytesIO
from typing import Final, NoReturn, TypeVar

import cbor2
from msgspec import Struct, ValidationError, convert, to_builtins

from contract.errors import ContractError

DEPTH_MAX: Final = 8

_Fields = TypeVar("_Fields", bound=Struct)


class CborError(ContractError):
    """Bytes that are not one plain CBOR item of the type expected; the text never quotes them."""


def parse(data: bytes, fields: type[_Fields]) -> _Fields:
    """The `fields` in `data`, exactly: text is no bytes, 1.0 is no integer. Unknown fields are passed over."""
    try:
        # Without builtin_types msgspec reads text where bytes are due as base64.
        return convert(_one_item(data), fields, builtin_types=(bytes,))
    except cbor2.CBORDecodeError as error:
        # A duplicate key is quoted, and a key can be as long as the message.
        raise CborError(str(error).partition("'")[0].rstrip(": ")) from None
    except (ValidationError, ContractError) as error:
        raise CborError(str(error)) from error


def dump(fields: Struct) -> bytes:
    """The CBOR bytes of a struct: one way to write each, fields in their order, as digests need it."""
    return cbor2.dumps(to_builtins(fields, builtin_types=(bytes,)))


def _one_item(data: bytes) -> object:
    stream = BytesIO(data)
    item = cbor2.CBORDecoder(
        stream,
        read_size=len(data) or 1,
        max_depth=DEPTH_MAX,
        allow_indefinite=False,
        allow_duplicate_keys=False,
        strict_hashable_types=True,
        semantic_decoders=_NO_TAGS,
        tag_hook=_refuse_tag,
    ).decode()
    if stream.tell() != len(data):
        raise cbor2.CBORDecodeError("bytes follow the item")
    return item


def _refuse_tag(*_: object) -> NoReturn:
    raise cbor2.CBORDecodeError("tags are not used here")


# The hook is asked only about tags that cbor2 has no decoder for; these it has.
_TAGS_THAT_CBOR2_KNOWS = (
    *(0, 1, 2, 3, 4, 5, 25, 28, 29, 30, 35, 36, 37, 52, 54),
    *(100, 256, 258, 260, 261, 1004, 43000, 55799),
)
_NO_TAGS = dict.fromkeys(_TAGS_THAT_CBOR2_KNOWS, _refuse_tag)
