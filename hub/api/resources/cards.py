"""Cards: issued, taken over from elsewhere, revoked. A code is told once, as the card is issued."""

from datetime import datetime
from typing import Annotated, Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from ninja import Query, Schema

from hub.api.endpoints import Endpoints, acted, changed, found, named, set_on, told
from hub.api.pages import page_of
from hub.api.scopes import Scope
from hub.api.words import BodyId, Id, Instant, Page, Paging, Words, text
from hub.members import codes, operations, queries
from hub.members.models import Card, Customer
from hub.members.queries import CardState

endpoints = Endpoints("Cards")


class CardShown(Schema):
    """`state` is the card's own, whatever its holder's memberships are."""

    id: int
    customer: int
    state: CardState
    rotating: bool
    valid_from: datetime | None
    valid_until: datetime | None
    revoked_at: datetime | None


class CardIssued(CardShown):
    """`code` is what doors know, `qr` what its QR code holds: both are told here and never again."""

    code: str
    qr: str


class CardNew(Words):
    """`code`: of a card that the customer carries already. Left out: a new one is made up."""

    customer: BodyId
    code: Annotated[str | None, text(100, 1)] = None
    valid_from: Instant | None = None
    valid_until: Instant | None = None


class CardChanged(Words):
    valid_from: Instant | None = None
    valid_until: Instant | None = None


class CardFilters(Paging):
    customer: Id | None = None


def shown_at(card: Card, at: datetime) -> dict[str, Any]:
    same = ("id", "valid_from", "valid_until", "revoked_at")
    return {
        **{name: getattr(card, name) for name in same},
        "customer": card.customer_id,
        "state": queries.card_state(card, at),
        "rotating": card.rotating_salt is not None,
    }


@endpoints.get("", Scope.CARDS_READ, Page[CardShown])
def list_cards(request: HttpRequest, filters: Query[CardFilters]) -> dict[str, Any]:
    """Cards without their codes, the oldest first."""
    cards: QuerySet[Card] = Card.objects.all()
    if filters.customer is not None:
        cards = cards.filter(customer=filters.customer)
    return page_of(cards, filters, lambda each: shown_at(each, request.at))


@endpoints.post("", Scope.CARDS_WRITE, CardIssued)
def create_card(request: HttpRequest, response: HttpResponse, body: CardNew) -> dict[str, Any]:
    """A card of a customer; its code is told in this answer alone."""
    customer = named(Customer, "customer", pk=body.customer)
    dates = Card(customer=customer, valid_from=body.valid_from, valid_until=body.valid_until)
    card = operations.make_card(dates, body.code or "")
    code = codes.decrypt(card)
    return told(response, shown_at(card, request.at)) | {"code": code, "qr": codes.scan_text(code)}


@endpoints.get("/{id}", Scope.CARDS_READ, CardShown)
def get_card(request: HttpRequest, response: HttpResponse, id: Id) -> dict[str, Any]:
    """One card, without its code."""
    return told(response, shown_at(_card(id), request.at))


@endpoints.patch("/{id}", Scope.CARDS_WRITE, CardShown)
def change_card(request: HttpRequest, response: HttpResponse, id: Id, body: CardChanged) -> dict[str, Any]:
    """Its dates: what the body has is changed, the rest stays."""

    def shown(card: Card) -> dict[str, Any]:
        return shown_at(card, request.at)

    return told(response, changed(request, lambda: _card(id), body, _save, shown))


@endpoints.act("/{id}/revoke", Scope.CARDS_WRITE, CardShown)
def revoke_card(request: HttpRequest, response: HttpResponse, id: Id) -> dict[str, Any]:
    """It opens nothing any more, for good. Told again, it changes nothing."""

    def shown(card: Card) -> dict[str, Any]:
        return shown_at(card, request.at)

    def revoke(card: Card) -> None:
        operations.revoke_cards([card], request.at)

    return told(response, acted(request, lambda: _card(id), revoke, shown))


def _save(card: Card, values: dict[str, Any]) -> Card:
    return operations.save_card(set_on(card, values))


def _card(id: int) -> Card:
    return found(Card.objects.all(), pk=id)
