"""What is to be known of a check-in beside its decision: over a limit, voided, an undo, a clock that differs.

Reads only; `heading` and the notes are for staff.
"""

from datetime import timedelta
from typing import Final, NamedTuple

from django.utils.translation import gettext as _

from contract.ask import Ask, Contact, Posture
from contract.grant import Grant
from contract.reasons import Outcome, Reason
from hub.checkins import undoing
from hub.checkins.models import CheckIn
from hub.decisions import denials, words
from hub.decisions.excess import Exceeded, exceeded
from hub.orders.models import ModeOrder
from hub.orders.queries import lockdowns_over

CLOCK_DIFFERS: Final = timedelta(minutes=2)


class Note(NamedTuple):
    """`about`: another check-in that it speaks of, last in its text."""

    text: str
    about: CheckIn | None = None

    @property
    def about_text(self) -> str:
        """Empty where it speaks of none."""
        if self.about is None:
            return ""
        who = self.about.customer.name if self.about.customer else _("nobody that is known")
        return _("check-in %(number)s, %(who)s") % {"number": self.about.number, "who": who}

    @property
    def whole(self) -> str:
        return f"{self.text} {self.about_text}." if self.about else self.text


def heading(checkin: CheckIn, reason: str) -> str:
    """As in `Granted, over the limit` or `Denied: limit reached`."""
    said = _("Granted") if checkin.outcome == Outcome.GRANTED else _("Denied")
    if checkin.reason != Reason.GRANTED:
        said += f": {reason}"
    if checkin.over_limit:
        return _("%(said)s, over the limit") % {"said": said}
    if checkin.voided_at is None:
        return said
    then = _("%(said)s, then undone") if undoing.is_undone(checkin) else _("%(said)s, then voided")
    return then % {"said": said}


def notes(checkin: CheckIn, ask: Ask | None, grant: Grant | None, zone: str) -> list[Note]:
    """`grant`: what it was granted by; None: not known."""
    found = []
    if checkin.voided_at is not None:
        found.append(_voided(checkin, zone))
    undid = undoing.undone_by([checkin]).get(checkin.number)
    if undid is not None:
        found.append(Note(_("This scan undid"), undid))
    if checkin.over_limit:
        found += [Note(_exceeded(each, zone)) for each in exceeded(checkin)]
        found.append(Note(_let_through(ask, grant)))
    if (
        checkin.outcome == Outcome.GRANTED
        and checkin.edge is not None
        and ask is not None
        and ask.circumstances.posture is not Posture.LOCKDOWN
    ):
        found += [
            Note(_unheard(order, zone)) for order in lockdowns_over(checkin.edge, checkin.reader, checkin.at)
        ]
    clock = _clock(checkin, ask, zone)
    return [*found, Note(clock)] if clock else found


def change_of(checkin: CheckIn) -> str | None:
    """What would have to change of a check-in that was granted; None: nothing that is known here."""
    if checkin.outcome != Outcome.GRANTED:
        return None
    if checkin.voided_at is not None:
        return _("Nothing: it was granted, and counts no more.")
    if checkin.over_limit:
        return _(
            "It was granted, and counts. To keep this from happening, let the plan ask the hub first, and refuse"
            " it, or allow fewer, while the hub is out of reach."
        )
    return None


def _voided(checkin: CheckIn, zone: str) -> Note:
    at = words.instant(checkin.voided_at, zone)
    if undoing.is_undone(checkin):
        by = undoing.undoing(checkin)
        told = {"reader": checkin.reader, "at": at}
        if by is not None:
            return Note(_("It was undone at the reader %(reader)s on %(at)s, by") % told, by)
        return Note(_("It was undone at the reader %(reader)s on %(at)s: it counts no more.") % told)
    who = _("staff") if checkin.voided_by is None else checkin.voided_by.get_username()
    said = _("It was voided by %(who)s on %(at)s, and counts no more: %(why)s")
    return Note(said % {"who": who, "at": at, "why": checkin.void_reason})


def _exceeded(found: Exceeded, zone: str) -> str:
    before = "; ".join(words.instant(at, zone) for at in found.counted[-5:])
    return _("It exceeded %(limit)s: %(count)s counted before it (%(before)s).") % {
        "limit": words.limit(found.limit),
        "count": len(found.counted),
        "before": before,
    }


def _let_through(ask: Ask | None, grant: Grant | None) -> str:
    contact = None if ask is None else ask.circumstances.contact
    if contact is Contact.OFFLINE:
        if grant is None:
            return _("The hub was out of reach, and its offline rule let it through.")
        rule = denials.rule_offline(grant)
        return _("The hub was out of reach, and the offline rule “%(rule)s” let it through.") % {"rule": rule}
    if contact is Contact.ONLINE:
        return _(
            "This benefit was not confirmed by the hub, and the edge did not know of all the uses before it yet."
        )
    return _("When it was granted, not all the uses before it had come in at the hub.")


def _unheard(order: ModeOrder, zone: str) -> str:
    since = words.instant(order.since, zone)
    return _("The hub had a lockdown of %(place)s set since %(since)s, by %(by)s: the edge had not heard it.") % {
        "place": order.place,
        "since": since,
        "by": order.by,
    }


def _clock(checkin: CheckIn, ask: Ask | None, zone: str) -> str | None:
    late = checkin.received_at - checkin.at
    if abs(late) < CLOCK_DIFFERS:
        return None
    arrived = words.instant(checkin.received_at, zone)
    told = {"duration": words.duration(abs(late)), "arrived": arrived}
    if late < timedelta():
        said = _(
            "The edge's clock was %(duration)s ahead of the hub's, or more: it arrived on %(arrived)s, before it"
            " happened."
        )
    elif ask is not None and ask.circumstances.contact is not Contact.OFFLINE:
        said = _(
            "It arrived %(duration)s after it happened, by the edge's clock, on %(arrived)s, though the edge was"
            " in contact with the hub: its clock may be behind."
        )
    else:
        said = _(
            "It arrived %(duration)s after it happened, by the edge's clock, on %(arrived)s: the edge was out of"
            " reach meanwhile, or its clock is behind."
        )
    return said % told
