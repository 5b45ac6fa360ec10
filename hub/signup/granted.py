"""What plans give whoever joins with them, a sentence each: what is granted, how often, and where."""

from django.db.models import prefetch_related_objects
from django.utils.translation import gettext as _

from hub.members import limit_words, rows
from hub.members.models import Grant, Plan
from hub.partners.models import Partner
from hub.partners.where_words import where_text

_READ = ("grants__limits", "grants__schedule", "grants__permission__partners")


def granted(plans: list[Plan]) -> dict[int, list[str]]:
    """By the plans' numbers. Benefits first."""
    prefetch_related_objects(plans, *_READ)
    active = list(Partner.objects.filter(active=True))
    return {plan.pk: [_sentence(each, active) for each in _benefits_first(plan)] for plan in plans}


def _benefits_first(plan: Plan) -> list[Grant]:
    return sorted(plan.grants.all(), key=lambda each: not each.permission.is_benefit)


def _sentence(grant: Grant, active: list[Partner]) -> str:
    """As in `Glass of wine: 2 per week, at any partner: Bar`."""
    often = limit_words.said(rows.limits_of(grant))
    if grant.permission.is_benefit:
        often = often or _("as often as you like")
    terms = ", ".join(filter(None, [often, str(grant.schedule or ""), _where(grant, active)]))
    told = {"what": grant.permission.name, "terms": terms}
    return _("%(what)s: %(terms)s") % told if terms else grant.permission.name


def _where(grant: Grant, active: list[Partner]) -> str:
    """Empty also where nobody offers it yet."""
    permission = grant.permission
    approved = {each.pk for each in permission.partners.all()} if permission.approved_partners_only else None
    offer = [each for each in active if approved is None or each.pk in approved]
    return where_text(approved, active) if permission.is_benefit and offer else ""
