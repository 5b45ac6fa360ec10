"""What this hub has, now, under the names that a question speaks of, and what people call it. Reads only."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from contract.ask import Ask
from contract.facts import Facts
from hub.checkins import names
from hub.checkins.models import CheckIn
from hub.decisions import words
from hub.feed.models import Feed
from hub.fleet.hours_models import ExceptionDay, Holiday, Schedule, ScheduleException
from hub.fleet.models import Reader, Site
from hub.members.models import Approval
from hub.partners.models import Partner

DayKey = tuple[int, int, int | None]
"""Month, day, and year or every year."""


@dataclass(frozen=True, slots=True)
class Register:
    """Names by slug, of what is here. `approved`: partners, active or not, for the permission that was asked for.
    `holidays` are those of the question's site, `exceptions` by schedule. `reader`: the check-in's; None: unknown.
    `everybody`: whether the feed that was decided by has every customer.
    """

    reader: Reader | None = None
    site_known: bool = True
    everybody: bool = True
    permissions: Mapping[str, str] = field(default_factory=dict)
    partners: Mapping[str, str] = field(default_factory=dict)
    inactive: frozenset[str] = frozenset()
    approved: frozenset[str] = frozenset()
    schedules: Mapping[str, str] = field(default_factory=dict)
    holidays: Mapping[DayKey, str] = field(default_factory=dict)
    exceptions: Mapping[str, Mapping[DayKey, str]] = field(default_factory=dict)

    def permission(self, slug: str) -> str:
        return self.permissions.get(slug, slug)

    def partner(self, slug: str) -> str:
        return self.partners.get(slug, slug)

    def schedule(self, slug: str) -> str:
        return self.schedules.get(slug, slug)

    def partners_listed(self, slugs: Iterable[str]) -> str:
        return words.listed(map(self.partner, slugs))


def register_for(checkin: CheckIn, ask: Ask, facts: Facts | None) -> Register:
    grants = [grant for held in (facts.held if facts else ()) for grant in held.plan.grants]
    asked = [grant for grant in grants if grant.permission == ask.permission]
    schedules = {grant.schedule for grant in asked if grant.schedule is not None}
    approvals = Approval.objects.filter(permission__slug=ask.permission)
    approved = frozenset(approvals.values_list("partner__slug", flat=True))
    spoken_of = approved.union(*(grant.partners or () for grant in asked), {ask.policy.partner or ""})
    partners = Partner.objects.filter(slug__in=spoken_of)
    site = ask.policy.site
    return Register(
        reader=_reader_of(checkin),
        site_known=site is None or Site.objects.filter(name=site).exists(),
        everybody=_has_everybody(facts),
        permissions=names.permissions({ask.permission, ask.policy.lockdown_permission or ""}),
        partners={each.slug: each.name for each in partners},
        inactive=frozenset(each.slug for each in partners if not each.active),
        approved=approved,
        schedules=dict(Schedule.objects.filter(slug__in=schedules).values_list("slug", "name")),
        holidays=_names_of(Holiday.objects.filter(site__name=site)),
        exceptions={
            slug: _names_of(ScheduleException.objects.filter(schedule__slug=slug)) for slug in sorted(schedules)
        },
    )


def _has_everybody(facts: Facts | None) -> bool:
    position = None if facts is None else facts.position
    return position is None or Feed.objects.filter(name=position.feed, all_holders=True).exists()


def _reader_of(checkin: CheckIn) -> Reader | None:
    related = ("edge__site", "partner", "permission", "lockdown_permission", "undo_permission")
    return Reader.objects.select_related(*related).filter(edge=checkin.edge_id, name=checkin.reader).first()


def _names_of(days: Iterable[ExceptionDay]) -> dict[DayKey, str]:
    return {(each.month, each.day, each.year): each.name for each in days if each.name}
