"""Reading the members: who holds what at an instant, and which card a code belongs to."""

from collections.abc import Collection
from datetime import datetime
from enum import StrEnum
from typing import Final, NamedTuple

from django.db.models import Count, Q, QuerySet

from contract.card import canonical_code
from contract.membership import State, Status, status_at
from contract.rotating import digits_at, rotating_text, step_at
from hub.feed.models import Feed
from hub.members import codes, rows
from hub.members.models import Card, Customer, GrantLimit, Membership, Permission, Plan


class CardState(StrEnum):
    """What a card is at an instant, its holder's memberships aside."""

    LIVE = "live"
    NOT_YET_VALID = "not yet valid"
    EXPIRED = "expired"
    REVOKED = "revoked"


class Standing(NamedTuple):
    """What is shown of a customer: one membership, with its status."""

    membership: Membership
    status: Status


_SHOWN_FIRST: Final = (State.ACTIVE, State.INACTIVE, State.EXPIRED)


def status_of(membership: Membership, at: datetime) -> Status:
    return status_at(rows.meaning_of(membership), at)


def card_state(card: Card, at: datetime) -> CardState:
    if card.revoked_at is not None:
        return CardState.REVOKED
    if card.valid_from is not None and at < card.valid_from:
        return CardState.NOT_YET_VALID
    if card.valid_until is not None and at >= card.valid_until:
        return CardState.EXPIRED
    return CardState.LIVE


def card_with_code(text: str) -> Card | None:
    """The card whose code is `text` in any of its spellings. contract.card.CardError: no card can have it."""
    found = Card.objects.select_related("customer").filter(lookup_hash=codes.hash_of(canonical_code(text)))
    return found.first()


def rotating_text_now(card: Card, at: datetime) -> str | None:
    """The code and the digits of now, as a wallet shows them at `at`; None where the card does not rotate."""
    secret = codes.secret_of(card)
    if secret is None:
        return None
    return rotating_text(codes.decrypt(card), digits_at(secret, step_at(at)))


def keys_fit_cards() -> bool:
    """Whether the key files are those that the cards were made with; tried with the newest card."""
    card = Card.objects.first()
    if card is None:
        return True
    try:
        return codes.hash_of(codes.decrypt(card)) == bytes(card.lookup_hash)
    except codes.CodeUnreadable:
        return False


def known_permissions(slugs: Collection[str]) -> set[str]:
    """Those of `slugs` that are permissions of this hub."""
    return set(Permission.objects.filter(slug__in=slugs).values_list("slug", flat=True))


def plans_with_grants() -> QuerySet[Plan]:
    """Plans with all that their feed rows show."""
    return Plan.objects.prefetch_related("grants__permission__partners", "grants__limits", "grants__schedule")


def limits_in(plan: Plan) -> set[tuple[object, ...]]:
    """All that decides which uses of the plan's permissions count, to be compared."""
    fields = ["count", "window", "window_seconds", "counts_by", "across", "gap_seconds"]
    of_plan = ["grant__permission__slug", "grant__plan__billed_every", "grant__plan__billed_in"]
    return set(GrantLimit.objects.filter(grant__plan=plan.pk).values_list(*of_plan, *fields))


def redeemable_nowhere() -> list[Permission]:
    """Permissions for approved partners of which none is active."""
    active = Permission.objects.filter(partners__active=True).values("pk")
    return list(Permission.objects.filter(approved_partners_only=True).exclude(pk__in=active))


def edges_following() -> int:
    """How many edges follow any feed: plans are in all."""
    return Feed.objects.aggregate(edges=Count("edges"))["edges"]


def customers_with_memberships() -> QuerySet[Customer]:
    """Customers with all that `standing_of` reads."""
    return Customer.objects.prefetch_related(*_memberships_under(""))


def live_cards(at: datetime) -> QuerySet[Card]:
    """Cards that work at `at`, by their customers' names, with all that a sheet of them shows."""
    return (
        Card.objects.filter(revoked_at=None)
        .exclude(valid_from__gt=at)
        .filter(Q(valid_until=None) | Q(valid_until__gt=at))
        .select_related("customer")
        .prefetch_related(*_memberships_under("customer__"))
        .order_by("customer__name", "customer_id", "id")
    )


def memberships_serving(customer: Customer) -> list[Membership]:
    """The customer's own memberships, then those of their companies."""
    inherited = [each for company in customer.companies.all() for each in company.memberships.all()]
    return [*customer.memberships.all(), *inherited]


def standing_of(customer: Customer, at: datetime) -> Standing | None:
    """The membership to show first: an active one, else one to come, else one that is over; the latest begun."""
    return first_standing(memberships_serving(customer), at)


def first_standing(memberships: list[Membership], at: datetime) -> Standing | None:
    """The same of any memberships."""
    standings = [Standing(each, status_of(each, at)) for each in memberships]
    ranked = sorted(standings, key=lambda each: each.membership.starts_at, reverse=True)
    return min(ranked, key=lambda each: _SHOWN_FIRST.index(each.status.state), default=None)


def _memberships_under(customer: str) -> list[str]:
    """What to prefetch of memberships, with the way to the customer in front."""
    ways = (f"{customer}memberships", f"{customer}companies__memberships")
    return [f"{way}__{part}" for way in ways for part in ("plan", "freezes")]
