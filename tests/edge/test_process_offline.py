"""The real edge with a replica from an earlier day and no broker: it grants, counts, and forgets no use."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from contract.card import lookup_hash, new_code, qr_text
from contract.facts import Card, Customer
from contract.feed import Change, Row, moved_digest, row_digest
from contract.grant import Grant
from contract.limits import Limit
from contract.membership import Holder, HolderKind, Membership, Plan
from contract.plan_rows import plan_change
from contract.rows import card_change, customer_change, membership_change
from edge.storage.replica import Replica
from tests.edge.edge_process import KEY_DIGITS, EdgeProcess

MEMBER, FORMER = new_code(b"0123456789"), new_code(b"9876543210")
FULL = Plan(1, "Full", (Grant("front-door"), Grant("glass-of-wine", (Limit(1, 7 * 86_400),))))
URL = "https://club.example"


def changes() -> list[Change]:
    today = datetime.now(UTC)
    ends_at = {1: None, 2: today - timedelta(seconds=1)}
    return [
        plan_change(FULL),
        *(customer_change(Customer(each, "Member")) for each in (1, 2)),
        *(
            card_change(lookup_hash(bytes.fromhex(KEY_DIGITS), code), Card(each))
            for each, code in ((1, MEMBER), (2, FORMER))
        ),
        *(
            membership_change(
                Membership(each, Holder(HolderKind.CUSTOMER, each), 1, today - timedelta(days=9), ends_at[each])
            )
            for each in (1, 2)
        ),
    ]


async def fill(state_dir: Path) -> None:
    rows = [
        Row(number, change.kind, change.key, change.ref, change.body)
        for number, change in enumerate(changes(), start=1)
    ]
    digest = moved_digest(0, [], [row_digest(row.kind, row.key, row.ref, row.body or b"") for row in rows])
    replica = await Replica.open(state_dir)
    await replica.start_fresh("everyone", 1, len(rows))
    await replica.load(rows, len(rows))
    assert await replica.finish_fresh(digest)
    await replica.close()


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    asyncio.run(fill(tmp_path / "state"))
    yield tmp_path


def card(code: str) -> bytes:
    return qr_text(URL, code).encode() + b"\r"


def test_offline_it_grants_and_denies(folder: Path) -> None:
    edge = EdgeProcess(folder)
    try:
        edge.wait_for("started")
        edge.door.type(card(MEMBER))
        assert edge.wait_for("scan")["reason"] == "granted"
        edge.door.type(card(FORMER))
        assert edge.wait_for("scan", count=2)["reason"] == "expired"
        edge.door.type(card(new_code(b"AAAAAAAAAA")))
        assert edge.wait_for("scan", count=3)["reason"] == "unknown_card"
        assert edge.stop() == (0, "")
        assert [checkin.customer for checkin in edge.journal()] == [1, 2, None]
        assert MEMBER.encode() not in edge.raw_log
    finally:
        edge.close()


def test_a_glass_that_was_redeemed_before_a_power_cut_is_not_poured_again(folder: Path) -> None:
    edge = EdgeProcess(folder)
    try:
        edge.wait_for("started")
        edge.counter.type(card(MEMBER))
        scan = edge.wait_for("scan")
        assert (scan["reason"], scan["remaining"], scan["journal_sequence"]) == ("granted", 0, 1)
        edge.process.kill()
        edge.ended()
    finally:
        edge.close()
    edge = EdgeProcess(folder)
    try:
        edge.wait_for("started")
        edge.counter.type(card(MEMBER))
        assert edge.wait_for("scan")["reason"] == "limit_reached"
        assert edge.stop() == (0, "")
        assert [checkin.counted for checkin in edge.journal()] == [True, False]
    finally:
        edge.close()
