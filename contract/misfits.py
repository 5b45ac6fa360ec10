"""A field of a configuration that cannot be meant as it stands. Pure."""

from typing import NamedTuple


class Misfit(NamedTuple):
    """A field that cannot be meant: what it says, and what is allowed."""

    field: str
    says: str
    allowed: str
