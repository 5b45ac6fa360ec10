"""The hub's last ack of the journal, written down now and then. One that is lost costs rows sent twice."""

import asyncio
from typing import Final

from contract.messages import Ack
from edge.journal_port import Journal

_EVERY_S: Final = 1.0
"""Acks are written down at most this often: the disk is the scans'."""


class AckNotes:
    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._ack: Ack | None = None
        self._to_write = asyncio.Event()

    def note(self, ack: Ack) -> None:
        self._ack = ack
        self._to_write.set()

    def forget(self) -> None:
        """The journal has a new id: what was acked was of the old one."""
        self._ack = None

    async def keep_writing(self) -> None:
        while True:
            await self._to_write.wait()
            self._to_write.clear()
            await self.write()
            await asyncio.sleep(_EVERY_S)

    async def write(self) -> None:
        if self._ack is not None:
            await self._journal.acknowledge(self._ack)
