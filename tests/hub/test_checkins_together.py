"""Several writers at once: no use is counted twice or missed, no mark is wrong, and nobody waits in a circle."""

import random
import threading
from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.db import connection, transaction

from contract.ask import Policy
from contract.feed import Kind
from contract.instants import to_us
from contract.limits import Limit
from contract.messages import CheckIn, Void
from hub.checkins import models, operations
from hub.checkins.content import use_of
from hub.checkins.staff_operations import reset_passages, void_checkins
from hub.checkins.uses import drop_uses, realign_uses
from hub.feed import queries as feed
from hub.feed.operations import EVERYONE
from hub.members import operations as members
from hub.members.models import Permission
from hub.reports.rolling_operations import roll
from tests.hub.conftest import Database
from tests.hub.limited_club import (
    JOURNAL,
    OTHER_JOURNAL,
    WEEK_SECONDS,
    LimitedClub,
    assert_exact,
    ingest,
    limited_club,
    over_limit,
    own,
    pool_of,
    pool_rows,
    pooled,
    row_of,
    use_rows,
    void,
)
from tests.hub.scans import AT, batch, checkin, journal_rows, redemption, small_club
from tests.hub.test_checkins_over_limit import model
from tests.hub.test_reports_rolling import anew, roll_all, stored


@pytest.fixture
def here(postgresql_database: Database) -> LimitedClub:
    return limited_club(Limit(2, WEEK_SECONDS), pool_of(4))


def together(*works: Callable[[], object]) -> None:
    """Each in a thread of its own, with a connection of its own; what one raises is raised."""
    errors: list[BaseException] = []

    def run(work: Callable[[], object]) -> None:
        try:
            work()
        except BaseException as error:  # noqa: BLE001 - told by the test
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []


def in_turns(rows: Sequence[CheckIn | Void], journal: bytes) -> Callable[[], None]:
    def work() -> None:
        for start in range(0, len(rows), 5):
            ingest(*rows[start : start + 5], journal=journal, first=start + 1)

    return work


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_two_workers_staff_and_the_hourly_turn(here: LimitedClub, seed: int) -> None:
    """Two journals whose rows are of the same people, with voids in the other journal; then all again in a row."""
    chance = random.Random(seed)
    clerk = User.objects.create_user("clerk")
    glasses = [_glass(here, chance) for _ in range(80)]
    undone = [void(each) for each in chance.sample(glasses, 12)]
    rows: list[CheckIn | Void] = [*glasses[:40], *undone[:6]]
    other: list[CheckIn | Void] = [*glasses[40:], *undone[6:]]
    chance.shuffle(rows)
    chance.shuffle(other)

    def staff() -> None:
        for _ in range(5):
            void_checkins(models.CheckIn.objects.filter(over_limit=True)[:1], "a test", clerk, AT)
            reset_passages(here.people, AT)

    def hourly() -> None:
        for _ in range(5):
            list(realign_uses(AT))
            drop_uses(AT)
            members.save_grant(here.grant, [Limit(2, WEEK_SECONDS), pool_of(4)])

    together(in_turns(rows, JOURNAL), in_turns(other, OTHER_JOURNAL), staff, hourly)
    assert models.CheckIn.objects.count() == 80
    assert models.EarlyVoid.objects.count() == 0
    standing = models.CheckIn.objects.filter(voided_at=None)
    voided = {each.voids for each in undone}
    assert voided.isdisjoint(bytes(each.checkin_id) for each in standing)
    assert set(use_rows()) == {bytes(each.checkin_id) for each in standing}
    assert set(pool_rows()) == {bytes(each.checkin_id) for each in standing if each.company_id}
    assert_exact()
    assert over_limit() == _replayed_from_the_start(standing)


def _glass(here: LimitedClub, chance: random.Random) -> CheckIn:
    at, policy = AT + timedelta(hours=chance.randint(0, 400)), Policy(area="lounge")
    if chance.random() < 0.4:
        return own(here, at, policy=policy)
    return pooled(here, chance.randint(0, 2), at, policy=policy)


def _replayed_from_the_start(standing: Iterable[models.CheckIn]) -> set[bytes]:
    uses = [use for use in map(use_of, standing) if use is not None]
    return model(uses, (Limit(2, WEEK_SECONDS), pool_of(4)))


def test_a_void_and_its_checkin_at_once(here: LimitedClub) -> None:
    """Whoever is second finds what the first left: the void never waits for a check-in that is here."""
    for number in range(1, 21):
        glass = own(here, AT + timedelta(days=20 * number))
        together(
            lambda glass=glass, number=number: ingest(glass, first=number),
            lambda glass=glass, number=number: ingest(void(glass), journal=OTHER_JOURNAL, first=number),
        )
        assert row_of(glass).voided_at is not None
    assert models.EarlyVoid.objects.count() == 0
    assert use_rows() == {}


def test_a_passage_and_a_reset_at_once(here: LimitedClub) -> None:
    person = here.people[0]
    for number in range(1, 11):
        at = AT + timedelta(minutes=number)
        into = checkin(customer=person.pk, at_us=to_us(at), policy=Policy(area="lounge"))
        together(
            lambda into=into, number=number: ingest(into, first=number),
            lambda at=at: reset_passages([person], at - timedelta(seconds=1)),
        )
    assert len(feed.live_bodies(EVERYONE, Kind.PASSAGE)) == 1
    assert_exact()


def test_pools_that_change_while_glasses_come(here: LimitedClub) -> None:
    """A plan that has a pool no more, committed while a check-in waits for the feed."""
    glass = pooled(here, 0, AT)
    waiting = threading.Thread(target=lambda: together(lambda: ingest(glass)))
    with transaction.atomic():
        members.save_grant(here.grant, [Limit(2, WEEK_SECONDS)])
        waiting.start()
        waiting.join(0.3)
    waiting.join()
    assert set(use_rows()) == {glass.id}
    assert pool_rows() == {}
    assert_exact()


def test_two_workers_with_the_same_journals(postgresql_database: Database) -> None:
    """Each is handed every batch of two journals, in an order of its own; the ids of one recur in the other."""
    club = small_club()
    checkins = [redemption(club, number) for number in range(240)]
    rows, copies = journal_rows(*checkins), journal_rows(*checkins[::-1])

    def work(seed: int) -> None:
        chance = random.Random(seed)
        for start in range(0, 240, 8):
            sent = [
                batch(JOURNAL, rows[max(0, start - 8) : start + 8]),
                batch(OTHER_JOURNAL, copies[max(0, start - 8) : start + 8]),
            ]
            chance.shuffle(sent)
            operations.ingest(sent, AT)

    together(lambda: work(1), lambda: work(2))
    assert models.CheckIn.objects.count() == 240
    assert set(use_rows()) == {each.id for each in checkins}
    assert list(models.JournalPosition.objects.values_list("upto", flat=True)) == [240, 240]
    assert_exact()


def test_a_use_and_the_end_of_its_customer_do_not_cross(here: LimitedClub) -> None:
    """Whoever is second sees what the first did: no use is left of a customer who is gone."""
    glass = own(here, AT)
    waiting = threading.Thread(target=lambda: together(lambda: ingest(glass)))
    with transaction.atomic():
        members.delete_customers([here.club.customer])
        waiting.start()
        waiting.join(0.3)
    waiting.join()
    assert row_of(glass).counted
    assert use_rows() == {}


def test_first_times_are_exact_when_late_uses_come_while_hours_are_counted(here: LimitedClub) -> None:
    """Of a benefit without limits, which is no row of any feed."""
    Permission.objects.create(slug="ride", name="Ride", is_benefit=True)
    hours = random.Random(3).sample(range(48), 16)

    def come(journal: bytes, hours: Sequence[int]) -> None:
        for number, hour in enumerate(hours, start=1):
            at = AT + timedelta(hours=hour)
            ingest(own(here, at, permission="ride", counted=False), journal=journal, first=number)

    def count() -> None:
        for _turn in range(12):
            roll()

    together(lambda: come(JOURNAL, hours[::2]), lambda: come(OTHER_JOURNAL, hours[1::2]), count)
    roll_all()
    assert stored() == anew()
    assert sum(first for _stand, first, *_others in stored().values()) == 1
