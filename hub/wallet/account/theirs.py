"""What is a member's to see to: their own memberships, and those of companies that they are admins of. What is not
theirs is not there."""

from django.http import Http404
from django.urls import reverse

from hub.cards.models import CardLink
from hub.members.models import Company, Customer, Link, Membership


def membership_of(link: CardLink, number: int) -> Membership:
    """With plan and holder."""
    found = Membership.objects.select_related("plan", "customer", "company").filter(pk=number).first()
    if found is None or not _is_theirs(link.customer, found):
        raise Http404
    return found


def link_to(customer: Customer, company: int) -> Link:
    """How they belong to it, with the company. Http404: they do not."""
    found = Link.objects.select_related("company").filter(customer=customer, company=company).first()
    if found is None:
        raise Http404
    return found


def admins_company(customer: Customer, number: int) -> Company:
    """Http404: they are no admin of it."""
    found = link_to(customer, number)
    if not found.is_admin:
        raise Http404
    return found.company


def page_of(holder: Customer | Company | None) -> str:
    """Where its memberships stand."""
    if isinstance(holder, Company):
        return reverse("wallet:company", args=[holder.pk])
    return reverse("wallet:account")


def _is_theirs(customer: Customer, membership: Membership) -> bool:
    if membership.customer_id is not None:
        return membership.customer_id == customer.pk
    return Link.objects.filter(customer=customer, company=membership.company_id, is_admin=True).exists()
