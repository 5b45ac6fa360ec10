"""What a card shows in a wallet at an instant, and when that changes by itself. Decided by the contract, through
hub.members; must not know how either wallet writes it.
"""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import datetime

from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _
from django.utils.translation import override

from contract.membership import Detail, State, end_of, expires_at
from hub.contract_words import STANDINGS
from hub.fleet.zones import organization_zone
from hub.members import codes, rows
from hub.members.models import Card, Customer, CustomerPhoto
from hub.members.profiles import customer_profiles
from hub.members.queries import CardState, Standing, card_state, memberships_serving, standing_of
from hub.organization.models import Organization
from hub.organization.queries import organization
from hub.templatetags.faces import last_day_text


@dataclass(frozen=True, slots=True)
class Facts:
    """Words are in the organization's language, `until` is in its zone. `void`: for good; `over`: as it stands.

    `code` None: it is void. With a `secret` it rotates. `photo`: what the picture is known by.
    """

    club: str
    colour: str
    language: str
    void: bool
    over: bool
    word: str
    name: str = ""
    plan: str = ""
    until: str = ""
    begins_at: datetime | None = None
    expires_at: datetime | None = None
    code: str | None = field(default=None, repr=False)
    secret: bytes | None = field(default=None, repr=False)
    photo: str = ""

    @property
    def still_code(self) -> str | None:
        """One that does not rotate."""
        return self.code if self.secret is None else None

    def digest(self) -> str:
        """Says whether anything of it has changed, and nothing else."""
        said = json.dumps(asdict(self), default=str, sort_keys=True)
        return salted_hmac("hub.cards.passes", said, algorithm="sha256").hexdigest()


@dataclass(frozen=True, slots=True)
class Shown:
    """`look_at`: when it changes by itself; None: it does not."""

    facts: Facts
    look_at: datetime | None


def shown_of(card: Card, at: datetime) -> Shown:
    """hub.members.codes.CodeUnreadable."""
    return shown_of_many([card], at)[card.pk]


def shown_of_many(cards: list[Card], at: datetime) -> dict[int, Shown]:
    """By the cards' numbers, in as many questions for one as for many; without those that go just now.

    CodeUnreadable.
    """
    club = organization()
    customers = customer_profiles().in_bulk([each.customer_id for each in cards])
    with override(club.language), timezone.override(organization_zone()):
        return {
            each.pk: Shown(_facts(club, each, customers[each.customer_id], at), _next(each, customers, at))
            for each in cards
            if each.customer_id in customers
        }


def gone() -> Facts:
    """Of a card that was deleted: whose it was is known no more."""
    club = organization()
    with override(club.language):
        return Facts(str(club), club.colour, club.language, void=True, over=True, word=_("No longer valid"))


def photo_of(facts: Facts) -> bytes:
    """The picture as JPEG; empty: there is none."""
    found = CustomerPhoto.objects.filter(digest=facts.photo).first() if facts.photo else None
    return b"" if found is None else bytes(found.jpeg)


def _facts(club: Organization, card: Card, customer: Customer, at: datetime) -> Facts:
    standing = standing_of(customer, at)
    state = card_state(card, at)
    void = state is CardState.REVOKED
    photo = getattr(customer, "photo", None)
    return Facts(
        club=str(club),
        colour=club.colour,
        language=club.language,
        void=void,
        over=void or state is CardState.EXPIRED or standing is None or standing.status.state is State.EXPIRED,
        word=_word(state, standing),
        name=customer.name,
        plan="" if standing is None else standing.membership.plan.name,
        until=_until(card, standing),
        begins_at=_begins(card, standing),
        expires_at=_expires(card, standing),
        code=None if void else codes.decrypt(card),
        secret=None if void else codes.secret_of(card),
        photo="" if photo is None else photo.digest,
    )


def _word(state: CardState, standing: Standing | None) -> str:
    if state is CardState.REVOKED:
        return _("No longer valid")
    if state is CardState.EXPIRED:
        return _("The card is no longer valid")
    return _("No membership") if standing is None else str(STANDINGS[standing.status.detail])


def _until(card: Card, standing: Standing | None) -> str:
    """For people: grace is not told."""
    meaning = None if standing is None else rows.meaning_of(standing.membership)
    ends = [end_of(meaning) if meaning is not None else None, card.valid_until]
    first = min((each for each in ends if each is not None), default=None)
    return "" if first is None else last_day_text(first)


def _begins(card: Card, standing: Standing | None) -> datetime | None:
    scheduled = standing is not None and standing.status.detail is Detail.SCHEDULED
    starts_at = standing.membership.starts_at if standing is not None and scheduled else None
    return max((each for each in (starts_at, card.valid_from) if each is not None), default=None)


def _expires(card: Card, standing: Standing | None) -> datetime | None:
    over_at = None if standing is None else expires_at(rows.meaning_of(standing.membership))
    return min((each for each in (over_at, card.valid_until) if each is not None), default=None)


def _next(card: Card, customers: dict[int, Customer], at: datetime) -> datetime | None:
    turns = _turns(card, customers[card.customer_id])
    return min((each for each in turns if each is not None and each > at), default=None)


def _turns(card: Card, customer: Customer) -> Iterator[datetime | None]:
    """All instants at which something may begin or end."""
    yield from (card.valid_from, card.valid_until)
    for membership in memberships_serving(customer):
        meaning = rows.meaning_of(membership)
        yield from (meaning.starts_at, end_of(meaning), expires_at(meaning), meaning.trial_until)
        for freeze in meaning.freezes:
            yield from (freeze.from_at, freeze.until_at)
