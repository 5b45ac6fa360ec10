"""A look-up on real files: all that belongs to one card, of every kind, and nothing of anybody else's."""

import random
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from contract.ask import Ask, Direction
from contract.calendar import Calendar
from contract.decision import decide
from contract.facts import Card, Passage, Position
from contract.feed import Change, Kind
from contract.gathering import facts_from_rows
from contract.grant import Grant
from contract.hours import Schedule, Site, WeeklyWindow, Window
from contract.limits import CountsBy, Limit, Use
from contract.membership import Plan
from contract.plan_rows import plan_change, schedule_change, site_change
from contract.reasons import Reason
from contract.rotating import secret_of
from contract.rows import card_change, passage_change, pool_use_change, rotating_change, use_change
from edge.ports import Found
from edge.storage import feed_tables
from edge.storage.replica import Replica
from tests.edge.feed_samples import WEEK_S, Club, T, digest_of, numbered
from tests.edge.replica_runs import CARD, FEED, fill, run

COMPANY = 7 + 500_000_000
OTHER_CARD = b"\x08" * 32
DAYTIME = Schedule((WeeklyWindow(0, Window(480, 1_080)),))
HARBOUR = Site(Calendar("Europe/Berlin"))


def use(number: int, customer: int, company: int | None = None) -> Use:
    return Use(number.to_bytes(16, "big"), customer, 7, "front-door", T, company)


def passage(number: int, customer: int, area: str) -> Passage:
    return Passage(number.to_bytes(16, "big"), customer, area, Direction.IN, T)


KEY = bytes(range(32))


def every_kind() -> list[Change]:
    """The card's own rows of the newer kinds, and like ones that are others'."""
    return [
        plan_change(
            Plan(2, "Pool", (Grant("front-door", (Limit(5, WEEK_S, counts_by=CountsBy.COMPANY),), "day"),))
        ),
        site_change("harbour", HARBOUR),
        site_change("hill", Site()),
        schedule_change("day", DAYTIME),
        schedule_change("night", Schedule()),
        rotating_change(CARD, b"s" * 16),
        rotating_change(OTHER_CARD, b"o" * 16),
        passage_change(passage(1, 7, "hall")),
        passage_change(passage(2, 7, "bar")),
        passage_change(passage(3, 8, "hall")),
        pool_use_change(use(4, 7, COMPANY)),
        pool_use_change(use(5, 99, COMPANY)),
        pool_use_change(use(6, 99, COMPANY + 1)),
        use_change(use(7, 7)),
        use_change(use(8, 8)),
    ]


def test_it_gathers_all_of_one_card_and_nothing_of_others(tmp_path: Path) -> None:
    async def work(replica: Replica) -> None:
        other = Club(8, OTHER_CARD).changes()
        rows = numbered([*Club(7, CARD).changes(), *other[2:], *every_kind()[1:]])
        assert await fill(replica, rows)
        await replica.apply(numbered(every_kind()[:1], len(rows) + 1), len(rows) + 1)
        found = await replica.look_up(CARD)
        assert found is not None
        assert found.position == Position(FEED, 1, len(rows) + 1) == replica.position()
        facts = facts_from_rows(found.position, found.rows, "harbour", KEY)
        assert facts.card == Card(7)
        assert facts.customer is not None
        assert facts.customer.id == 7
        assert {each.plan.name for each in facts.held} == {"Full", "Pool"}
        assert {use.id[-1] for use in facts.uses} == {0xFF, 4, 5, 7}
        assert {(each.area, each.id[-1]) for each in facts.passages} == {("hall", 1), ("bar", 2)}
        assert facts.rotating_secret == secret_of(KEY, CARD, b"s" * 16)
        assert facts.site == HARBOUR
        assert facts.schedules == {"day": DAYTIME}
        assert facts_from_rows(found.position, found.rows, None, KEY).site == Site()
        assert decide(Ask(permission="glass-of-wine"), facts, T).reason is Reason.LIMIT_REACHED
        by_kind = sorted(kind for kind, *_ in found.rows)
        # Sites and schedules all come: which of them matter stands in the plans.
        assert by_kind == sorted(
            [Kind.CARD, Kind.CUSTOMER, Kind.ROTATING]
            + 2 * [Kind.PLAN, Kind.MEMBERSHIP, Kind.SITE, Kind.SCHEDULE, Kind.PASSAGE, Kind.USE, Kind.POOL_USE]
        )

    run(tmp_path, work)


def test_an_unknown_card_has_no_card_no_holder_and_no_uses(tmp_path: Path) -> None:
    async def work(replica: Replica) -> None:
        rows = numbered([*Club(7, CARD).changes(), *every_kind()[1:]])
        assert await fill(replica, rows)
        found = await replica.look_up(b"\x09" * 32)
        assert found is not None
        assert {kind for kind, *_ in found.rows} == {Kind.SITE, Kind.SCHEDULE}
        assert facts_from_rows(found.position, found.rows, None, KEY).card is None
        assert await replica.look_up(OTHER_CARD) != Found(found.position, found.rows)

    run(tmp_path, work)


def many() -> Iterator[Change]:
    """Cards with a use, a passage and a secret each, and a pool's uses."""
    chance = random.Random(1)
    for number in range(1_000, 11_000):
        card = chance.randbytes(32)
        yield card_change(card, Card(number))
        yield rotating_change(card, b"s" * 16)
        yield use_change(use(number, number))
        yield pool_use_change(use(number, number, COMPANY + number % 1_000 + 1))
        yield passage_change(passage(number, number, "hall"))


def test_every_step_is_one_search_in_the_index_however_many_rows(tmp_path: Path) -> None:
    async def work(replica: Replica) -> None:
        rows = numbered([*Club(7, CARD).changes(), *every_kind()[1:], *many()])
        await replica.start_fresh(FEED, 1, len(rows))
        for first in range(0, len(rows), 50_000):
            some = rows[first : first + 50_000]
            await replica.load(some, some[-1].sequence)
        assert len(rows) > 50_000
        assert await replica.finish_fresh(digest_of(rows))

    run(tmp_path, work)
    (path,) = tmp_path.glob("replica.*.db")
    with sqlite3.connect(path) as connection:
        plan = [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {feed_tables.LOOK_UP}", (CARD,))]
    scanned = {step.removeprefix("SCAN ") for step in plan if step.startswith("SCAN")}
    # What the statement itself has gathered, and one row.
    assert scanned <= {"meta", "card", "holder", "membership"}
    searches = [step for step in plan if step.startswith("SEARCH")]
    by_kind = [step for step in searches if step.endswith("USING INDEX feed_row_by_key (kind=?)")]
    assert len(by_kind) == 1  # sites and schedules
    assert len(searches) == 10
    assert all("USING INDEX feed_row_by_key (kind=? AND key" in step for step in searches if step not in by_kind)
