"""Seats: how many people can belong to a company, by the memberships of it that are not over.

Who belongs to it already stays when seats become fewer; nobody comes in until there is a free one.
"""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models.functions import Now
from django.utils.translation import ngettext

from contract.membership import State
from hub.members import queries
from hub.members.models import Company, Link, Membership


def seats_of(company: Company, at: datetime) -> int | None:
    """The fewest that a membership of it which is not over has. None: any number."""
    return _fewest([company.pk], at).get(company.pk)


def seats_free(company: Company, at: datetime) -> int | None:
    """0 also where more belong to it than there are seats. None: any number."""
    left = seats_left([company.pk], at).get(company.pk)
    return None if left is None else max(0, left)


def seats_left(companies: Iterable[Any], at: datetime) -> dict[int, int]:
    """By the company's id, of those that have a number of them; less than 0 where more belong to it than that."""
    seats = _fewest(companies, at)
    taken = Counter(Link.objects.filter(company_id__in=seats).values_list("company_id", flat=True))
    return {company: count - taken[company] for company, count in seats.items()}


def check_seats(companies: Iterable[Any], at: datetime | None = None) -> None:
    """After people have come to the companies of these ids, in the same transaction. `at` None: by the database's
    clock. ValidationError: one has more people than seats."""
    for company, seats in _fewest(companies, at).items():
        if Link.objects.filter(company_id=company).count() > seats:
            said = ngettext(
                "“%(company)s” has one seat, and it is taken: take somebody out first, or give it more seats.",
                "“%(company)s” has %(count)s seats, and all are taken: take somebody out first, or give it more"
                " seats.",
                seats,
            )
            told = {"company": Company.objects.get(pk=company), "count": seats}
            raise ValidationError(said % told, code="seats_used_up")


def _fewest(companies: Iterable[Any], at: datetime | None) -> dict[int, int]:
    limited = Membership.objects.filter(company__in=set(companies), seats__isnull=False, revoked_at=None)
    fewest: dict[int, int] = {}
    for each in limited.prefetch_related("freezes").annotate(now_at=Now()):
        if queries.status_of(each, at or each.now_at).state is not State.EXPIRED:
            fewest[each.company_id] = min(each.seats, fewest.get(each.company_id, each.seats))
    return fewest
