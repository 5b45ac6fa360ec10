"""Where benefits are offered, in words: at which partners, by their names."""

from collections.abc import Collection, Iterable
from typing import Final

from django.utils.translation import gettext as _

from hub.members.models import Permission
from hub.partners.models import Partner

NAMES_MAX: Final = 10


def where_text(approved: Collection[int] | None, active: Iterable[Partner]) -> str:
    """Partners that offer a benefit, by name. `approved`: those that alone may; None: all may."""
    names = [each.name for each in active if approved is None or each.pk in approved]
    if not names:
        return _("at any partner; there are none yet") if approved is None else _("at no partner that is active")
    shown, others = ", ".join(names[:NAMES_MAX]), len(names) - NAMES_MAX
    if others > 0:
        shown = _("%(partners)s and %(others)s more") % {"partners": shown, "others": others}
    said = _("at any partner: %(partners)s") if approved is None else _("only at %(partners)s")
    return said % {"partners": shown}


def where_by_permission() -> dict[str, str]:
    """Of each benefit, by its number as forms say it."""
    active, benefits = list(Partner.objects.filter(active=True)), Permission.objects.filter(is_benefit=True)
    found = {}
    for each in benefits.prefetch_related("partners"):
        approved = {partner.pk for partner in each.partners.all()} if each.approved_partners_only else None
        found[str(each.pk)] = where_text(approved, active)
    return found
