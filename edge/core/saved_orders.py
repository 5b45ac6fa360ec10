"""What the hub has ordered, as it outlives this process: the configuration that stands, and modes. Pure.

Each lies beside its mark, (epoch, generation), so that what counts and what was done are written in one.
"""

from typing import Annotated

from msgspec import Meta, Struct

from contract.configuration import Configuration, ConfigurationError, read_document
from contract.messages import Sequence
from contract.orders import Desired, Modes, Refused

OrderMark = tuple[Sequence, Sequence]
NONE_YET: OrderMark = (0, 0)


class ConfigurationOrders(Struct, frozen=True, kw_only=True):
    """Which configuration stands. None: the edge's own, or none at all.

    While it is `trying` to reach its hub, `good` is what it goes back to, and `starts` how often this software has
    started meanwhile. `heard` is the highest mark that was settled, one way or another; `refused` the newest that
    does not stand.
    """

    heard: OrderMark = NONE_YET
    stands: Desired | None = None
    trying: bool = False
    good: Desired | None = None
    starts: Annotated[int, Meta(ge=0)] = 0
    refused: Refused | None = None


class SavedOrders(Struct, frozen=True, kw_only=True):
    """`written` rises with each write, and tells which of two copies is the newer one."""

    written: Sequence = 0
    configuration: ConfigurationOrders = ConfigurationOrders()
    modes: Modes | None = None


def mark_of(desired: Desired | Refused | Modes | None) -> OrderMark:
    """(epoch, generation), NONE_YET for none."""
    return NONE_YET if desired is None else (desired.epoch, desired.generation)


def configuration_for(edge: str, document: dict[str, object]) -> Configuration:
    """The configuration in a document, for this edge. ConfigurationError: it is none, or another edge's."""
    configuration = read_document(document)
    check_edge(edge, configuration)
    return configuration


def check_edge(edge: str, configuration: Configuration) -> None:
    """ConfigurationError: it is another edge's."""
    if configuration.edge not in (None, edge):
        raise ConfigurationError("edge", f"is {configuration.edge!r}", f"left out, or {edge!r} as it was enrolled")
