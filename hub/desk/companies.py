"""Companies: the list, the profile, and what is written of the company; memberships are in memberships.py."""

from typing import Any, Final

from django.core.paginator import Paginator
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _

from hub.accounts.people_operations import open_invitations
from hub.decisions.pools import pools_of
from hub.decisions.said import light_of, word_of
from hub.desk import editing
from hub.desk.answers import page
from hub.desk.arrival import asked_of
from hub.desk.customer_forms import CompanyForm
from hub.desk.editing import Editor
from hub.desk.gate import desk
from hub.desk.notes import notes_of
from hub.desk.profile import grouped, history_of, site_calendar
from hub.desk.standing import shown_of_company
from hub.fleet.arrival import arrival_of
from hub.fleet.paging import number_of
from hub.members import operations, queries
from hub.members.models import Company
from hub.members.profiles import company_profiles
from hub.members.seats import seats_of

PAGE_COMPANIES: Final = 50
PAGE_PEOPLE: Final = 30
_EDITOR: Final = Editor(
    CompanyForm, operations.save_company, operations.delete_companies, "desk:company", "desk:companies", True
)


@desk("members.view_company")
def companies_page(request: HttpRequest) -> HttpResponse:
    found = Company.objects.annotate(people=Count("links", distinct=True)).order_by("name", "pk")
    shown = Paginator(found, PAGE_COMPANIES).get_page(number_of(request.GET.get("page", "")))
    return page(request, "desk/companies.html", shown=shown, arrival=asked_of(request))


@desk("members.view_company")
def company_page(request: HttpRequest, number: int) -> HttpResponse:
    company = get_object_or_404(company_profiles(), pk=number)
    at = timezone.now()
    memberships = shown_of_company(company, at)
    best = queries.first_standing(list(company.memberships.all()), at)
    status = None if best is None else best.status
    context: dict[str, Any] = {
        **grouped(request, memberships, at),
        "company": company,
        "light": light_of(status),
        "word": word_of(status),
        "plan": "" if best is None else best.membership.plan.name,
        "people": _people(request, company),
        "seats": seats_of(company, at),
        "invitations": open_invitations(company, at),
        "pools": pools_of(company.pk, at, site_calendar()),
        **notes_of(request, company),
        "history": history_of(request, company_id=company.pk),
        "arrival": arrival_of(at, company),
    }
    return page(request, "desk/company.html", **context)


@desk("members.add_company")
def new_company(request: HttpRequest) -> HttpResponse:
    return editing.make(request, _EDITOR, _("New company"))


@desk("members.change_company")
def edit_company(request: HttpRequest, number: int) -> HttpResponse:
    company = get_object_or_404(Company, pk=number)
    return editing.edit(request, _EDITOR, company, _("Edit %(name)s") % {"name": company})


@desk("members.delete_company")
def delete_company(request: HttpRequest, number: int) -> HttpResponse:
    company = get_object_or_404(Company, pk=number)
    says = [
        _("Its memberships, links and notes are deleted with it, for good."),
        _("Its people lose what they inherit at once; they and their own memberships stay."),
    ]
    return editing.delete(request, _EDITOR, company, _("Delete %(name)s") % {"name": company}, says)


def _people(request: HttpRequest, company: Company) -> Any:
    links = company.links.select_related("customer").order_by("customer__name", "pk")
    return Paginator(links, PAGE_PEOPLE).get_page(number_of(request.GET.get("page", "")))
