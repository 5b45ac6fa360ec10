"""Many things written at once, each with its feed rows and its entries in the audit log, in one transaction.

For imports: what is changed here was read inside the caller's transaction (writing.writing), and checked.
"""

from collections.abc import Iterable, Sequence

from contract.card import canonical_code
from contract.feed import Change
from contract.rows import membership_change
from hub.members import codes, rows
from hub.members.models import Card, Company, Customer, Membership
from hub.members.rotating_operations import append_salts
from hub.members.signals import customers_changed
from hub.members.status_operations import with_grace
from hub.members.writing import add, change, writing


def change_customers(customers: Sequence[Customer]) -> None:
    with writing():
        change(Customer, customers, rows.customer_row)
        customers_changed.send(Customer, customers=customers)


def change_companies(companies: Sequence[Company]) -> None:
    change(Company, companies)


def change_memberships(memberships: Sequence[Membership]) -> None:
    """With their freezes prefetched, inside the transaction that writes."""
    change(Membership, [with_grace(each) for each in memberships], _row)


def import_cards(held: Iterable[tuple[Customer, str]]) -> list[Card]:
    """Cards that customers carry already, by their codes. contract.card.CardError: no code can be like this.
    django.db.IntegrityError: one is taken."""
    return add_cards(carried(customer, canonical_code(text)) for customer, text in held)


def carried(customer: Customer, code: str) -> Card:
    """One that the customer carries already, with a canonical code; not stored yet."""
    return Card(customer=customer, lookup_hash=codes.hash_of(code), code_encrypted=codes.encrypt(code))


def add_cards(cards: Iterable[Card]) -> list[Card]:
    """django.db.IntegrityError: the code of one is taken."""
    return add(Card, cards, rows.card_row)


def change_cards(cards: Sequence[Card]) -> None:
    """Their dates; a card's code never changes."""
    change(Card, cards, rows.card_row)
    append_salts(cards)


def _row(held: Membership) -> Change:
    return membership_change(rows.meaning_of(held))
