"""A large club, the same one every time: cards, customers, links, memberships, plans as rows of a feed.

A tenth of the customers hold a membership of their own; the others belong to one of 1,000 companies, each of which
holds one.
"""

from collections.abc import Iterator
from datetime import UTC, datetime

from contract.card import check_letter, lookup_hash
from contract.facts import Card, Customer
from contract.feed import Change
from contract.grant import Grant
from contract.limits import Limit
from contract.membership import Holder, HolderKind, Membership, Plan
from contract.plan_rows import plan_change
from contract.rows import card_change, customer_change, link_change, membership_change

ORGANIZATION_KEY = bytes(range(32))
PERMISSION = "front-door"
BENEFIT = "glass-of-wine"
COMPANIES = 1_000
_OWN_EVERY = 10
_BEGUN_AT = datetime(2026, 1, 1, tzinfo=UTC)
_LETTERS = "BCDFGHJKLNPRSTVX"


def code_of(customer_id: int) -> str:
    """A valid card code for each customer, scattered over the code space (not random: runs can be compared)."""
    scattered = customer_id * 0x9E3779B97F4A7C15F39 % (1 << 76)
    body = "".join(_LETTERS[scattered >> shift & 15] for shift in range(72, -4, -4))
    return body + check_letter(body)


def changes(cards: int) -> Iterator[Change]:
    """About three rows a card: the card, its customer, and a link or a membership."""
    yield plan_change(Plan(1, "Full", (Grant(PERMISSION), Grant(BENEFIT, (Limit(1, 7 * 86_400),)))))
    for company_id in range(1, COMPANIES + 1):
        yield membership_change(_membership(company_id, Holder(HolderKind.COMPANY, company_id)))
    for customer_id in range(1, cards + 1):
        yield customer_change(Customer(customer_id, f"Member {customer_id}"))
        yield card_change(lookup_hash(ORGANIZATION_KEY, code_of(customer_id)), Card(customer_id))
        if customer_id % _OWN_EVERY == 0:
            yield membership_change(_membership(COMPANIES + customer_id, Holder(HolderKind.CUSTOMER, customer_id)))
        else:
            yield link_change(customer_id, customer_id % COMPANIES + 1)


def _membership(membership_id: int, holder: Holder) -> Membership:
    return Membership(membership_id, holder, plan_id=1, starts_at=_BEGUN_AT, ends_at=None)
