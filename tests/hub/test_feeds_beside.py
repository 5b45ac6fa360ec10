"""What the rest of the hub makes of an edge that follows a feed of its own: rows, acks, decisions, epochs."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from contract.ask import Ask
from contract.decision import decide
from contract.limits import Limit
from hub.decisions.deciding import facts_of_card
from hub.feed import queries
from hub.feed.epoch_operations import begin_as_told
from hub.feed.models import Feed
from hub.feed.named_operations import Holding
from hub.feed.operations import EVERYONE
from hub.fleet import feed_operations
from hub.fleet import operations as fleet
from hub.fleet.feed_operations import Chosen
from hub.members import operations as members
from hub.members.models import Customer, Link, Membership
from tests.hub.conftest import Database
from tests.hub.explained import last, scene
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
)
from tests.hub.narrower import assert_narrow, counters

PEOPLE = 1_000


@pytest.fixture
def here(database: Database) -> LimitedClub:
    """Its edge follows a feed of the glass alone, without names, of the club's one customer."""
    club = limited_club(Limit(3, WEEK_SECONDS), pool_of(9))
    members.issue_cards([club.club.customer])
    chosen = Chosen([club.club.customer], permissions=[GLASS])
    edge = club.club.edge
    edge.readers.filter(name="door").delete()
    edge.feed = Feed.objects.get(name=counters(chosen, with_names=False, all_permissions=False))
    fleet.save_edge(edge)
    return club


def sequences() -> dict[str, int]:
    return dict(Feed.objects.values_list("name", "sequence"))


def test_a_company_of_a_thousand_gains_a_membership_by_one_row(here: LimitedClub) -> None:
    people = members.add_customers([Customer(name=f"Employee {number}") for number in range(PEOPLE)])
    members.add_links([Link(customer=each, company=here.company) for each in people])
    feed_operations.assign("counters", Chosen(companies=[here.company]))
    assert_narrow("counters")
    before = sequences()
    members.save_membership(Membership(plan=here.grant.plan, company=here.company, starts_at=AT))
    assert sequences() == {name: sequence + 1 for name, sequence in before.items()}
    feed_operations.unassign("counters", Chosen(companies=[here.company]))
    assert_narrow("counters")
    before = sequences()
    members.save_membership(Membership(plan=here.grant.plan, company=here.company, starts_at=AT))
    assert sequences() == before | {EVERYONE: before[EVERYONE] + 1}


def test_an_ack_names_where_the_edges_own_feed_holds_the_use(here: LimitedClub) -> None:
    done = ingest(own(here, AT))
    [(_, ack)] = done.acks
    head = queries.head("counters")
    assert (ack.epoch, ack.sequence) == (head.epoch, head.sequence)
    assert head.sequence != queries.head(EVERYONE).sequence
    assert_exact()


def test_both_feeds_decide_the_same(here: LimitedClub) -> None:
    ingest(own(here, AT), own(here, AT + timedelta(minutes=1)))
    card = bytes(here.club.customer.cards.get().lookup_hash)
    for hours, reason in ((1, "granted"), (-24 * 40, "scheduled")):
        asked = Ask(permission=GLASS)
        wide, narrow = (
            decide(asked, facts_of_card(name, card, None), AT + timedelta(hours=hours))
            for name in (EVERYONE, "counters")
        )
        assert wide.customer is not None and narrow.customer is not None
        assert (wide.customer.name, narrow.customer.name) == (here.club.customer.name, "")
        assert replace(narrow, customer=wide.customer, decided_from=wide.decided_from) == wide
        assert narrow.reason == reason


def test_an_explanation_names_the_feed_in_which_a_card_was_nobodys(database: Database) -> None:
    here = scene()
    counters(Chosen())
    here.scan(facts=facts_of_card("counters", here.code_hash, "clubhouse"))
    explained = last()
    assert "nobody's in the feed “counters”" in explained.change
    assert "none has this code at that position of the feed “counters”" in str(explained)


def test_where_a_feed_has_everybody_nobody_is_to_be_assigned_to_it(database: Database) -> None:
    here = scene()
    feed_operations.create_feed("annex", 1, Holding(with_names=False))
    here.scan(facts=facts_of_card("annex", b"x" * 32, "clubhouse"))
    explained = last()
    assert explained.change.startswith("Import this card's code for a customer")


def test_each_feed_has_epochs_of_its_own(here: LimitedClub) -> None:
    everyones = queries.head(EVERYONE)
    begun = begin_as_told("counters", 0, AT)
    assert queries.head("counters").epoch == begun
    assert queries.head(EVERYONE) == everyones
    members.save_membership(Membership(plan=here.grant.plan, customer=here.club.customer, starts_at=AT))
    assert_narrow("counters")
