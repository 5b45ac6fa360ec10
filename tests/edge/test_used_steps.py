"""Steps of rotating codes that a reader has taken: in memory and on disk by the same rule."""

import sqlite3
from pathlib import Path

import pytest
from msgspec import structs

from contract.ask import Policy
from contract.messages import CheckIn
from contract.rotating import step_at
from edge.core.used_steps import STEPS_KEPT, UsedStep, UsedSteps
from edge.storage import journal_tables as sql
from edge.storage.journal import SqliteJournal
from tests.edge.fakes import NOON
from tests.edge.journal_runs import run
from tests.edge.test_own_uses import checkin
from tests.edge.test_own_voids_and_passages import void

NOW = step_at(NOON)
CARD = b"h" * 32


def taken(number: int, step: int | None, **more: object) -> CheckIn:
    return structs.replace(checkin(number), step=step, **more)


@pytest.mark.parametrize(
    ("steps", "known"),
    [
        ([], set()),
        ([None], set()),
        ([NOW], {NOW}),
        ([NOW, NOW], {NOW}),
        ([NOW - 1, NOW + 1], {NOW - 1, NOW + 1}),
        ([NOW, NOW - 1], {NOW, NOW - 1}),
        ([NOW - STEPS_KEPT, NOW], {NOW - STEPS_KEPT, NOW}),
        ([NOW - STEPS_KEPT - 1, NOW], {NOW}),
        ([NOW + 900, NOW], {NOW + 900, NOW}),
        ([NOW - 900, NOW + 900, NOW], {NOW + 900, NOW}),
    ],
)
def test_the_steps_of_a_quarter_of_an_hour_are_known_and_kept(
    tmp_path: Path, steps: list[int | None], known: set[int]
) -> None:
    """What was taken under a clock that is ahead stays: the same code is good once, whatever the clock does."""
    path = tmp_path / "journal.db"
    in_memory = UsedSteps()

    async def first(journal: SqliteJournal) -> None:
        in_memory.take(taken(98, NOW - 5_000, reader="door"))
        await journal.append(taken(98, NOW - 5_000, reader="door"))
        for number, step in enumerate(steps, start=2):
            in_memory.take(taken(number, step))
            assert await journal.append(taken(number, step)) == number

    async def second(journal: SqliteJournal) -> None:
        for each in (in_memory, UsedSteps(await journal.used_steps())):
            assert each.of("counter", CARD) == known
            assert each.of("door", CARD) == {NOW - 5_000}
            assert each.of("counter", b"x" * 32) == frozenset()

    run(path, first)
    run(path, second)


@pytest.mark.parametrize("reason", ["limit_reached", "code_replayed", "unlocked", "confirmation_needed"])
def test_a_step_is_used_up_by_being_shown_whatever_came_of_it(tmp_path: Path, reason: str) -> None:
    shown = taken(1, NOW, outcome="denied", reason=reason, counted=False)
    steps = UsedSteps()
    steps.take(shown)
    assert steps.of("counter", CARD) == {NOW}

    async def work(journal: SqliteJournal) -> None:
        await journal.append(shown)
        assert await journal.used_steps() == [UsedStep("counter", CARD, NOW)]

    run(tmp_path / "journal.db", work)


def test_a_check_in_that_cannot_be_kept_uses_no_step_up_on_disk(tmp_path: Path) -> None:
    """One statement, so that the two are never apart."""

    async def work(journal: SqliteJournal) -> None:
        await journal._recorder.execute_fetchall(
            "CREATE TEMP TRIGGER full AFTER INSERT ON main.used_step BEGIN SELECT raise(ABORT, 'no'); END"
        )
        with pytest.raises(Exception, match="cannot be written"):
            await journal.append(taken(1, NOW))
        assert await journal.last_sequence() == 0
        assert list(await journal.used_steps()) == []

    run(tmp_path / "journal.db", work)


def test_own_rows_are_uses_passages_and_voids(tmp_path: Path) -> None:
    passage = checkin(2, counted=False, policy=Policy(area="hall"))
    rows = [checkin(1), checkin(9, counted=False), passage, void(1), checkin(3, membership=None)]

    async def work(journal: SqliteJournal) -> None:
        for row in rows:
            await journal.append(row)
        assert list(await journal.own_rows_not_known_passed(None)) == [(1, rows[0]), (3, passage), (4, void(1))]
        assert list(await journal.newest_own_rows()) == [void(1), passage, rows[0]]

    run(tmp_path / "journal.db", work)


def test_own_rows_are_found_without_reading_all(tmp_path: Path) -> None:
    async def work(_: SqliteJournal) -> None:
        return

    run(tmp_path / "journal.db", work)
    with sqlite3.connect(tmp_path / "journal.db") as connection:
        for statement in (sql.NEWEST_OWN_ROWS, sql.OWN_ROWS_AFTER):
            plan = [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {statement}", (1,))]
            assert len(plan) == 1
            assert "USING INDEX checkin_counted" in plan[0]
