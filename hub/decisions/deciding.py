"""The hub's own decisions: the rows of its feed as facts, and the contract's function. Writes nothing."""

from dataclasses import replace
from datetime import datetime

import msgspec
from django.conf import settings

from contract.ask import Ask, Codes, Contact
from contract.decision import Decision, decide
from contract.facts import Card, Facts
from contract.gathering import facts_from_rows
from contract.limits import Use
from contract.membership import HolderKind
from hub.feed.lookup import rows_of_card, rows_of_customer
from hub.reservations import queries as reserved


def facts_of_card(
    feed: str, card_hash: bytes, site: str | None, at_sequence: int | None = None, epoch: int | None = None
) -> Facts:
    """What the feed says of a card that is shown at `site`: now, or as it stood at `at_sequence` of `epoch`.

    hub.feed.queries.UnknownFeed, hub.feed.lookup.PositionLost; contract.feed.FeedError: a row does not fit.
    """
    found = rows_of_card(feed, card_hash, at_sequence, epoch=epoch)
    return facts_from_rows(found.position, found.rows, site, settings.KEYS.organization)


def facts_of_holder(
    feed: str, customer_id: int, site: str | None, at_sequence: int | None = None, epoch: int | None = None
) -> Facts:
    """The same of a customer who shows no card: as of one whose card is in order."""
    found = rows_of_customer(feed, customer_id, at_sequence, epoch=epoch)
    known = facts_from_rows(found.position, found.rows, site, settings.KEYS.organization)
    return replace(known, card=Card(customer_id))


def decide_at_hub(ask: Ask, facts: Facts, at: datetime) -> Decision:
    """The hub needs nobody to confirm what it decides."""
    return decide(confirmed(ask), facts, at)


def confirmed(ask: Ask) -> Ask:
    """The same question where the hub itself answers."""
    return msgspec.structs.replace(
        ask, circumstances=msgspec.structs.replace(ask.circumstances, contact=Contact.CONFIRMED)
    )


def with_static_codes(ask: Ask) -> Ask:
    """The same question from a reader that has checked the digits of the code already."""
    return msgspec.structs.replace(ask, policy=msgspec.structs.replace(ask.policy, codes=Codes.STATIC))


def with_uses(facts: Facts, uses: tuple[Use, ...]) -> Facts:
    """Together with uses that stand in no row yet; each id counts once."""
    known = {use.id for use in facts.uses}
    return replace(facts, uses=(*facts.uses, *(use for use in uses if use.id not in known)))


def with_held(facts: Facts, at: datetime) -> Facts:
    """What is held free at `at` for somebody who is being confirmed is not left."""
    if facts.card is None:
        return facts
    return with_uses(facts, reserved.uses_held(facts.card.customer_id, companies_of(facts), at))


def companies_of(facts: Facts) -> set[int]:
    """Of the memberships that serve the customer."""
    holders = (each.membership.holder for each in facts.held)
    return {holder.id for holder in holders if holder.kind is HolderKind.COMPANY}
