"""What is told of a customer, a company, a plan and a membership: ids, as we and as others know them. No names."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import Model

from hub.members.models import Company, Customer, Membership
from hub.members.queries import status_of
from hub.webhooks.drafts import maybe_instant

Told = dict[str, Any]


def told_of(thing: Model) -> Told:
    return {"id": thing.pk, "external_id": getattr(thing, "external_id", None)}


def told_of_gone(pk: int | None, external_id: str | None = None) -> Told | None:
    """Of something that is not here any more; None: there was nothing."""
    return None if pk is None else {"id": pk, "external_id": external_id}


def told_of_membership(held: Membership, at: datetime) -> Told:
    """With its holder; its status as of `at`. Select plan, customer and company, and prefetch freezes, of many."""
    status = status_of(held, at)
    return {
        "membership": {
            **told_of(held),
            "plan": told_of(held.plan),
            "starts_at": maybe_instant(held.starts_at),
            "ends_at": maybe_instant(held.ends_at),
            "status": status.state.value,
            "detail": status.detail.value,
        },
        "customer": None if held.customer is None else told_of(held.customer),
        "company": None if held.company is None else told_of(held.company),
    }


def memberships(ids: Iterable[int]) -> dict[int, Membership]:
    """Those that are there, with all that is told of them."""
    found = Membership.objects.select_related("plan", "customer", "company").prefetch_related("freezes")
    return found.in_bulk(list(ids))


class Names:
    """External ids of those customers, companies and memberships that are there, by their ids."""

    def __init__(self, customers: Iterable[int | None], companies: Iterable[int | None]) -> None:
        self._customers = _external_ids(Customer, customers)
        self._companies = _external_ids(Company, companies)

    def customer(self, pk: int | None) -> Told | None:
        return told_of_gone(pk, self._customers.get(pk))

    def company(self, pk: int | None) -> Told | None:
        return told_of_gone(pk, self._companies.get(pk))


def _external_ids(model: type[Model], ids: Iterable[int | None]) -> dict[int | None, str | None]:
    wanted = {each for each in ids if each is not None}
    return dict(model._default_manager.filter(pk__in=wanted).values_list("pk", "external_id"))
