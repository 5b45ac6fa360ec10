"""The kinds of files that there are, by their names."""

from typing import Final

from hub.errors import HubError
from hub.exchange.cards import Cards
from hub.exchange.kinds import Kind
from hub.exchange.memberships import Memberships
from hub.exchange.people import Companies, Customers

KINDS: Final[dict[str, type[Kind]]] = {each.name: each for each in (Customers, Companies, Memberships, Cards)}
EXPORTED: Final = [name for name, kind in KINDS.items() if kind.is_exported]


class UnknownKind(HubError):
    """There are no files of this kind."""


def kind_called(name: str) -> type[Kind]:
    if name not in KINDS:
        raise UnknownKind(f"{name!r} is no kind of file: use {', '.join(KINDS)}")
    return KINDS[name]
