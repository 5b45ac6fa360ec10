"""A scanner, as readers see it: whether it types or sends bytes is its own affair."""

import asyncio
from collections.abc import AsyncIterator
from typing import Protocol

from edge.ports import Frame


class Scanner(Protocol):
    """`run` keeps its device open until it is cancelled; `frames` gives what was scanned."""

    name: str
    is_open: bool
    """Whether the device is open now: what is scanned arrives."""
    tried: asyncio.Event
    """Set once the device was tried, whether it could be opened or not."""

    @property
    def waiting(self) -> int:
        """How many scans were read and not given yet."""
        ...

    def frames(self) -> AsyncIterator[Frame]: ...

    def close(self) -> None:
        """No more scans; those that wait are still given."""
        ...

    async def run(self) -> None: ...
