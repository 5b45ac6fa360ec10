"""Feeds beside everybody's, on both databases: who and what is assigned to them, and what follows from that."""

import random
from datetime import timedelta

import pytest

from contract.ask import Direction, Policy
from contract.feed import Kind
from contract.limits import Limit
from contract.rows import customer_of
from hub.feed import named_operations, queries
from hub.feed.models import Assignment, Feed
from hub.feed.named_operations import Holding
from hub.feed.operations import EVERYONE, FeedWriteError
from hub.feed.queries import UnknownFeed
from hub.fleet import feed_operations
from hub.fleet.feed_operations import Chosen, UnknownPart
from hub.members import operations as members
from hub.members.models import Card, Company, Customer, Grant, Link, Membership, Permission
from hub.members.rotating_operations import carry_secrets, make_rotating
from tests.hub.conftest import Database
from tests.hub.limited_club import (
    AT,
    GLASS,
    WEEK_SECONDS,
    LimitedClub,
    assert_exact,
    ingest,
    limited_club,
    own,
    pool_of,
    pooled,
    use_rows,
    void,
)
from tests.hub.narrower import assert_narrow, counters, kinds_in, rows_in
from tests.hub.scans import checkin

DOOR = "front-door"


@pytest.fixture
def here(database: Database) -> LimitedClub:
    club = limited_club(Limit(3, WEEK_SECONDS), pool_of(9))
    door = Permission.objects.get(slug=DOOR)
    members.save_grant(Grant(plan=club.grant.plan, permission=door), ())
    members.issue_cards([club.club.customer, *club.people])
    return club


def in_feed(name: str) -> set[str]:
    bodies = queries.live_bodies(name, Kind.CUSTOMER)
    return {customer_of(key, body).name for key, body in bodies.items()}


def test_a_feed_that_holds_all_is_filled_and_follows(here: LimitedClub) -> None:
    ingest(pooled(here, 0, AT))
    feed_operations.create_feed("annex", 7, Holding())
    assert rows_in("annex") == rows_in(EVERYONE)
    ingest(own(here, AT), first=2)
    members.revoke_cards(Card.objects.all()[:1], AT)
    members.delete_customers(here.people[:1])
    assert rows_in("annex") == rows_in(EVERYONE)
    assert_narrow("annex")


def test_names_stay_behind(here: LimitedClub) -> None:
    feed_operations.create_feed("annex", 7, Holding(with_names=False))
    assert in_feed("annex") == {""}
    renamed = here.people[0]
    renamed.name = "Somebody else"
    before = queries.head("annex")
    members.save_customer(renamed)
    assert queries.head("annex") == before
    members.save_customer(Customer(name="Newcomer"))
    assert in_feed("annex") == {""}
    assert not any(b"Newcomer" in (body or b"") for _, body in rows_in("annex").values())
    assert_narrow("annex")


def test_a_customer_comes_and_goes(here: LimitedClub) -> None:
    name = counters(Chosen())
    assert kinds_in(name).keys() <= {Kind.PLAN, Kind.SITE, Kind.SCHEDULE}
    ingest(own(here, AT))
    one = Chosen(customers=[here.club.customer])
    for _ in range(2):
        feed_operations.assign(name, one)
        assert in_feed(name) == {here.club.customer.name}
        assert kinds_in(name)[Kind.USE] == kinds_in(name)[Kind.CARD] == kinds_in(name)[Kind.MEMBERSHIP] == 1
        assert_narrow(name)
    for _ in range(2):
        feed_operations.unassign(name, one)
        assert in_feed(name) == set()
        assert_narrow(name)
    ingest(own(here, AT), first=2)
    assert use_rows(name) == {}


def test_a_company_brings_its_people_and_they_bring_what_serves_them(here: LimitedClub) -> None:
    other = members.save_company(Company(name="Other company"))
    both, alone, late = here.people
    members.add_links([Link(customer=both, company=other)])
    members.save_membership(Membership(plan=here.grant.plan, company=other, starts_at=AT))
    name = counters(Chosen(companies=[other]))
    ingest(pooled(here, 1, AT))
    assert in_feed(name) == {both.name}
    assert kinds_in(name)[Kind.MEMBERSHIP] == 2
    assert kinds_in(name)[Kind.POOL_USE] == 1
    assert use_rows(name) == {}
    assert_narrow(name)

    link = members.save_link(Link(customer=late, company=other))
    assert in_feed(name) == {both.name, late.name}
    assert_narrow(name)
    members.delete_links([link])
    assert in_feed(name) == {both.name}
    members.delete_links(Link.objects.filter(customer=both, company=here.company))
    assert kinds_in(name)[Kind.MEMBERSHIP] == 1
    assert Kind.POOL_USE not in kinds_in(name)
    assert_narrow(name)
    feed_operations.unassign(name, Chosen(companies=[other]))
    assert in_feed(name) == set()
    assert kinds_in(name).keys() <= {Kind.PLAN, Kind.SITE, Kind.SCHEDULE}
    assert_narrow(name)
    assert alone.name in in_feed(EVERYONE)


def test_who_is_deleted_is_assigned_no_more(here: LimitedClub) -> None:
    name = counters(Chosen([here.club.customer], [here.company]))
    members.delete_customers([here.club.customer])
    members.delete_companies([here.company])
    assert not Assignment.objects.exists()
    assert in_feed(name) == set()
    assert_narrow(name)


def test_a_card_that_changes_hands_leaves_with_its_secret(here: LimitedClub) -> None:
    name = counters(Chosen([here.people[0]]))
    carry_secrets(name)
    card = here.people[0].cards.get()
    make_rotating(Card.objects.all())
    assert kinds_in(name)[Kind.ROTATING] == 1
    card.refresh_from_db()
    card.customer = here.people[1]
    members.save_card(card)
    assert Kind.ROTATING not in kinds_in(name)
    assert Kind.CARD not in kinds_in(name)
    card.customer = here.people[0]
    members.save_card(card)
    assert kinds_in(name)[Kind.ROTATING] == 1
    assert_narrow(name)


def test_secrets_come_and_go_with_their_customers(here: LimitedClub) -> None:
    name = counters(Chosen())
    make_rotating(Card.objects.all())
    carry_secrets(name)
    assert Kind.ROTATING not in kinds_in(name)
    company = Chosen(companies=[here.company])
    feed_operations.assign(name, company)
    assert kinds_in(name)[Kind.ROTATING] == 3
    members.save_link(Link(customer=here.club.customer, company=here.company))
    assert kinds_in(name)[Kind.ROTATING] == 4
    feed_operations.unassign(name, company)
    assert Kind.ROTATING not in kinds_in(name)
    assert Kind.ROTATING not in kinds_in(EVERYONE)


def test_other_permissions_and_areas_stay_behind(here: LimitedClub) -> None:
    chosen = Chosen(permissions=[DOOR], areas=["sauna"])
    name = feed_operations.create_feed("doors", 7, Holding(all_permissions=False), chosen).name
    glass = own(here, AT)
    into = [
        checkin(number, customer=here.club.customer.pk, policy=Policy(area=area, direction=Direction.IN))
        for number, area in enumerate(("sauna", "pool"), start=1)
    ]
    ingest(glass, *into)
    assert use_rows(name) == {}
    assert kinds_in(name)[Kind.PASSAGE] == 1
    assert_narrow(name)
    more = Chosen(permissions=[GLASS], areas=["pool"])
    for _ in range(2):
        feed_operations.assign(name, more)
        assert rows_in(name) == rows_in(EVERYONE)
        assert_narrow(name)
    feed_operations.unassign(name, more)
    assert use_rows(name) == {}
    assert kinds_in(name)[Kind.PASSAGE] == 1
    assert_narrow(name)


def test_many_come_in_steps(here: LimitedClub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(named_operations, "AT_ONCE", 2)
    monkeypatch.setattr(named_operations, "HOLDERS_AT_ONCE", 1)
    ingest(*(pooled(here, person, AT + timedelta(days=person)) for person in range(3)))
    feed_operations.create_feed("annex", 7, Holding(with_names=False))
    name = counters(Chosen(companies=[here.company], permissions=[GLASS]), all_permissions=False)
    assert_narrow("annex", name)
    assert len(use_rows(name)) == 3


@pytest.mark.parametrize("seed", range(4))
def test_whatever_happens_each_feed_has_what_it_should(here: LimitedClub, seed: int) -> None:
    """Many small changes, in an order that nobody chose."""
    dice = random.Random(seed)
    companies = [here.company, *members.add_companies([Company(name=f"Company {n}") for n in range(2)])]
    people = [here.club.customer, *here.people]
    name = counters(Chosen(companies=companies[1:2], permissions=[GLASS]), with_names=False, all_permissions=False)
    feed_operations.create_feed("doors", 7, Holding(all_permissions=False), Chosen(permissions=[DOOR]))
    sequence = 0
    for _ in range(40):
        person, company = dice.choice(people), dice.choice(companies)
        link = Link.objects.filter(customer=person, company=company).first()
        chosen = dice.choice([Chosen([person]), Chosen(companies=[company])])
        what = dice.randrange(6)
        if what == 0:
            members.save_link(Link(customer=person, company=company)) if link is None else members.delete_links(
                [link]
            )
        elif what == 1:
            feed_operations.assign(name, chosen)
        elif what == 2:
            feed_operations.unassign(name, chosen)
        elif what == 3:
            sequence += 1
            ingest(glass := pooled(here, dice.randrange(3), AT), first=sequence)
            if dice.random() < 0.3:
                sequence += 1
                ingest(void(glass), first=sequence)
        elif what == 4:
            holder = dice.choice([{"customer": person}, {"company": company}])
            members.save_membership(Membership(plan=here.grant.plan, starts_at=AT, **holder))
        else:
            members.issue_card(person)
        assert_narrow(name, "doors")
    assert_exact()


# What cannot be


def test_what_cannot_be_is_said_and_changes_nothing(here: LimitedClub) -> None:
    counters(Chosen())
    before = list(Feed.objects.values_list("name", "sequence"))
    with pytest.raises(FeedWriteError, match="holds everybody"):
        feed_operations.assign(EVERYONE, Chosen([here.people[0]]))
    with pytest.raises(FeedWriteError, match="has all permissions"):
        feed_operations.assign("counters", Chosen(permissions=[GLASS]))
    with pytest.raises(FeedWriteError, match="there is a feed 'counters' already"):
        counters(Chosen())
    with pytest.raises(FeedWriteError, match="should be a name of a feed"):
        feed_operations.create_feed("Some Counters", 1, Holding())
    with pytest.raises(FeedWriteError, match="holds everybody"):
        feed_operations.create_feed("some", 1, Holding(), Chosen([here.people[0]]))
    with pytest.raises(UnknownPart, match="no permission 'glas'"):
        feed_operations.create_feed("some", 1, Holding(all_permissions=False), Chosen(permissions=["glas"]))
    with pytest.raises(UnknownPart, match="as in sauna"):
        feed_operations.create_feed("some", 1, Holding(all_permissions=False), Chosen(areas=["The Sauna"]))
    with pytest.raises(UnknownFeed, match="there are: everyone, counters"):
        feed_operations.assign("east", Chosen())
    assert list(Feed.objects.values_list("name", "sequence")) == before


def test_what_was_interrupted_is_completed(here: LimitedClub, monkeypatch: pytest.MonkeyPatch) -> None:
    make_rotating(Card.objects.all())
    with monkeypatch.context() as broken:
        broken.setattr(named_operations, "_settle_some", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            counters(Chosen(companies=[here.company]))
    carry_secrets("counters")
    assert in_feed("counters") == set()
    feed_operations.complete("counters")
    assert len(in_feed("counters")) == kinds_in("counters")[Kind.ROTATING] == 3
    assert_narrow("counters")
