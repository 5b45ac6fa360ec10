"""The way of a scan, in one place: read -> look up -> decide -> record -> act.

A gate is one reader's: its scans are handled one after another. It knows nothing of serial lines, SQLite or MQTT.
"""

import asyncio
from collections.abc import AsyncIterable, Callable
from dataclasses import dataclass, field, replace
from typing import Final

from contract.ask import Ask, Circumstances
from contract.card import Scan, read_scan, trace_hash
from contract.decision import Decision, cannot_record, decide
from contract.errors import ContractError
from contract.facts import Facts
from contract.gathering import facts_from_rows
from contract.messages import CheckIn
from edge.core.checkin import Scanned, checkin_of, scan_fields, use_of
from edge.core.configuration import Reader, ReaderKind
from edge.core.own_uses import OwnUses
from edge.ports import CannotLookUp, CannotRecord, Clock, Frame, Journal, Log, ReplicaReader, Signals

COMMIT_WAIT_S: Final = 0.040
"""A healthy SD card commits in 4 to 10 ms; nobody should stand before a door for one that stalls."""
RECORDINGS_MAX: Final = 1_000


@dataclass(frozen=True, slots=True, eq=False)
class Gate:
    """`new_id` gives 16 random bytes; `journaled` is called whenever a new row stands in the journal."""

    reader: Reader
    organization_key: bytes = field(repr=False)
    replica: ReplicaReader
    journal: Journal
    own_uses: OwnUses
    signals: Signals
    clock: Clock
    log: Log
    new_id: Callable[[], bytes]
    journaled: Callable[[], None]
    _recordings: set[asyncio.Task[int | None]] = field(default_factory=set)

    async def serve(self, frames: AsyncIterable[Frame]) -> None:
        """Handle each scan; ends when `frames` does and every check-in is kept or known to be lost."""
        async for frame in frames:
            await self.handle(frame)
        await asyncio.gather(*self._recordings)

    async def handle(self, frame: Frame) -> None:
        scan = replace(read_scan(frame.raw), length=frame.length)
        code_hash = trace_hash(self.organization_key, scan)
        facts = await self._look_up(code_hash)
        decision, checkin = self._decide(scan, code_hash, facts)
        recording = asyncio.create_task(self._record(checkin))
        self._recordings.add(recording)
        recording.add_done_callback(self._recordings.discard)
        # A redemption at a counter waits until it is on disk. A door opens, and the commit finishes behind it.
        redeems = decision.counted and self.reader.kind is ReaderKind.COUNTER
        await asyncio.wait({recording}, timeout=None if redeems else COMMIT_WAIT_S)
        sequence = recording.result() if recording.done() else None
        if redeems and sequence is None:
            decision = cannot_record(decision)
            self.own_uses.remove(checkin.id)
        self.signals.show(decision)
        latency_ms = round((self.clock.monotonic_s() - frame.arrived_s) * 1_000, 3)
        self.log("scan", **scan_fields(checkin, decision), journal_sequence=sequence, latency_ms=latency_ms)

    async def _look_up(self, card_hash: bytes) -> Facts:
        try:
            found = await self.replica.look_up(card_hash)
            return Facts(position=None) if found is None else facts_from_rows(found.position, found.rows, None)
        except (CannotLookUp, ContractError) as error:
            self.log("replica_unreadable", reader=self.reader.name, why=str(error))
            return Facts(position=None)

    def _decide(self, scan: Scan, code_hash: bytes, facts: Facts) -> tuple[Decision, CheckIn]:
        """In one step without an await: of two readers that want the last use, one gets it."""
        scanned = Scanned(self.new_id(), self.clock.now(), self.reader, scan, code_hash)
        if facts.card is not None:
            facts = replace(facts, uses=(*facts.uses, *self.own_uses.of(facts.card.customer_id)))
        circumstances = Circumstances(readable=scan.text is not None)
        ask = Ask(permission=self.reader.permission, mode=self.reader.mode, circumstances=circumstances)
        decision = decide(ask, facts, scanned.at)
        checkin = checkin_of(scanned, decision, facts.card)
        if checkin.counted:
            self.own_uses.add(use_of(checkin))
        return decision, checkin

    async def _record(self, checkin: CheckIn) -> int | None:
        """The sequence it got in the journal; None, and a line in the log, if it could not be kept."""
        try:
            if len(self._recordings) > RECORDINGS_MAX:
                raise CannotRecord("too many check-ins wait for the disk")
            sequence = await self.journal.append(checkin)
        except CannotRecord as error:
            self.log("lost", reader=self.reader.name, id=checkin.id.hex(), why=str(error))
            return None
        if checkin.counted:
            self.own_uses.journaled(checkin.id, sequence)
        self.journaled()
        return sequence
