"""The way of a scan, in one place: read -> look up -> decide -> (confirm, undo) -> record -> act.

A gate is one reader's: its scans are handled one after another. It knows nothing of serial lines, SQLite or MQTT.
"""

from collections.abc import AsyncIterable, AsyncIterator, Callable
from dataclasses import dataclass, field

from msgspec.structs import replace

from contract.ask import Ask, Circumstances, Contact, Policy
from contract.card import Scan
from contract.decision import Decision, decide
from contract.errors import ContractError
from contract.facts import Facts
from contract.gathering import facts_from_rows
from contract.messages import CheckIn
from contract.next_due import next_due
from contract.reader_configuration import Reader
from contract.reasons import Outcome, Reason
from edge.core.checkin import Scanned, checkin_of, scan_fields
from edge.core.confirmation import decide_answered
from edge.core.own_facts import with_own
from edge.core.own_uses import OwnUses
from edge.core.reading import Reading, read
from edge.core.rescans import FirstOutcome, Rescans
from edge.core.undo import undo_ask
from edge.core.used_steps import UsedSteps
from edge.counter_port import CounterScreen
from edge.ports import CannotLookUp, Clock, Confirmer, DoorPosture, Frame, Log, ReplicaReader, Signals, Trust
from edge.recorder import Recorder
from edge.turns import WAIT_S_MAX, Handle, Turns


@dataclass(frozen=True, slots=True, eq=False)
class Gate:
    """`new_id` gives 16 random bytes; `turns` says whose scan comes next."""

    reader: Reader
    policy: Policy
    organization_key: bytes = field(repr=False)
    replica: ReplicaReader
    recorder: Recorder
    own_uses: OwnUses
    used_steps: UsedSteps
    rescans: Rescans
    confirmer: Confirmer
    door: DoorPosture
    signals: Signals
    turns: Turns
    clock: Clock
    trust: Trust
    log: Log
    new_id: Callable[[], bytes]
    screen: CounterScreen
    _unreadable: set[str] = field(default_factory=set, init=False, repr=False)
    """Why the replica could not be read lately: each is told once."""

    async def serve(self, frames: AsyncIterable[Frame], handle: Handle | None = None) -> None:
        """Handle each scan; ends when `frames` does and every check-in is kept or known to be lost.

        `handle`: whom each goes to in place of this gate, where another may take its place meanwhile.
        """
        await self.turns.serve(self._readings(frames), handle or self.handle)
        await self.recorder.finish()

    def read(self, frame: Frame) -> Reading:
        return read(self.organization_key, frame.raw, frame.length, frame.arrived_s)

    async def handle(self, reading: Reading) -> None:
        if self._is_too_late(reading):
            return
        scan, code_hash = reading.scan, reading.code_hash
        scanned = self._scanned(scan, code_hash)
        first = self.rescans.of(code_hash, scan.digits, scanned.circumstances.posture, reading.arrived_s)
        if first is not None and scan.text is not None and _is_asked_again(first, scanned.reader):
            return self._repeat(first)

        facts = await self._look_up(code_hash)
        if self._is_too_late(reading):
            return
        undoing = self._undoing(scanned, facts)
        decision, checkin = self._decide(scanned, undoing or scanned.ask(), facts)
        asked = None
        if _is_to_be_confirmed(checkin) and self.signals.interlocked_by() is None:
            asked = decision, checkin
            decision, checkin = await self._confirm(scanned, checkin)
        if (decision.granted or _is_to_be_confirmed(checkin)) and self._stays_shut():
            if asked is not None:
                await self._keep_asked(*asked)
            return
        # From the last look at own uses to here without an await: of two readers that want the last, one gets it.
        self.own_uses.add(checkin)
        self.used_steps.take(checkin)
        shown, sequence = await self.recorder.keep(decision, checkin)
        if undoing is not None:
            shown = await self._undo(scanned, checkin, shown)

        self.signals.show(shown)
        shown = self._with_next_due(scanned, facts, shown)
        self.screen.show(shown, checkin, None if facts.position is None else facts.site.calendar.zone)
        self.turns.note(code_hash, scan.digits, shown.reason)
        self.rescans.remember(FirstOutcome(checkin, shown, reading.arrived_s))
        latency_ms = round((self.clock.monotonic_s() - reading.arrived_s) * 1_000, 3)
        self.log("scan", **scan_fields(checkin, shown), journal_sequence=sequence, latency_ms=latency_ms)

    async def undo(self, redemption: bytes) -> bool:
        """Undo this reader's last redemption, if it still is that one and can be undone; whether it was."""
        undone = await self.recorder.undo(self.trust.now(), only=redemption)
        if undone is None:
            return False
        self._forget(undone)
        return True

    async def _readings(self, frames: AsyncIterable[Frame]) -> AsyncIterator[Reading]:
        async for frame in frames:
            yield self.read(frame)

    def _is_too_late(self, reading: Reading) -> bool:
        """Turned away where it has waited for too long: no check-in, and no door opens for whoever comes by."""
        waited_s = self.clock.monotonic_s() - reading.arrived_s
        if waited_s <= WAIT_S_MAX:
            return False
        self._turn_away()
        self.log("too_late", reader=self.reader.name, waited_s=round(waited_s, 3))
        return True

    def _stays_shut(self) -> bool:
        """Turned away by an interlock: no use and no passage, so that nobody is inside, or has used a benefit, who
        was kept out, and the next scan is decided anew."""
        partner = self.signals.interlocked_by()
        if partner is None:
            return False
        self._turn_away()
        self.log("door_interlocked", reader=self.reader.name, open=partner)
        return True

    async def _keep_asked(self, decision: Decision, asked: CheckIn) -> None:
        """As it was asked about, denied: the hub holds none free for it as soon as it hears of that."""
        self.used_steps.take(asked)
        await self.recorder.keep(decision, asked)

    def _turn_away(self) -> None:
        self.signals.turn_away()
        self.screen.turned_away()

    def _repeat(self, first: FirstOutcome) -> None:
        self.signals.show(first.shown)
        self.screen.show_again(first.shown, first.checkin)
        self.log("scan_repeated", **scan_fields(first.checkin, first.shown))

    async def _look_up(self, card_hash: bytes) -> Facts:
        try:
            found = await self.replica.look_up(card_hash)
            if found is None:
                return Facts(position=None)
            facts = facts_from_rows(found.position, found.rows, self.policy.site, self.organization_key)
        except (CannotLookUp, ContractError) as error:
            if str(error) not in self._unreadable:
                self._unreadable.add(str(error))
                self.log("replica_unreadable", reader=self.reader.name, why=str(error))
            return Facts(position=None)
        self._unreadable.clear()
        return facts

    def _scanned(self, scan: Scan, code_hash: bytes) -> Scanned:
        age_s = self.trust.replica_age_s()
        circumstances = Circumstances(
            readable=scan.text is not None,
            posture=self.door.posture(),
            digits=scan.digits,
            clock=self.trust.clock_state(),
            replica_age_s=None if age_s is None else round(age_s, 3),
            contact=Contact.ONLINE if self.trust.in_contact() else Contact.OFFLINE,
        )
        reader = self._reader_as_chosen()
        return Scanned(self.new_id(), self.trust.now(), reader, self.policy, circumstances, scan, code_hash)

    def _reader_as_chosen(self) -> Reader:
        """With the benefit that staff chose at its screen, if they did."""
        permission = self.screen.permission()
        return self.reader if permission == self.reader.permission else replace(self.reader, permission=permission)

    def _decide(self, scanned: Scanned, ask: Ask, facts: Facts) -> tuple[Decision, CheckIn]:
        """From the replica's facts and all that the edge knows itself."""
        decision = decide(ask, self._with_own(scanned, facts), scanned.at)
        return decision, checkin_of(scanned, ask, decision, facts)

    def _with_own(self, scanned: Scanned, facts: Facts) -> Facts:
        used_steps = self.used_steps.of(self.reader.name, scanned.code_hash)
        return with_own(facts, self.own_uses, used_steps)

    async def _confirm(self, scanned: Scanned, asked: CheckIn) -> tuple[Decision, CheckIn]:
        """Ask the hub, and decide anew: much may have happened meanwhile."""
        self.signals.wait()
        self.screen.waits()
        answer = await self.confirmer.confirm(asked, self.reader.confirm_seconds)
        facts = await self._look_up(scanned.code_hash)
        ask, decision = decide_answered(scanned, answer, self._with_own(scanned, facts))
        return decision, checkin_of(scanned, ask, decision, facts)

    def _with_next_due(self, scanned: Scanned, facts: Facts, shown: Decision) -> Decision:
        """Own uses hold this one by now; a denial says it by itself, and so may the hub."""
        if not (shown.granted and shown.counted) or shown.next_available_at is not None:
            return shown
        due_at = next_due(scanned.ask(Contact.CONFIRMED), self._with_own(scanned, facts), shown, scanned.at)
        return replace(shown, next_available_at=due_at)

    async def _undo(self, scanned: Scanned, undoing: CheckIn, decision: Decision) -> Decision:
        undone = await self.recorder.undo(scanned.at, undoing)
        if undone is None:
            return replace(decision, outcome=Outcome.DENIED)
        self._forget(undone)
        return decision

    def _forget(self, undone: bytes) -> None:
        self.rescans.forget(undone)
        self.screen.voided(undone)

    def _undoing(self, scanned: Scanned, facts: Facts) -> Ask | None:
        """What is asked by a card that may undo at this reader; None for any other card."""
        ask = undo_ask(scanned)
        if ask is None or decide(ask, self._with_own(scanned, facts), scanned.at).reason is not Reason.GRANTED:
            return None
        return ask


def _is_asked_again(first: FirstOutcome, reader: Reader) -> bool:
    """Not where another benefit was chosen meanwhile."""
    return first.checkin.permission in (reader.permission, reader.undo_permission)


def _is_to_be_confirmed(checkin: CheckIn) -> bool:
    online = checkin.circumstances.contact is Contact.ONLINE
    return online and checkin.reason == Reason.CONFIRMATION_NEEDED
