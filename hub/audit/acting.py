"""Who does what is done now: said once at the hub's outermost calls (a request, a token, a command, the worker),
and read where an entry of the audit log is written. A context variable: nothing in between has a use for it."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from enum import StrEnum


class ActorKind(StrEnum):
    USER = "user"
    TOKEN = "token"  # noqa: S105 (a kind of actor)
    COMMAND = "command"
    EDGE = "edge"
    MEMBER = "member"
    PARTNER = "partner"
    HUB = "hub"


@dataclass(frozen=True)
class Actor:
    """`name` is as people are to read it for years: a user's name, a token's name, who ran a command."""

    kind: ActorKind
    name: str
    user_id: int | None = None


HUB = Actor(ActorKind.HUB, "the hub")
"""What happens by itself, as time goes by."""
_ACTING: ContextVar[Actor] = ContextVar("acting", default=HUB)


@contextmanager
def acting(actor: Actor) -> Iterator[None]:
    token = _ACTING.set(actor)
    try:
        yield
    finally:
        _ACTING.reset(token)


def who_acts() -> Actor:
    return _ACTING.get()
