"""The feed's past on both databases: what changed is kept as it was, read at any sequence, and pruned by age."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contract.facts import Position
from contract.feed import (
    Change,
    Kind,
    company_key,
    customer_key,
    passage_key,
    plan_key,
    pool_use_key,
    rotating_key,
    schedule_key,
    site_key,
    use_key,
)
from hub.feed import operations as feed
from hub.feed.history import PRUNED_AT_ONCE, prune_history
from hub.feed.lookup import PositionLost, rows_of_customer
from hub.feed.models import Feed, SupersededRow
from hub.feed.operations import EVERYONE
from tests.hub.lookup_model import Stood, rows_for_card, rows_for_customer

pytestmark = pytest.mark.usefixtures("database")

NAME = customer_key(1)
_numbers = count()


def append(*changes: Change, name: str = EVERYONE) -> int:
    with transaction.atomic():
        return feed.append(name, changes)[1]


def named(body: bytes | None) -> Change:
    return Change(Kind.CUSTOMER, NAME, b"", body)


def names_at(sequence: int | None, epoch: int | None = None) -> list[bytes]:
    return [body for _, _, _, body in rows_of_customer(EVERYONE, 1, sequence, epoch=epoch).rows]


def age_all(days: float) -> None:
    SupersededRow.objects.update(superseded_at=datetime.now(UTC) - timedelta(days=days))


def test_a_changed_row_stands_as_it_was_until_its_change() -> None:
    append(named(b"one"))
    append(named(b"two"))
    append(named(None))
    append(named(b"three"))
    assert [names_at(sequence) for sequence in range(5)] == [[], [b"one"], [b"two"], [], [b"three"]]
    assert names_at(None) == [b"three"]


def test_only_live_rows_that_change_are_kept() -> None:
    append(named(b"one"), Change(Kind.CARD, b"card", NAME, b""))
    append(named(b"one"))
    assert not SupersededRow.objects.exists()
    append(named(None))
    append(named(b"two"))
    kept = SupersededRow.objects.get()
    assert (kept.kind, bytes(kept.key), bytes(kept.body)) == (Kind.CUSTOMER, NAME, b"one")
    assert (kept.sequence, kept.superseded_at_sequence) == (1, 3)
    assert abs(kept.superseded_at - datetime.now(UTC)) < timedelta(hours=1)


def test_what_is_rolled_back_leaves_no_past() -> None:
    append(named(b"one"))
    with pytest.raises(RuntimeError), transaction.atomic():
        feed.append(EVERYONE, [named(b"two")])
        raise RuntimeError
    assert not SupersededRow.objects.exists()


def test_many_rows_that_change_at_once_change_one_after_the_other() -> None:
    keys = [customer_key(number) for number in range(1_234)]
    append(*(Change(Kind.CUSTOMER, key, b"", b"old") for key in keys))
    append(*(Change(Kind.CUSTOMER, key, b"", b"new") for key in keys))
    for number in (0, 499, 500, 1_233):
        turned = 1_234 + number + 1
        for sequence, body in ((turned - 1, b"old"), (turned, b"new")):
            assert rows_of_customer(EVERYONE, number, sequence).rows == [(Kind.CUSTOMER, keys[number], b"", body)]


# Any history of any rows

_HASHES = (b"h" * 32, b"i" * 32)
_CUSTOMERS = (1, 2)
_COMPANIES = (1, 255)
_CHECKIN = b"\xff" * 16


def _pairs() -> Iterator[tuple[Kind, bytes, tuple[bytes, ...]]]:
    """Kind, key, and what the ref may be."""
    customers, companies = tuple(map(customer_key, _CUSTOMERS)), tuple(map(company_key, _COMPANIES))
    for card_hash in _HASHES:
        yield Kind.CARD, card_hash, customers
        yield Kind.ROTATING, rotating_key(card_hash), (b"",)
    for customer in _CUSTOMERS:
        yield Kind.CUSTOMER, customer_key(customer), (b"",)
        yield Kind.PASSAGE, passage_key(customer, "main-hall"), (b"",)
        yield Kind.USE, use_key(customer, _CHECKIN), (b"",)
        yield from ((Kind.LINK, customer_key(customer) + company, (company,)) for company in companies)
    yield from ((Kind.POOL_USE, pool_use_key(company, _CHECKIN), (b"",)) for company in _COMPANIES)
    plans = (plan_key(1), plan_key(2))
    yield from ((Kind.PLAN, plan, (b"",)) for plan in plans)
    yield from ((Kind.MEMBERSHIP, holder + b"M" + bytes(8), plans) for holder in customers + companies)
    yield from ((Kind.SITE, site_key(name), (b"",)) for name in ("clubhouse", "annex"))
    yield Kind.SCHEDULE, schedule_key("always"), (b"",)


_changes = st.sampled_from(list(_pairs())).flatmap(
    lambda pair: st.builds(
        Change,
        st.just(pair[0]),
        st.just(pair[1]),
        st.sampled_from(pair[2]),
        st.one_of(st.sampled_from([b"", b"one", b"two"]), st.none()),
    )
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(_changes, max_size=12), max_size=8))
def test_at_every_sequence_the_rows_are_those_that_stood(transactions: list[list[Change]]) -> None:
    name = f"feed-{next(_numbers)}"
    feed.create(name, epoch=5)
    feed.create(f"{name}-beside", epoch=5)
    stood = Stood()
    for changes in transactions:
        append(*changes, name=name)
        append(*changes[::2], name=f"{name}-beside")
        stood.append(changes)
    for sequence in (*range(stood.sequence + 1), None):
        rows = stood.at(sequence)
        position = Position(name, 5, stood.sequence if sequence is None else sequence)
        for card_hash in _HASHES:
            found = stood.found(name, card_hash, sequence)
            assert found == (position, rows_for_card(rows, card_hash))
        found = stood.found(name, 1, sequence)
        assert found == (position, rows_for_customer(rows, customer_key(1)))


# Pruning


def test_what_is_older_is_dropped_and_then_unknown() -> None:
    append(named(b"one"))
    append(named(b"two"))
    age_all(days=91)
    append(named(b"three"))
    assert prune_history(datetime.now(UTC) - timedelta(days=90)) == 1
    with pytest.raises(PositionLost, match="known from 2 on"):
        names_at(1)
    assert [names_at(2), names_at(3)] == [[b"two"], [b"three"]]


def test_nothing_is_old_enough() -> None:
    append(named(b"one"))
    append(named(b"two"))
    age_all(days=89)
    assert prune_history(datetime.now(UTC) - timedelta(days=90)) == 0
    assert names_at(1) == [b"one"]


def test_a_thousand_go_at_once_and_of_every_feed() -> None:
    for body in (b"old", b"new"):
        append(*(Change(Kind.CUSTOMER, customer_key(number), b"", body) for number in range(1_100)))
    feed.create("annex", epoch=5)
    for body in (b"old", b"new"):
        append(named(body), name="annex")
    age_all(days=100)
    before = datetime.now(UTC)
    dropped = [prune_history(before) for _ in range(4)]
    assert sorted(dropped) == [0, 1, 100, PRUNED_AT_ONCE]
    assert not SupersededRow.objects.exists()
    assert dict(Feed.objects.values_list("name", "history_from_sequence")) == {EVERYONE: 2_200, "annex": 2}


def test_what_goes_first_is_what_became_old_first() -> None:
    """However the database's clock was set meanwhile, what is dropped is known to be unknown."""
    for body in (b"one", b"two", b"three"):
        append(named(body))
    now = datetime.now(UTC)
    SupersededRow.objects.filter(superseded_at_sequence=3).update(superseded_at=now - timedelta(days=900))
    prune_history(now - timedelta(days=90))
    with pytest.raises(PositionLost):
        names_at(2)
    assert names_at(3) == [b"three"]


def test_the_present_is_read_while_the_past_is_gone() -> None:
    append(named(b"one"))
    append(named(b"two"))
    age_all(days=100)
    prune_history(datetime.now(UTC))
    assert names_at(None) == [b"two"]
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM feed_supersededrow")
        assert cursor.fetchone() == (0,)
