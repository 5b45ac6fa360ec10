"""Memberships assigned and changed, from the profiles of who holds them."""

from datetime import datetime
from typing import Any, Final

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from contract.membership import AtEnd
from hub.desk.answers import goes_to, page
from hub.desk.gate import desk
from hub.desk.membership_actions import ACTIONS, Action
from hub.desk.membership_forms import AssignForm
from hub.desk.standing import shown
from hub.errors import HubError
from hub.fleet.zones import organization_zone
from hub.members import operations, periods, queries
from hub.members.models import Company, Customer, Membership
from hub.members.versions import do_as_shown, version_of

_FORM: Final = "desk/membership_form.html"


@desk("members.add_membership")
def assign_to_customer(request: HttpRequest, number: int) -> HttpResponse:
    customer = get_object_or_404(Customer, pk=number)
    return _assign(request, customer, Membership(customer=customer))


@desk("members.add_membership")
def assign_to_company(request: HttpRequest, number: int) -> HttpResponse:
    company = get_object_or_404(Company, pk=number)
    return _assign(request, company, Membership(company=company))


@desk("members.change_membership")
def act_on_membership(request: HttpRequest, number: int, name: str) -> HttpResponse:
    """What membership_actions.py says under this name: asked, and done to what was shown."""
    found = Membership.objects.select_related("plan", "customer", "company").prefetch_related("freezes")
    membership = get_object_or_404(found, pk=number)
    action = ACTIONS.get(name)
    if action is None:
        raise Http404
    at = timezone.now()
    besides = action.besides(membership, at)
    if request.method != "POST":
        form = action.form(initial=action.begins_with(membership, at), **besides)
        return _asked(request, membership, action, form, at=at)
    form = action.form(request.POST, **besides)
    if form.is_valid():
        return _done(request, membership, action, form, at)
    return _asked(request, membership, action, form, at=at, status=422)


class _NotOffered(HubError):
    """What is asked for cannot be done as the membership stands."""


def _done(request: HttpRequest, membership: Membership, action: Action, form: Any, at: datetime) -> HttpResponse:
    def do(held: Membership) -> object:
        if not action.is_offered(held, queries.status_of(held, at), at):
            raise _NotOffered
        return action.do(held, form.cleaned_data, at)

    try:
        do_as_shown(membership, request.POST.get("shown", ""), do)
    except _NotOffered:
        return _asked(request, membership, action, form, at=at, status=409)
    except HubError as error:
        form.add_error(None, _sentence(str(error)))
        return _asked(request, membership, action, form, at=at, status=409)
    messages.success(request, str(action.done))
    return goes_to(request, _profile(membership))


def _asked(  # noqa: PLR0913
    request: HttpRequest, membership: Membership, action: Action, form: Any, *, at: datetime, status: int = 200
) -> HttpResponse:
    is_offered = action.is_offered(membership, queries.status_of(membership, at), at)
    return page(
        request,
        _FORM,
        status,
        form=form,
        title=action.title,
        says=action.says(membership, at),
        is_danger=action.is_danger,
        is_offered=is_offered,
        shown=shown(membership, at),
        # A form that is out of date stays so: only who looks again acts on what is so now.
        version=request.POST.get("shown") or version_of(membership),
        back=_profile(membership),
    )


def _assign(request: HttpRequest, holder: Customer | Company, membership: Membership) -> HttpResponse:
    at = timezone.now()
    form = AssignForm(request.POST or None, initial={"starts_at": at, "plan": request.GET.get("plan")})
    if request.method == "POST" and form.is_valid():
        try:
            operations.save_membership(_filled(membership, form.cleaned_data))
        except ValidationError as error:
            form.add_error(None, error)
        else:
            text = _("Assigned: %(plan)s.") % {"plan": membership.plan.name}
            messages.success(request, text)
            return goes_to(request, _profile(membership))
    status = 422 if request.method == "POST" else 200
    title = _("Assign a membership to %(who)s") % {"who": holder}
    return page(request, _FORM, status, form=form, title=title, is_offered=True, back=_profile(membership))


def _filled(membership: Membership, given: dict[str, Any]) -> Membership:
    membership.plan, membership.starts_at = given["plan"], given["starts_at"]
    proposed = periods.first_period(membership.plan, membership.starts_at, organization_zone())
    membership.ends_at = given["ends_at"] or proposed.ends_at
    membership.at_end = (AtEnd.RENEWS if given["renews"] else AtEnd.ENDS).value
    membership.trial_until, membership.pending = given["trial_until"], given["pending"]
    return membership


def _profile(membership: Membership) -> str:
    if membership.customer_id is not None:
        return reverse("desk:customer", args=[membership.customer_id])
    return reverse("desk:company", args=[membership.company_id])


def _sentence(text: str) -> str:
    """An operation's own words, as a sentence."""
    return f"{text[:1].upper()}{text[1:].rstrip('.')}."
