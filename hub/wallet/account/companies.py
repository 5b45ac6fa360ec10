"""A company as its people see it: what it gives them, and the way out; and as its admins do: who belongs to it,
how many seats are left, who goes and who becomes an admin. Inviting is in inviting.py."""

from typing import Final

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from hub.accounts import people_operations as people
from hub.cards.models import CardLink
from hub.fleet.paging import number_of
from hub.members.models import Link
from hub.members.profiles import company_profiles
from hub.members.seats import seats_of
from hub.organization.queries import signup
from hub.wallet.account.asking import Asked, ask, done_text
from hub.wallet.account.saying import shown
from hub.wallet.account.theirs import admins_company, link_to
from hub.wallet.phone import page
from hub.wallet.proving import for_proved

_PAGE_PEOPLE: Final = 50


@for_proved()
def company(request: HttpRequest, link: CardLink, number: int) -> HttpResponse:
    mine, at = link_to(link.customer, number), timezone.now()
    found = company_profiles().get(pk=number)
    held = shown(list(found.memberships.all()), at, via=None if mine.is_admin else found)
    context = {
        "company": found,
        "mine": mine,
        "current": [each for each in held if not each.is_over],
        "past": [each for each in held if each.is_over],
        "done": done_text(request),
        "how_to_pay": signup().how_to_pay,
    }
    if mine.is_admin:
        links = found.links.select_related("customer").order_by("customer__name", "pk")
        context["people"] = Paginator(links, _PAGE_PEOPLE).get_page(number_of(request.GET.get("page", "")))
        context["invitations"] = people.open_invitations(found, at)
        context["seats"] = seats_of(found, at)
        context["left"] = people.seats_left(found, at)
    return page(request, "wallet/account/company.html", **context)


@for_proved()
def leave(request: HttpRequest, link: CardLink, number: int) -> HttpResponse:
    company = link_to(link.customer, number).company
    told = {"company": company.name}
    says = [_("You lose at once what you have through %(company)s. What is your own stays yours.") % told]
    asked = Asked(_("Leave %(company)s?") % told, says, _("Leave"), reverse("wallet:account"), True)

    def do() -> str:
        people.leave(link.customer, company)
        return "left"

    return ask(request, link, asked, do)


@for_proved()
def remove(request: HttpRequest, link: CardLink, number: int, person: int) -> HttpResponse:
    theirs = _person(link, number, person)
    told = {"name": theirs.customer.name, "company": theirs.company.name}
    says = [_("They lose at once what they have through %(company)s. What is their own stays theirs.") % told]
    asked = Asked(_("Remove %(name)s?") % told, says, _("Remove"), _company_page(number), True)

    def do() -> str:
        people.remove_person(link.customer, theirs)
        return "removed"

    return ask(request, link, asked, do)


@for_proved()
def set_admin(request: HttpRequest, link: CardLink, number: int, person: int) -> HttpResponse:
    """An admin, or one no longer: the other of what they are."""
    theirs = _person(link, number, person)
    told = {"name": theirs.customer.name, "company": theirs.company.name}
    if theirs.is_admin:
        says = [_("%(name)s sees no longer to the people and the invoices of %(company)s.") % told]
        title, button = _("%(name)s an admin no longer?"), _("No admin any more")
    else:
        says = [_("%(name)s sees to people, seats and invoices of %(company)s then, as you do.") % told]
        title, button = _("Make %(name)s an admin?"), _("Make admin")
    asked = Asked(title % told, says, button, _company_page(number))

    def do() -> str:
        people.set_admin(link.customer, theirs, not theirs.is_admin)
        return "no-admin" if theirs.is_admin else "admin"

    return ask(request, link, asked, do)


def _person(link: CardLink, number: int, person: int) -> Link:
    """Of a company that they are an admin of."""
    company = admins_company(link.customer, number)
    found = Link.objects.select_related("customer", "company").filter(pk=person, company=company).first()
    # They themselves leave by leave.
    if found is None or found.customer_id == link.customer_id:
        raise Http404
    return found


def _company_page(number: int) -> str:
    return reverse("wallet:company", args=[number])
