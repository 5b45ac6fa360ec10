"""A card for whoever has come by themselves, so that nobody stands there with a membership and nothing to show."""

from datetime import datetime

from hub.members import operations
from hub.members.models import Card, Customer
from hub.members.queries import CardState, card_state
from hub.members.writing import writing


def first_card(customer: Customer, at: datetime) -> Card:
    """The newest of theirs that works, else one made now. Of two who ask at once both get the same."""
    with writing():
        cards = Card.objects.filter(customer=customer, revoked_at=None)
        live = next((each for each in cards if card_state(each, at) is CardState.LIVE), None)
        return live or operations.issue_card(customer)
