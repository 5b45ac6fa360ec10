"""Feeds to store: a club with every kind of row, and as many cards as a test wants."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from contract.facts import Card, Customer
from contract.feed import Change, Row, moved_digest, row_digest
from contract.grant import Grant
from contract.limits import Limit, Use
from contract.membership import Holder, HolderKind, Membership, Plan
from contract.plan_rows import plan_change
from contract.rows import card_change, customer_change, link_change, membership_change, use_change

T = datetime(2026, 1, 1, tzinfo=UTC)
WEEK_S = 7 * 24 * 3600


@dataclass
class Club:
    """A customer with a membership of their own and two companies, one of which has a membership."""

    customer: int
    card: bytes

    def changes(self) -> list[Change]:
        company = self.customer + 500_000_000
        own = Membership(self.customer, Holder(HolderKind.CUSTOMER, self.customer), 1, T, None)
        inherited = Membership(company, Holder(HolderKind.COMPANY, company), 2, T, None)
        use = Use(b"\xff" * 16, self.customer, own.id, "glass-of-wine", T)
        others_use = Use(b"\x00" * 16, self.customer + 1, own.id, "glass-of-wine", T)
        return [
            plan_change(Plan(1, "Full", (Grant("glass-of-wine", (Limit(1, WEEK_S),)),))),
            plan_change(Plan(2, "Door only", (Grant("front-door"),))),
            customer_change(Customer(self.customer, "Member with a day plan")),
            card_change(self.card, Card(self.customer)),
            membership_change(own),
            membership_change(inherited),
            link_change(self.customer, company),
            link_change(self.customer, company + 250_000_000),
            use_change(use),
            use_change(others_use),
        ]


def numbered(changes: Iterable[Change], first: int = 1) -> list[Row]:
    return [Row(first + n, int(each.kind), each.key, each.ref, each.body) for n, each in enumerate(changes)]


def cards(count: int, first: int = 1) -> list[Row]:
    """Cards of customers that nobody knows more of."""
    changes = (card_change(number.to_bytes(32, "big"), Card(number)) for number in range(first, first + count))
    return numbered(changes, first)


def digest_of(rows: Iterable[Row]) -> int:
    live = (row for row in rows if row.body is not None)
    return moved_digest(0, (), (row_digest(row.kind, row.key, row.ref, row.body or b"") for row in live))
