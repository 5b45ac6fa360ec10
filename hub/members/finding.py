"""Finding members by what is known of them: exactly, for imports, the API and other systems. Reads only.

What cannot be known by the database (a status) is not asked for here.
"""

from django.db.models import Q, QuerySet
from django.db.models.functions import Lower

from hub.members.models import Company, Customer, Link, Membership


def customers_found(  # noqa: PLR0913
    among: QuerySet[Customer] | None = None,
    *,
    email: str | None = None,
    name: str | None = None,
    company: int | None = None,
    plan: int | None = None,
    external_id: str | None = None,
) -> QuerySet[Customer]:
    """All that is given has to fit. `name` is part of it; `plan` is held, or inherited, whatever its status."""
    rows = Customer.objects.all() if among is None else among
    if email is not None:
        rows = with_email(email, rows)
    if name is not None:
        rows = rows.filter(name__icontains=name)
    if company is not None:
        rows = rows.filter(links__company=company)
    if plan is not None:
        held = Membership.objects.filter(plan=plan)
        inherited = Link.objects.filter(company__memberships__in=held).values("customer")
        own = held.filter(customer__isnull=False).values("customer")
        rows = rows.filter(Q(pk__in=own) | Q(pk__in=inherited))
    return rows if external_id is None else rows.filter(external_id=external_id)


def with_email(email: str, among: QuerySet[Customer] | None = None) -> QuerySet[Customer]:
    """In any case of its letters, by the index; an empty one is nobody's."""
    rows = Customer.objects.all() if among is None else among
    lowered = rows.annotate(email_lowered=Lower("email"))
    return lowered.filter(email_lowered=email.lower()) if email else rows.none()


def is_same_address(one: str, other: str) -> bool:
    """Not where either is empty. Letters A to Z alone are the same in both cases: what else Unicode folds together
    (a Kelvin sign and a k) stays apart, whatever a database says: mail to the one does not reach the other."""
    return bool(one.strip()) and one.strip().encode().lower() == other.strip().encode().lower()


def memberships_found(
    *,
    customer: int | None = None,
    serving: int | None = None,
    company: int | None = None,
    plan: int | None = None,
    external_id: str | None = None,
) -> QuerySet[Membership]:
    """With plan and freezes. `customer`: their own alone; `serving`: their companies' too."""
    rows = Membership.objects.prefetch_related("freezes").select_related("plan")
    if serving is not None:
        companies = Company.objects.filter(links__customer=serving).values("pk")
        rows = rows.filter(Q(customer=serving) | Q(company__in=companies))
    wanted = {"customer": customer, "company": company, "plan": plan, "external_id": external_id}
    return rows.filter(**{name: value for name, value in wanted.items() if value is not None})
