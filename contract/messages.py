"""The messages of the wire: their fields, types and limits, and how bytes become a message or an error.

Maps with the field names below, in the plain CBOR of `contract.cbor`. Whatever does not fit is a MessageError
and changes nothing. Unknown fields are passed over: a newer sender may add some.
docs/protocol.md is the text of this file for those who write another edge.
"""

from contextlib import suppress
from typing import Annotated, Final, TypeVar

from msgspec import Meta, Struct

from contract.ask import Circumstances, Policy
from contract.cbor import CborError, dump, parse
from contract.errors import ContractError
from contract.feed import DIGEST_BYTES, Row
from contract.instants import InstantUs
from contract.trust import ClockState

MESSAGE_BYTES_MAX: Final = 2 * 1024 * 1024
PAGE_ROWS_MAX: Final = 1_000
CHECKIN_ROWS_MAX: Final = 500
OWN_USES_MAX: Final = 100
READERS_MAX: Final = 100

Id = Annotated[bytes, Meta(min_length=16, max_length=16)]
"""A random id of 16 bytes: a check-in's, a journal's, a nonce."""
Name = Annotated[str, Meta(min_length=1, max_length=64)]
Sequence = Annotated[int, Meta(ge=0, le=2**53)]
Place = Annotated[int, Meta(ge=1, le=2**53)]
"""The sequence of a row that there is, or was."""
Epoch = Annotated[int, Meta(ge=1, le=2**53)]
DomainId = Annotated[int, Meta(ge=0, le=2**53)]
Digest = Annotated[bytes, Meta(min_length=DIGEST_BYTES, max_length=DIGEST_BYTES)]


class MessageError(ContractError):
    """Bytes that are no message of the type expected: too large, not CBOR, or a field that does not fit."""


class CheckIn(Struct, frozen=True, kw_only=True):
    """One scan and what was decided: the journal holds it, the hub counts it.

    The text of a card never travels: `code_hash` is HMAC-SHA256 under the organization key, `code_length` is in
    bytes, `code_classes` are kinds of characters. `customer` and `membership` are the hub's ids. `feed`, `epoch`
    and `sequence` say what the decision was made from; absent where the edge had no whole replica. `policy` and
    `circumstances` say what was asked, `own_uses` which of the edge's own check-ins were counted that its replica
    did not hold yet (the first 100 of them), `company` who holds the membership where a company does, `step` the
    step of the rotating code.
    """

    id: Id
    at_us: InstantUs
    reader: Name
    outcome: Name
    reason: Name
    permission: Name
    mode: Name
    counted: bool
    code_hash: Digest
    code_length: Annotated[int, Meta(ge=0)]
    code_classes: Annotated[str, Meta(max_length=64)]
    detail: Name | None = None
    customer: DomainId | None = None
    membership: DomainId | None = None
    remaining: Annotated[int, Meta(ge=0)] | None = None
    feed: Name | None = None
    epoch: Epoch | None = None
    sequence: Sequence | None = None
    policy: Policy = Policy()
    circumstances: Circumstances = Circumstances()
    company: DomainId | None = None
    own_uses: Annotated[list[Id], Meta(max_length=OWN_USES_MAX)] = []
    inside_already: bool = False
    step: Annotated[int, Meta(ge=0, le=2**53)] | None = None


class Void(Struct, frozen=True, kw_only=True):
    """A check-in is undone at the reader where it was made: it stands, and counts no more."""

    voids: Id
    at_us: InstantUs
    reader: Name


class Lost(Struct, frozen=True, kw_only=True):
    """Rows that the edge made and could not keep: about `count` of them (0: nobody knows), by the edge's own time
    between `from_us` and `upto_us`. `lost` is an id of this row's own; `why` a word that stays the same."""

    lost: Id
    from_us: InstantUs
    upto_us: InstantUs
    count: Sequence
    why: Name


Journaled = CheckIn | Void | Lost


class JournalRow(Struct, array_like=True, frozen=True):
    """What the journal holds at a sequence: the CBOR of a CheckIn, a Void or a Lost."""

    sequence: Place
    body: Annotated[bytes, Meta(max_length=4_096)]


class CheckIns(Struct, frozen=True):
    """edge -> hub, up/{edge}/checkins: rows of one journal in rising order.

    `begins` is the sequence of the first row that this journal ever had, `first` that of the first row that it
    still holds: what lies between the two, and the hub has not, is lost for ever.
    """

    journal: Id
    rows: Annotated[list[JournalRow], Meta(min_length=1, max_length=CHECKIN_ROWS_MAX)]
    first: Place = 1
    begins: Place = 1


class Ack(Struct, frozen=True):
    """hub -> edge, down/{edge}/ack: every row of `journal` up to `upto` is committed, none after it is promised.

    Their uses stand in `feed` at or before `sequence` of `epoch`. An edge sends on from upto + 1, whatever it
    sent before: a batch that was lost, or a hub that was restored, is made good by the same rule. An older hub has
    one feed alone, and does not say its name.
    """

    journal: Id
    upto: Sequence
    epoch: Epoch
    sequence: Sequence
    feed: Name = "everyone"


class Confirm(Struct, frozen=True):
    """edge -> hub, up/{edge}/confirm: may this redemption go ahead? `checkin`: as it stands without an answer."""

    nonce: Id
    checkin: CheckIn


class Confirmed(Struct, frozen=True):
    """hub -> edge, down/{edge}/confirmed: what the hub decides about check-in `id`, and holds free for it.

    `membership` is the one that grants, and that one is held free of; a grant goes by no other.
    """

    nonce: Id
    id: Id
    outcome: Name
    reason: Name
    remaining: Annotated[int, Meta(ge=0)] | None = None
    next_available_us: InstantUs | None = None
    membership: DomainId | None = None


class Pull(Struct, frozen=True):
    """edge -> hub, up/{edge}/pull: rows of `feed` after `after`, please. `epoch` 0: whatever epoch there is.

    `began`, of a replica that is being loaded: the feed's sequence when its first page was answered. Of what went
    before that it has no rows, so it need not hear of it; 0 for a whole replica.
    """

    feed: Name
    epoch: Sequence
    after: Sequence
    limit: Annotated[int, Meta(ge=1, le=PAGE_ROWS_MAX)]
    nonce: Id
    began: Sequence = 0


class Page(Struct, frozen=True):
    """hub -> edge, down/{edge}/page: all that changed in (after, upto], in order; `head` is the feed's sequence.

    `digest` is there when upto == head: the digest of the whole feed at that sequence. `at_us` is the hub's time
    when it answered; an older hub may not say it.
    """

    feed: Name
    epoch: Epoch
    after: Sequence
    upto: Sequence
    head: Sequence
    nonce: Id
    rows: Annotated[list[Row], Meta(max_length=PAGE_ROWS_MAX)]
    digest: Digest | None = None
    at_us: InstantUs | None = None


class Head(Struct, frozen=True):
    """hub -> its edges, feed/{feed}/head, retained: where the feed stands."""

    feed: Name
    epoch: Epoch
    sequence: Sequence
    digest: Digest
    at_us: InstantUs


class Live(Struct, frozen=True):
    """hub -> its edges, feed/{feed}/live: all that changed in (after, upto]; `digest` is that at upto."""

    feed: Name
    epoch: Epoch
    after: Sequence
    upto: Sequence
    digest: Digest
    rows: Annotated[list[Row], Meta(max_length=PAGE_ROWS_MAX)]


Message = TypeVar("Message", bound=Struct)


SAID_IN_A_CONNECTION_MAX: Final = 2**24


def will_n(n: int) -> int:
    """The `n` of the will of a connection that begins when `n` was said last; the next connection begins there."""
    return (n // SAID_IN_A_CONNECTION_MAX + 1) * SAID_IN_A_CONNECTION_MAX - 1


class ReaderPresence(Struct, frozen=True, kw_only=True):
    """Whether a reader's scanner is there."""

    name: Name
    open: bool


class Presence(Struct, frozen=True, kw_only=True):
    """edge -> hub, up/{edge}/presence, retained: how the edge is. The broker says the same with `online` false
    (its last will) when the edge is gone.

    `last` and `acked` are the journal's rows; their difference waits to be sent. `replica_age_s` is elapsed time
    in seconds, None where it cannot be known. `at_us` is the edge's time; of a last will, when it connected.
    `journal_fault`: why the journal takes no rows, in a word; counters redeem nothing then.

    `start` rises with each start of this edge's software, `n` with all that it has said since, whatever kind of
    message it is; a will says one above all that its connection can say (`will_n`).
    """

    start: Sequence
    n: Sequence
    online: bool
    at_us: InstantUs
    version: Name
    clock: ClockState
    feed: Name
    epoch: Epoch | None = None
    sequence: Sequence | None = None
    replica_age_s: Annotated[float, Meta(ge=0)] | None = None
    journal: Id
    last: Sequence
    acked: Sequence
    readers: Annotated[list[ReaderPresence], Meta(max_length=READERS_MAX)] = []
    journal_fault: Name | None = None


def encode(message: Struct) -> bytes:
    """The CBOR bytes of a message."""
    return dump(message)


def decode(payload: bytes, message_type: type[Message]) -> Message:
    """The message in `payload`, or MessageError, which says what does not fit and never quotes the payload."""
    if len(payload) > MESSAGE_BYTES_MAX:
        raise MessageError(f"{len(payload)} bytes; a message has at most {MESSAGE_BYTES_MAX}")
    try:
        return parse(payload, message_type)
    except CborError as error:
        raise MessageError(f"no {message_type.__name__}: {error}") from error


def decode_journaled(body: bytes) -> Journaled:
    """What stands in a journal's row. MessageError: none of these; it says why it is no check-in."""
    try:
        return decode(body, CheckIn)
    except MessageError:
        with suppress(MessageError):
            return decode(body, Void)
        with suppress(MessageError):
            return decode(body, Lost)
        raise
