"""What a change of a membership will do, in words, before it is done: to whom, what, and where it is known."""

from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from contract.membership import AtEnd, Detail
from hub.billing import queries as billing
from hub.billing.resuming_operations import goes_on_by_hand
from hub.fleet.queries import readers_asking_for
from hub.fleet.zones import organization_zone
from hub.members import periods, queries
from hub.members.models import Freeze, Link, Membership
from hub.templatetags.faces import day_text, last_day_text


def who(membership: Membership) -> str:
    """As in `Ann`, or `everybody at Club (3 people)`."""
    if membership.customer_id is not None:
        return str(membership.customer)
    people = Link.objects.filter(company=membership.company_id).count()
    text = ngettext(
        "everybody at %(company)s (%(people)s person)", "everybody at %(company)s (%(people)s people)", people
    )
    return text % {"company": membership.company, "people": people}


def known_text(membership: Membership) -> str:
    """Where it matters, and how soon."""
    readers = readers_asking_for(membership.plan_id)
    if not readers:
        return _("No reader asks for anything that this plan grants.")
    text = ngettext(
        "%(count)s door or counter knows it within seconds.",
        "%(count)s doors and counters know it within seconds.",
        readers,
    )
    return text % {"count": readers}


def of_renewal(membership: Membership, at: datetime) -> list[str]:
    proposed = periods.renewed_end(membership, organization_zone())
    told = [_kept_until(membership, proposed)]
    if membership.at_end in (AtEnd.CANCELLED, AtEnd.PAYMENT_FAILED):
        told.append(_("That it was cancelled, or not paid, is taken back."))
    if proposed is None:
        return [*told, _("The plan is not billed again, so no end is proposed.")]
    return [*told, _("Proposed is the plan's next billing period.")]


def _kept_until(membership: Membership, proposed: datetime | None) -> str:
    """What is typed is the end before its freezes move it on."""
    if not (membership.freezes_extend and membership.freezes.all()):
        return _sentence(_("%(who)s keeps %(plan)s until the day below."), membership)
    end = None if proposed is None else periods.end_with(membership, proposed)
    if end is None:
        return _sentence(_("%(who)s keeps %(plan)s until the day below, which its freezes move on."), membership)
    text = _("%(who)s keeps %(plan)s until the day below, which its freezes move on: as proposed, until %(at)s.")
    return _sentence(text, membership, at=last_day_text(end))


def keeps_dates(membership: Membership, at: datetime) -> bool:
    """It takes another plan itself: nobody has had this one yet."""
    return queries.status_of(membership, at).detail in (Detail.SCHEDULED, Detail.PENDING)


def of_change(membership: Membership, at: datetime) -> list[str]:
    if keeps_dates(membership, at):
        return [
            _sentence(
                _("It takes the new plan and keeps its dates: %(who)s has not had %(plan)s yet."), membership
            )
        ]
    told = [
        _sentence(_("%(who)s loses %(plan)s in the same instant in which the new plan begins."), membership),
        _("What was used is counted anew where a limit counts by the membership."),
    ]
    if membership.at_end == AtEnd.RENEWS:
        told.append(_("The old one renews no more: whoever revokes the new one sets the old one to renew again."))
    return [*told, known_text(membership)]


def times_of_change(membership: Membership, at: datetime) -> list[tuple[str, str]]:
    """None where it keeps its dates."""
    if keeps_dates(membership, at):
        return []
    times = [("now", _("Now"))]
    later = periods.next_period_at(membership, at, organization_zone())
    if later is not None and later > at:
        times.append(("next", _("When what is paid for is over, on %(at)s") % {"at": day_text(later)}))
    return times


def of_freeze(membership: Membership, at: datetime) -> list[str]:
    told = [_sentence(_("While it is frozen, %(who)s cannot use %(plan)s."), membership)]
    if membership.ends_at is not None:
        text = _("Its end moves on by the length of the freeze.")
        told.append(text if membership.freezes_extend else _("Its end stays where it is."))
    return [*told, known_text(membership)]


def of_resuming(membership: Membership, at: datetime) -> list[str]:
    return [_sentence(_("%(who)s can use %(plan)s again at once."), membership), known_text(membership)]


def of_unfreezing(membership: Membership, at: datetime) -> list[str]:
    coming = freeze_ahead(membership, at)
    if coming is None:
        return []
    return [_("The freeze from %(at)s on will not be.") % {"at": day_text(coming.from_at)}]


def of_payment(membership: Membership, at: datetime) -> list[str]:
    return [_sentence(_("%(who)s can use %(plan)s as soon as it begins."), membership), known_text(membership)]


def of_cancelling(membership: Membership, at: datetime) -> list[str]:
    end = periods.next_period_at(membership, at, organization_zone())
    if queries.status_of(membership, at).detail is Detail.GRACE:
        return [
            _sentence(_("Its end is past: %(who)s loses %(plan)s at once."), membership),
            known_text(membership),
        ]
    if end is None:
        return [_("It runs to its end, which the freeze moves on, and no further.")]
    return [
        _sentence(_("%(who)s keeps %(plan)s until %(at)s, and no longer."), membership, at=last_day_text(end)),
        _("The cancellation can be taken back until then."),
    ]


def of_renewing_at_its_end(membership: Membership, at: datetime) -> list[str]:
    return [
        _("At its end a renewal is due, and it goes on for three days; as it stands it simply ends."),
        _("What follows it, as after a change of plan, begins all the same: revoke that where it is not meant."),
    ]


def of_uncancelling(membership: Membership, at: datetime) -> list[str]:
    if membership.grace_hours is None:
        return [_("It ends as it would have ended before.")]
    return [_("At its end it renews, as before."), *_of_billing(membership)]


def _of_billing(membership: Membership) -> list[str]:
    """What becomes of its being paid by hand: it goes on, or staff begin it again."""
    held = billing.standing(membership)
    if goes_on_by_hand(membership, held):
        return [_("It is billed by invoice or in cash again, as before; what is paid is not billed twice.")]
    stopped = held.is_by_hand and not held.subscription.is_open  # type: ignore[union-attr]
    return [_("Nothing is billed for it: begin that on its payments page.")] if stopped else []


def of_ending(membership: Membership, at: datetime) -> list[str]:
    return [
        _sentence(_("%(who)s loses %(plan)s at once."), membership),
        known_text(membership),
        _("It stays visible as expired. To give it again, assign the plan anew."),
    ]


def of_revoking(membership: Membership, at: datetime) -> list[str]:
    return [
        _sentence(_("%(who)s loses %(plan)s at once and for good."), membership),
        known_text(membership),
        _("It cannot be taken back. Use it for what should never have been; else cancel it."),
    ]


def freeze_ahead(membership: Membership, at: datetime) -> Freeze | None:
    """The first that is to come."""
    return next((each for each in membership.freezes.all() if each.from_at > at), None)


def _sentence(text: str, membership: Membership, **said: str) -> str:
    return text % {"who": who(membership), "plan": membership.plan.name, **said}
