"""Cards whose codes rotate, on both databases: which feeds carry their secrets, and for how long."""

from datetime import UTC, datetime, timedelta

import pytest
from django.conf import settings
from django.db import connection

from contract.card import read_scan
from contract.feed import Kind
from contract.rotating import SALT_BYTES, matching_step, secret_of, step_at
from contract.rows import rotating_salt_of
from hub.audit.models import Entry
from hub.feed import operations as feed
from hub.feed import queries as feed_queries
from hub.feed.operations import EVERYONE
from hub.members import codes, operations, queries, rotating_operations
from hub.members.codes import CodeUnreadable
from hub.members.models import Card, Customer
from hub.members.rotating_operations import NotRotatable, carry_secrets, drop_secrets, make_rotating, stop_rotating
from tests.hub.followed import facts

pytestmark = pytest.mark.usefixtures("database")

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)


def some_cards(count: int = 1) -> list[Card]:
    return operations.issue_cards([operations.save_customer(Customer(name="Member"))] * count)


def told(feed_name: str) -> dict[bytes, bytes]:
    """The salts in a feed, by their cards' hashes."""
    rows = feed_queries.rows_after(feed_name, 0, 100_000)
    head = feed_queries.head(feed_name)
    assert head.digest == feed_queries.digest_from_rows(feed_name)
    return {r.key: rotating_salt_of(r.body) for r in rows if r.kind == Kind.ROTATING and r.body is not None}


def kept(cards: list[Card]) -> dict[bytes, bytes | None]:
    found = Card.objects.filter(pk__in=[card.pk for card in cards])
    return {bytes(card.lookup_hash): card.rotating_salt and bytes(card.rotating_salt) for card in found}


@pytest.fixture
def doors() -> str:
    """Another feed, for readers that ask for rotating codes."""
    feed.create("doors", epoch=1)
    carry_secrets("doors")
    return "doors"


def test_the_log_tells_of_codes_that_rotate_and_no_more() -> None:
    cards = some_cards(2)
    make_rotating(cards)
    stop_rotating(cards[:1])
    said = Entry.objects.filter(action__startswith="codes rotate").values_list("action", "thing_id", "thing")
    assert sorted(said) == [
        *(("codes rotate", card.pk, str(card)) for card in cards),
        ("codes rotate no more", cards[0].pk, str(cards[0])),
    ]


def test_a_secret_stands_only_in_feeds_that_carry_them(doors: str) -> None:
    cards = some_cards(3)
    assert make_rotating(cards[:2]) == 2
    assert make_rotating(cards[:2]) == make_rotating(Card.objects.filter(pk=cards[0].pk)) == 0
    salts_kept = kept(cards[:2])
    assert {len(salt) for salt in salts_kept.values()} == {SALT_BYTES}
    assert len(set(salts_kept.values())) == 2
    assert told(doors) == salts_kept
    assert told(EVERYONE) == {}
    assert stop_rotating(cards) == 2
    assert told(doors) == {}
    assert set(kept(cards).values()) == {None}


def test_a_feed_begins_and_ends_to_carry_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rotating_operations, "AT_ONCE", 2)
    cards = some_cards(5)
    make_rotating(cards)
    operations.revoke_cards(cards[4:], AT)
    for _ in range(2):
        carry_secrets(EVERYONE)
        assert told(EVERYONE) == kept(cards[:4])
    cards[0].refresh_from_db()
    assert facts(codes.decrypt(cards[0])).rotating_secret == codes.secret_of(cards[0])
    for _ in range(2):
        drop_secrets(EVERYONE)
        assert told(EVERYONE) == {}
    assert facts(codes.decrypt(cards[0])).rotating_secret is None
    make_rotating(some_cards())
    assert told(EVERYONE) == {}


def test_a_card_that_goes_takes_its_secret_along(doors: str) -> None:
    revoked, deleted, held, staying = cards = some_cards(4)
    make_rotating(cards)
    operations.revoke_cards([revoked], AT)
    operations.delete_cards([deleted])
    assert set(told(doors)) == {bytes(held.lookup_hash), bytes(staying.lookup_hash)}
    staying.refresh_from_db()
    staying.valid_until = AT
    operations.save_card(staying)
    assert bytes(staying.lookup_hash) in told(doors)
    assert make_rotating([Card.objects.get(pk=revoked.pk)]) == 0
    operations.delete_customers([held.customer])
    assert told(doors) == {}


def test_codes_from_elsewhere_cannot_rotate(doors: str) -> None:
    [ours] = some_cards()
    imported = operations.import_card(ours.customer, "4006381333931")
    with pytest.raises(NotRotatable, match="issue cards of this hub instead"):
        make_rotating([ours, imported])
    assert told(doors) == {}
    assert kept([ours]) == {bytes(ours.lookup_hash): None}


def test_what_a_wallet_shows_is_read_and_right() -> None:
    [card] = some_cards()
    assert queries.rotating_text_now(card, AT) is None
    make_rotating([card])
    card.refresh_from_db()
    text = queries.rotating_text_now(card, AT)
    scan = read_scan(text.encode())
    assert scan.text == codes.decrypt(card)
    secret = codes.secret_of(card)
    assert matching_step(secret, scan.digits, AT) == step_at(AT)
    assert matching_step(secret, scan.digits, AT + timedelta(seconds=90)) is None


def test_a_secret_follows_from_the_organization_key_the_card_and_its_salt() -> None:
    first, second = some_cards(2)
    make_rotating([first, second])
    first.refresh_from_db()
    assert codes.secret_of(first) == secret_of(
        settings.KEYS.organization, bytes(first.lookup_hash), bytes(first.rotating_salt)
    )
    second.rotating_salt = first.rotating_salt
    assert codes.secret_of(second) != codes.secret_of(first)


def test_no_secret_is_stored_and_one_given_anew_is_another() -> None:
    [card] = some_cards()
    carry_secrets(EVERYONE)
    seen = set()
    for _ in range(2):
        make_rotating([card])
        card.refresh_from_db()
        secret = codes.secret_of(card) or b""
        seen.add(secret)
        with connection.cursor() as cursor:
            for table in connection.introspection.table_names():
                cursor.execute(f"SELECT * FROM {table}")
                stored = [bytes(v) for row in cursor for v in row if isinstance(v, bytes | memoryview)]
                assert not any(secret in value for value in stored)
        stop_rotating([card])
        card.refresh_from_db()
    assert len(seen) == 2


def test_a_card_with_a_wrong_key_is_told() -> None:
    first, second = some_cards(2)
    second.code_encrypted = first.code_encrypted
    with pytest.raises(CodeUnreadable, match=r"put card\.key back"):
        codes.decrypt(second)
