"""The public plans, all or one, each with what it costs; and how the pages look."""

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from hub.billing.offers import Way, offers_for
from hub.joining.queries import public_plan, public_plans
from hub.members.models import Plan
from hub.members.plan_text import billing_text
from hub.members.prices import price_text
from hub.organization.ink import ink_on
from hub.organization.queries import organization, signup
from hub.signup.files import counted
from hub.signup.granted import granted
from hub.signup.places import Place, page
from hub.signup.themes import theme_of

_KEPT_S = 300


def plans_page(request: HttpRequest, place: Place, plan: str = "") -> HttpResponse:
    """Nobody has begun anything by looking at it."""
    if not signup().is_open:
        return page(request, place, "signup/closed.html", 404)
    try:
        found = [public_plan(plan)] if plan else public_plans()
    except Plan.DoesNotExist:
        return page(request, place, "signup/plans.html", 404, plans=shown(public_plans()), is_gone=True)
    return page(request, place, "signup/plans.html", plans=shown(found), is_alone=bool(plan))


def shown(plans: list[Plan]) -> list[tuple[Plan, str, list[str], list[str]]]:
    """Each with its price, what belongs to it, and what it gives, in words."""
    gives = granted(plans)
    return [(each, price_words(each), small_print(each), gives[each.pk]) for each in plans]


def price_words(plan: Plan) -> str:
    """As in `29.00 EUR every month`."""
    if not plan.price_cents:
        return _("Free")
    words = " ".join(filter(None, [price_text(plan.price_cents, plan.currency), billing_text(plan)]))
    return _("%(price)s for each person") % {"price": words} if plan.for_companies else words


def small_print(plan: Plan, days: int | None = None) -> list[str]:
    """`days`: of trial, that whoever looks has; None: it is not known who does."""
    trial = ngettext("The first day is free.", "The first %(days)s days are free.", plan.trial_days)
    if days == 0:
        trial = _("You had the free days of this plan before: it is paid for from the beginning.")
    has_trial = plan.trial_days > 0 and days != 0
    fee = _fee(plan, has_trial) % {"fee": price_text(plan.setup_fee_cents, plan.currency)}
    said = [trial % {"days": plan.trial_days} if plan.trial_days else "", fee if plan.setup_fee_cents else ""]
    return [each for each in [*said, plan.tax_text] if each]


def _fee(plan: Plan, has_trial: bool) -> str:
    """When it is paid: with a provider it does not wait for the end of a trial."""
    ways = {each.way for each in offers_for(plan)}
    if not has_trial or Way.PROVIDER not in ways:
        return _("Once, with the first payment: %(fee)s.")
    if Way.BY_HAND not in ways:
        return _("Once, when you join: %(fee)s. The rest is due when the free days are over.")
    return _("Once: %(fee)s. Online you pay it when you join, by invoice with the first payment.")


@require_safe
@counted
def look(request: HttpRequest) -> HttpResponse:
    """The organization's colour, and what a website dresses its frame in: no style stands in a page."""
    colour = organization().colour
    text = f":root {{ --club: {colour}; --club-ink: {ink_on(colour)}; }}\n{theme_of(request.GET.dict()).css}"
    response = HttpResponse(text, content_type="text/css")
    response["Cache-Control"] = f"public, max-age={_KEPT_S}"
    return response
