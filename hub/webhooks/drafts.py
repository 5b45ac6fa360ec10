"""An event before it is queued: what it is, when it happened, and what is told of it. Pure.

Its id follows from what happened, so that whoever reads the same record twice (after a crash, or a restored
backup) tells of the same event, and receivers know it again.
"""

from base64 import b32encode
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, Final

_ID_LETTERS: Final = 26
"""130 bits."""


@dataclass(frozen=True, slots=True)
class Draft:
    """`about` says in ids what happened, never twice the same for two events of a type."""

    type: str
    at: datetime
    about: str
    data: dict[str, Any]

    @property
    def event_id(self) -> str:
        digest = sha256(f"{self.type}\n{self.about}".encode()).digest()
        return f"msg_{b32encode(digest).decode().lower()[:_ID_LETTERS]}"


def instant_text(at: datetime) -> str:
    """In UTC, to the microsecond."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def maybe_instant(at: datetime | None) -> str | None:
    return None if at is None else instant_text(at)
