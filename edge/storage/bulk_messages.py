"""What the edge asks of the process that does a replica's bulk work, and what that answers: frames on two pipes.

Each frame is its length (4 bytes, big-endian) and MessagePack. Both ends are of the same software, and nobody else
writes to the pipes: a frame that does not fit is a fault of this software.
"""

from typing import IO, Final

from msgspec import Struct, msgpack

from contract.feed import Row

_LENGTH_BYTES: Final = 4


class Begin(Struct, frozen=True, tag=True):
    """A fresh replica in a new file at `path`; `resume`: in the file that an earlier process closed in order."""

    path: str
    feed: str
    epoch: int
    head: int
    resume: bool


class Load(Struct, frozen=True, tag=True):
    rows: list[Row]
    upto: int


class Finish(Struct, frozen=True, tag=True):
    """Answered by Finished; the file is closed then."""

    digest: bytes


class Recount(Struct, frozen=True, tag=True):
    """Answered by Counted."""

    path: str


class End(Struct, frozen=True, tag=True):
    """Close what is open, answer, and end."""


Request = Begin | Load | Finish | Recount | End


class Done(Struct, frozen=True, tag=True):
    pass


class Finished(Struct, frozen=True, tag=True):
    exact: bool


class Counted(Struct, frozen=True, tag=True):
    """The digest that is kept, and the one that was counted."""

    kept: bytes
    counted: bytes


class Fault(Struct, frozen=True, tag=True):
    """It could not be done. `damaged`: SQLite says that the file is broken."""

    why: str
    damaged: bool = False


Answer = Done | Finished | Counted | Fault

_ENCODER: Final = msgpack.Encoder()
_REQUESTS: Final = msgpack.Decoder(Request)
_ANSWERS: Final = msgpack.Decoder(Answer)


def send(stream: IO[bytes], message: Request | Answer) -> None:
    """OSError: nobody reads there any more."""
    body = _ENCODER.encode(message)
    stream.write(len(body).to_bytes(_LENGTH_BYTES, "big"))
    stream.write(body)
    stream.flush()


def next_request(stream: IO[bytes]) -> Request | None:
    """None: there will be no more."""
    body = _body(stream)
    return None if body is None else _REQUESTS.decode(body)


def next_answer(stream: IO[bytes]) -> Answer | None:
    """None: there will be no more."""
    body = _body(stream)
    return None if body is None else _ANSWERS.decode(body)


def _body(stream: IO[bytes]) -> bytes | None:
    length = stream.read(_LENGTH_BYTES)
    if len(length) < _LENGTH_BYTES:
        return None
    size = int.from_bytes(length, "big")
    body = stream.read(size)
    return body if len(body) == size else None
