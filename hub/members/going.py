"""What goes along with a customer or a company that is deleted: rows of the feed, and what the audit log says."""

from collections.abc import Iterable

from contract.feed import Change, Kind, company_key, customer_key
from hub.audit import operations as audit
from hub.feed import queries as feed_queries
from hub.feed.operations import EVERYONE
from hub.members import rows
from hub.members.models import Company, Customer, Membership


def note_going(holder: Customer | Company, of_membership: str, of_link: str) -> None:
    """What goes along with it is told of by itself: whoever follows the audit log hears of each."""
    for going in (*holder.memberships.select_related(of_membership), *holder.links.select_related(of_link)):
        audit.note_deleted(going)


def rows_of_customer(customer: Customer) -> list[Change]:
    """What they took of a company's pool stays taken."""
    return [
        rows.customer_row(customer),
        *map(rows.card_row, customer.cards.all()),
        *map(rows.link_row, customer.links.all()),
        *_rows_of_memberships(customer.memberships.all()),
        *_rows_starting(Kind.USE, customer_key(customer.pk)),
        *_rows_starting(Kind.PASSAGE, customer_key(customer.pk)),
    ]


def rows_of_company(company: Company) -> list[Change]:
    return [
        *map(rows.link_row, company.links.all()),
        *_rows_of_memberships(company.memberships.all()),
        *_rows_starting(Kind.POOL_USE, company_key(company.pk)),
    ]


def _rows_starting(kind: Kind, prefix: bytes) -> list[Change]:
    return [Change(kind, key, ref, None) for key, ref in feed_queries.live_keys_starting(EVERYONE, kind, prefix)]


def _rows_of_memberships(memberships: Iterable[Membership]) -> list[Change]:
    """Only to be gone: their keys are right, their bodies not whole."""
    return [rows.bare_membership_row(each) for each in memberships]
