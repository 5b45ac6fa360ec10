"""Every reason that an edge can give, by the real edge: a real terminal, a replica and a journal on disk."""

import asyncio
import sqlite3
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from contract.card import lookup_hash, new_code
from contract.facts import Card
from contract.feed import Change
from contract.grant import Grant, Offline
from contract.hours import Schedule
from contract.limits import Limit
from contract.membership import Freeze, Holder, HolderKind, Membership, Plan
from contract.messages import CheckIn
from contract.plan_rows import plan_change, schedule_change
from contract.reasons import Reason
from contract.rotating import digits_at, rotating_text, secret_of, step_at
from contract.rows import card_change, membership_change, rotating_change
from edge.clock import SystemClock
from edge.core.clock_trust import ClockMarks, Mark
from edge.core.saved_trust import saved
from edge.storage.replica import Replica
from edge.storage.trust_file import SmallTrustFile
from tests.edge.edge_process import DEADLINE_S, KEY_DIGITS, EdgeProcess
from tests.edge.feed_samples import digest_of, numbered

SALT = b"s" * 16
DAY = timedelta(days=1)
GLASS = Limit(1, 7 * 86_400)
PLANS = {
    "full": (Grant("front-door"), Grant("glass-of-wine", (GLASS,))),
    "bare": (Grant("sauna"),),
    "hours": (Grant("front-door", schedule="never"),),
    "partner": (Grant("front-door", partners=frozenset({"spa"})),),
    "login": (Grant("front-door", login_required=True),),
    "gap": (Grant("glass-of-wine", (Limit(9, 86_400, gap_seconds=3_600),)),),
    "confirm": (Grant("glass-of-wine", (GLASS,), offline=Offline.DENY),),
}
MEMBERS = [*PLANS, "revoked", "early", "late", "nobody", "pending", "scheduled", "suspended", "expired"]


def code_of(name: str) -> str:
    return new_code((name + "-" * 10)[:10].encode())


def member_changes(number: int, name: str, today: datetime) -> Iterator[Change]:
    """A card, and the membership that its name speaks of."""
    valid_from = today + DAY if name == "early" else None
    valid_until = today - DAY if name == "late" else None
    card_hash = lookup_hash(bytes.fromhex(KEY_DIGITS), code_of(name))
    yield card_change(card_hash, Card(number, name == "revoked", valid_from, valid_until))
    yield rotating_change(card_hash, SALT)
    if name != "nobody":
        plan = 1 + list(PLANS).index(name) if name in PLANS else 1
        yield membership_change(
            Membership(
                number,
                Holder(HolderKind.CUSTOMER, number),
                plan,
                today + DAY if name == "scheduled" else today - 9 * DAY,
                today - DAY if name == "expired" else None,
                pending=name == "pending",
                freezes=(Freeze(today - DAY, None),) if name == "suspended" else (),
            )
        )


async def fill(state_dir: Path) -> None:
    today = datetime.now(UTC)
    plans = [plan_change(Plan(number, name, PLANS[name])) for number, name in enumerate(PLANS, start=1)]
    members = [each for number, name in enumerate(MEMBERS, 1) for each in member_changes(number, name, today)]
    rows = numbered([*plans, schedule_change("never", Schedule()), *members])
    replica = await Replica.open(state_dir)
    await replica.start_fresh("everyone", 1, len(rows))
    await replica.load(rows, len(rows))
    assert await replica.finish_fresh(digest_of(rows))
    await replica.close()


def believe_the_clock(state_dir: Path) -> None:
    """It was synced in this boot."""
    clock = SystemClock()
    at_s = clock.boottime_s()
    marks = ClockMarks(synced=Mark(clock.now(), at_s))
    SmallTrustFile(state_dir / "trust.json").write(saved(marks, None, clock.boot_id(), at_s))


def rotating(name: str) -> str:
    key = bytes.fromhex(KEY_DIGITS)
    secret = secret_of(key, lookup_hash(key, code_of(name)), SALT)
    return rotating_text(code_of(name), digits_at(secret, step_at(datetime.now(UTC)) + 1))


@dataclass(frozen=True)
class Case:
    """The last of `scans` gives `reason` at `reader`, configured with `words`."""

    reason: Reason
    scans: tuple[str | Callable[[], str], ...]
    reader: str = "door"
    words: str = ""
    whole: bool = True


def at_door(reason: Reason, name: str, words: str = "") -> Case:
    return Case(reason, (code_of(name),), words=words)


ROTATING = 'codes = "rotating"\nrescan_seconds = 0'
CASES = [
    at_door(Reason.READER_DISABLED, "full", "enabled = false"),
    Case(Reason.NOT_READY, (code_of("full"),), whole=False),
    Case(Reason.UNREADABLE, ("\x07",)),
    Case(Reason.UNKNOWN_CARD, ("4006381333931",)),
    at_door(Reason.CARD_REVOKED, "revoked"),
    at_door(Reason.CARD_NOT_YET_VALID, "early"),
    at_door(Reason.CARD_EXPIRED, "late"),
    at_door(Reason.CODE_STALE, "full", ROTATING),
    Case(Reason.CODE_REPLAYED, 2 * (lambda: rotating("full"),), words=ROTATING),
    at_door(Reason.CLOCK_UNKNOWN, "full", 'clock = "synced"'),
    at_door(Reason.REPLICA_STALE, "full", "replica_age_seconds_max = 60"),
    at_door(Reason.NO_MEMBERSHIP, "nobody"),
    at_door(Reason.PENDING, "pending"),
    at_door(Reason.SCHEDULED, "scheduled"),
    at_door(Reason.SUSPENDED, "suspended"),
    at_door(Reason.EXPIRED, "expired"),
    at_door(Reason.LOCKDOWN, "full", 'posture = "lockdown"'),
    at_door(Reason.PERMISSION_MISSING, "bare"),
    at_door(Reason.OUTSIDE_HOURS, "hours"),
    at_door(Reason.PARTNER_NOT_APPROVED, "partner"),
    at_door(Reason.LOGIN_REQUIRED, "login", "attended = false"),
    Case(Reason.ALREADY_INSIDE, 2 * (code_of("full"),), words='area = "hall"\npassback = "hard"'),
    Case(Reason.LIMIT_REACHED, 2 * (code_of("full"),), "counter"),
    Case(Reason.COOLDOWN, 2 * (code_of("gap"),), "counter"),
    Case(Reason.CONFIRMATION_NEEDED, (code_of("confirm"),), "counter"),
    at_door(Reason.UNLOCKED, "nobody", 'posture = "unlocked"'),
    at_door(Reason.FREE_ACCESS, "nobody", 'posture = "free"'),
    at_door(Reason.GRANTED, "full"),
]
Edges = Callable[[str, bool], EdgeProcess]


@pytest.fixture(scope="module")
def edges(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Edges]:
    """An edge for each configuration, started when it is first asked for."""
    running: dict[tuple[str, bool], EdgeProcess] = {}

    def edge_with(words: str, whole: bool) -> EdgeProcess:
        if (words, whole) not in running:
            folder = tmp_path_factory.mktemp("edge")
            running[words, whole] = started(folder, words, whole)
        return running[words, whole]

    yield edge_with
    for edge in running.values():
        edge.close()


def started(folder: Path, words: str, whole: bool = True) -> EdgeProcess:
    state_dir = folder / "state"
    if not state_dir.exists():
        state_dir.mkdir()
        believe_the_clock(state_dir)
        if whole:
            asyncio.run(fill(state_dir))
    edge = EdgeProcess(folder, **{"relay_pin = 17": f"relay_pin = 17\n{words}"})
    edge.wait_for("started")
    return edge


def last_of(edge: EdgeProcess, case: Case) -> dict[str, object]:
    scanner = edge.door if case.reader == "door" else edge.counter
    for number, each in enumerate(case.scans):
        before = sum(event["event"] == "scan" for event in edge.events)
        scanner.type((each if isinstance(each, str) else each()).encode() + b"\r")
        scan = edge.wait_for("scan", count=before + 1)
        assert scan["reason"] == case.reason or number < len(case.scans) - 1
    return scan


def kept_as(edge: EdgeProcess, number: object) -> CheckIn:
    """A door does not wait for the disk."""
    ends_s = time.monotonic() + DEADLINE_S
    while time.monotonic() < ends_s:
        if kept := [each for each in edge.journal() if each.id.hex() == number]:
            return kept[0]
        time.sleep(0.01)
    raise AssertionError(f"{number} is not in the journal")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.reason)
def test_each_reason(edges: Edges, case: Case) -> None:
    edge = edges(case.words, case.whole)
    scan = last_of(edge, case)
    granted = case.reason in (Reason.GRANTED, Reason.UNLOCKED, Reason.FREE_ACCESS)
    assert scan["outcome"] == ("granted" if granted else "denied")
    kept = kept_as(edge, scan["id"])
    assert (kept.reason, kept.outcome, kept.reader) == (case.reason, scan["outcome"], case.reader)


def test_what_cannot_be_recorded_at_a_counter(tmp_path: Path) -> None:
    """Somebody else holds the journal's file."""
    edge = started(tmp_path, "")
    try:
        holder = sqlite3.connect(edge.journal_path, isolation_level=None)
        holder.execute("BEGIN IMMEDIATE")
        last_of(edge, Case(Reason.CANNOT_RECORD, (code_of("full"),), "counter"))
        holder.execute("ROLLBACK")
        holder.close()
        last_of(edge, Case(Reason.GRANTED, (code_of("full"),), "counter"))
    finally:
        edge.close()


def test_a_step_that_was_taken_before_a_power_cut_is_not_taken_again(tmp_path: Path) -> None:
    code = rotating("full")
    for reason in (Reason.GRANTED, Reason.CODE_REPLAYED):
        edge = started(tmp_path, ROTATING)
        try:
            last_of(edge, Case(reason, (code,)))
            edge.process.kill()
            edge.ended()
        finally:
            edge.close()


def test_no_reason_is_missing() -> None:
    assert {case.reason for case in CASES} | {Reason.CANNOT_RECORD} == set(Reason)
