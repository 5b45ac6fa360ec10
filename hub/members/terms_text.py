"""What one grant gives, in words for people: how often, when, where, and what the hub has to do with it."""

from collections.abc import Iterator, Mapping

from django.utils.translation import gettext as _

from contract.grant import Grant, Offline
from hub.members import limit_words, rows
from hub.members.models import Grant as Granted

Names = Mapping[str, str]
"""By slug."""


def terms_text(grant: Grant, schedules: Names, partners: Names) -> str:
    """As in `1 per calendar week; Opening hours; only at Wine bar`."""
    return "; ".join(_terms(grant, schedules, partners))


def stored_terms_text(granted: Granted) -> str:
    """Of a grant that is stored, with all that belongs to it (queries.plans_with_grants)."""
    schedule, partners = granted.schedule, granted.permission.partners.all()
    schedules = {} if schedule is None else {schedule.slug: schedule.name}
    return terms_text(rows.meaning_of_grant(granted), schedules, {each.slug: each.name for each in partners})


def _terms(grant: Grant, schedules: Names, partners: Names) -> Iterator[str]:
    yield limit_words.said(grant.limits) or _("without a limit")
    if grant.schedule is not None:
        yield schedules.get(grant.schedule, grant.schedule)
    if grant.partners is not None:
        at = ", ".join(sorted(partners.get(each, each) for each in grant.partners))
        yield _("only at %(partners)s") % {"partners": at} if at else _("at no partner")
    if grant.login_required:
        yield _("only with a sign-in")
    if grant.confirm:
        yield _("asks the hub first")
    if grant.offline is Offline.DENY:
        yield _("not while offline")
    if grant.offline is Offline.AT_MOST:
        yield _("offline at most %(uses)s") % {"uses": grant.offline_uses}
