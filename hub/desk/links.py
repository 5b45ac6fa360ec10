"""Who belongs to which company: found by search, linked and unlinked; it holds at once."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from hub.desk.answers import goes_to, page
from hub.desk.gate import desk
from hub.desk.parts import profile_of
from hub.members import operations
from hub.members.models import Company, Customer, Link
from hub.members.searching import find


@desk("members.add_link")
def add_person(request: HttpRequest, number: int) -> HttpResponse:
    """To a company: people are looked for in `q`, and `customer` is linked."""
    company = get_object_or_404(Company, pk=number)
    chosen = request.POST.get("customer", "")
    if chosen.isdecimal():
        return _linked(request, get_object_or_404(Customer, pk=int(chosen)), company, company)
    found = find(request.POST.get("q", ""))
    people = list(dict.fromkeys([*([found.card.customer] if found.card else []), *found.customers]))
    title = _("Add people to %(company)s") % {"company": company}
    return _choice(request, company, people, name="customer", title=title, more=found.more)


@desk("members.add_link")
def add_company(request: HttpRequest, number: int) -> HttpResponse:
    """To a customer: companies are looked for in `q`, and `company` is linked."""
    customer = get_object_or_404(Customer, pk=number)
    chosen = request.POST.get("company", "")
    if chosen.isdecimal():
        return _linked(request, customer, get_object_or_404(Company, pk=int(chosen)), customer)
    found = find(request.POST.get("q", ""))
    title = _("Add %(name)s to a company") % {"name": customer}
    return _choice(request, customer, found.companies, name="company", title=title, more=found.more)


@desk("members.delete_link")
@require_POST
def unlink(request: HttpRequest, number: int) -> HttpResponse:
    """Back to whichever profile it was asked on."""
    link = get_object_or_404(Link.objects.select_related("customer", "company"), pk=number)
    operations.delete_links([link])
    text = _("%(name)s does not belong to %(company)s any more: what was inherited has ended at once.")
    messages.success(request, text % {"name": link.customer, "company": link.company})
    return goes_to(request, profile_of(link.company if "from_company" in request.POST else link.customer))


@desk("members.change_link")
@require_POST
def set_admin(request: HttpRequest, number: int) -> HttpResponse:
    """With `admin` they see to the company's people on their own page; without, no longer."""
    link = get_object_or_404(Link.objects.select_related("customer", "company"), pk=number)
    link.is_admin = "admin" in request.POST
    operations.save_link(link)
    text = _("%(name)s is an admin of %(company)s now.")
    if not link.is_admin:
        text = _("%(name)s is no admin of %(company)s any more.")
    messages.success(request, text % {"name": link.customer, "company": link.company})
    return goes_to(request, profile_of(link.company))


def _choice(request: HttpRequest, back_to: Customer | Company, found: list[Any], **said: Any) -> HttpResponse:
    asked = request.POST.get("q", "")
    return page(request, "desk/link.html", found=found, asked=asked, back=profile_of(back_to), **said)


def _linked(
    request: HttpRequest, customer: Customer, company: Company, back_to: Customer | Company
) -> HttpResponse:
    told = {"name": customer, "company": company}
    try:
        operations.save_link(Link(customer=customer, company=company))
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        text = _("%(name)s belongs to %(company)s: all that it has is theirs from now on.")
        messages.success(request, text % told)
    return goes_to(request, profile_of(back_to))
