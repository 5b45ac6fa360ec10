"""Customers: the list, the profile, and what is written of the person; memberships are in memberships.py."""

from typing import Any, Final

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _

from hub.cards.link_operations import live_links
from hub.decisions.said import light_of, word_of
from hub.desk import editing
from hub.desk.allowed import allowed
from hub.desk.answers import page
from hub.desk.arrival import asked_of
from hub.desk.checkins_part import newest_checkins
from hub.desk.customer_forms import CustomerForm
from hub.desk.editing import Editor
from hub.desk.gate import desk
from hub.desk.letters import letters_of
from hub.desk.notes import notes_of
from hub.desk.profile import first_site, grouped, history_of
from hub.desk.standing import shown_of_customer
from hub.fleet.arrival import arrival_of
from hub.fleet.paging import number_of
from hub.members import operations, queries
from hub.members.models import Customer
from hub.members.profiles import customer_profiles
from hub.websites.queries import subjects_of

PAGE_CUSTOMERS: Final = 50
_EDITOR: Final = Editor(
    CustomerForm, operations.save_customer, operations.delete_customers, "desk:customer", "desk:customers", True
)


@desk("members.view_customer")
def customers_page(request: HttpRequest) -> HttpResponse:
    at = timezone.now()
    found = queries.customers_with_memberships().order_by("name", "pk")
    shown = Paginator(found, PAGE_CUSTOMERS).get_page(number_of(request.GET.get("page", "")))
    rows = [(each, *_at_a_glance(each, at)) for each in shown]
    return page(request, "desk/customers.html", rows=rows, shown=shown, arrival=asked_of(request))


@desk("members.view_customer")
def customer_page(request: HttpRequest, number: int) -> HttpResponse:
    customer = get_object_or_404(customer_profiles(), pk=number)
    at, site = timezone.now(), first_site()
    light, word, plan = _at_a_glance(customer, at)
    context: dict[str, Any] = {
        **grouped(request, shown_of_customer(customer, at), at),
        "customer": customer,
        "photo": getattr(customer, "photo", None),
        "light": light,
        "word": word,
        "plan": plan,
        "allowed": allowed(customer, site, at),
        "site": site,
        "card_links": live_links(customer),
        **letters_of(customer),
        "subjects": subjects_of(customer),
        "cards": [(each, queries.card_state(each, at)) for each in customer.cards.all()],
        **notes_of(request, customer),
        "history": history_of(request, customer_id=customer.pk),
        "arrival": arrival_of(at, customer),
        **newest_checkins(request, customer.pk),
    }
    return page(request, "desk/customer.html", **context)


@desk("members.add_customer")
def new_customer(request: HttpRequest) -> HttpResponse:
    return editing.make(request, _EDITOR, _("New customer"))


@desk("members.change_customer")
def edit_customer(request: HttpRequest, number: int) -> HttpResponse:
    customer = get_object_or_404(Customer, pk=number)
    return editing.edit(request, _EDITOR, customer, _("Edit %(name)s") % {"name": customer})


@desk("members.delete_customer")
def delete_customer(request: HttpRequest, number: int) -> HttpResponse:
    customer = get_object_or_404(Customer, pk=number)
    says = [
        _("Their memberships, cards, links, photo and notes are deleted with them, for good."),
        _("Their cards open nothing within seconds."),
        _("Check-ins stay, without a name."),
    ]
    return editing.delete(request, _EDITOR, customer, _("Delete %(name)s") % {"name": customer}, says)


def _at_a_glance(customer: Customer, at: Any) -> tuple[Any, Any, str]:
    standing = queries.standing_of(customer, at)
    status = None if standing is None else standing.status
    return light_of(status), word_of(status), "" if standing is None else standing.membership.plan.name
