"""Plans for staff: the list, a plan, its editor with a look ahead, a copy, its deletion."""

from typing import Final

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from contract.membership import State
from hub.decisions.plan_members import Counts, members_by_plan
from hub.desk.answers import goes_to, page
from hub.desk.benefit_says import Ground
from hub.desk.foreseen_pages import Place, deleted, edited
from hub.desk.gate import desk
from hub.desk.plan_editor import PlanEditor, TooManyRows
from hub.desk.plan_says import facts, marks
from hub.fleet.arrival import arrival_of
from hub.fleet.standing import Light
from hub.members import operations, plan_text, prices, queries, rows
from hub.members.models import Plan
from hub.members.terms_text import stored_terms_text

_LIGHTS: Final = {State.ACTIVE: Light.GREEN, State.INACTIVE: Light.AMBER, State.EXPIRED: Light.GREY}


@desk("members.view_plan")
def plans_page(request: HttpRequest) -> HttpResponse:
    found = _plans().order_by("name", "id")
    shown = [(each, _price(each), plan_text.billing_text(each), marks(each)) for each in found]
    return page(request, "desk/plans/list.html", shown=shown)


@desk("members.view_plan")
def plan_members_part(request: HttpRequest) -> HttpResponse:
    """How many hold each plan: every membership is asked, so the list does not wait for it."""
    counts = members_by_plan(timezone.now())
    shown = [(number, _counts(each)) for number, each in counts.items()]
    return TemplateResponse(request, "desk/plans/members.html", {"shown": shown})


@desk("members.view_plan")
def plan_page(request: HttpRequest, number: int) -> HttpResponse:
    plan, at = get_object_or_404(_plans(), pk=number), timezone.now()
    counts, ground = members_by_plan(at, plan.pk).get(plan.pk, dict.fromkeys(State, 0)), Ground(at)
    context = {
        "plan": plan,
        "price": _price(plan),
        "billing": plan_text.billing_text(plan),
        "facts": facts(plan),
        "grants": [
            (each, stored_terms_text(each), ground.means(rows.limits_of(each), plan.billing))
            for each in plan.grants.all()
        ],
        "counts": _counts(counts),
        "arrival": arrival_of(at, plan),
    }
    return page(request, "desk/plans/plan.html", **context)


@desk("members.add_plan")
def new_plan(request: HttpRequest) -> HttpResponseBase:
    """`like` in the address: a plan to begin with."""
    text = request.GET.get("like", "")
    like = _plans().filter(pk=int(text)).first() if text.isdecimal() and len(text) < 19 else None
    return _edit(request, Plan() if like is None else _copy(like), _("New plan"), like)


@desk("members.change_plan")
def edit_plan(request: HttpRequest, number: int) -> HttpResponseBase:
    plan = get_object_or_404(_plans(), pk=number)
    return _edit(request, plan, _("Edit %(plan)s") % {"plan": plan})


@desk("members.delete_plan")
def delete_plan(request: HttpRequest, number: int) -> HttpResponse:
    plan = get_object_or_404(Plan, pk=number)
    counts = members_by_plan(timezone.now(), plan.pk).get(plan.pk)
    place = Place("desk/plans/delete.html", "desk:plan", "desk:plans")
    return deleted(request, plan, operations.delete_plans, place, counts=_counts(counts) if counts else None)


def _edit(request: HttpRequest, plan: Plan, title: str, like: Plan | None = None) -> HttpResponseBase:
    try:
        editor = PlanEditor(plan, request.POST if request.method == "POST" else None, timezone.now(), like)
    except TooManyRows as error:
        messages.error(request, str(error))
        return goes_to(request, reverse("desk:plans"))
    do = request.POST.get("do")
    if do == "row":
        editor.with_another_row()
    elif do == "permission":
        if not request.user.has_perm("members.add_permission"):
            raise PermissionDenied
        editor.with_new_permission()
    return edited(request, editor, title, Place("desk/granting/edit.html", "desk:plan", "desk:plans"))


def _copy(plan: Plan) -> Plan:
    """Not stored yet, and another system's name for it is not taken along."""
    same = (
        *("description", "price_cents", "currency", "billed_every", "billed_in", "setup_fee_cents", "tax_text"),
        *("trial_days", "grace_hours", "signup_text", "by_invoice", "for_companies", "seats_max"),
    )
    return Plan(name=_("Copy of %(plan)s") % {"plan": plan}, **{name: getattr(plan, name) for name in same})


def _plans() -> QuerySet[Plan]:
    return queries.plans_with_grants()


def _price(plan: Plan) -> str:
    return prices.price_text(plan.price_cents, plan.currency)


def _counts(counts: Counts) -> list[tuple[Light, int, State]]:
    return [(_LIGHTS[state], counts[state], state) for state in State if counts[state]]
