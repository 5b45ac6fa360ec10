"""What would have to change: a sentence for every reason, with its figures where the facts are known. Pure."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contract.ask import Codes, Contact
from contract.grant import Offline
from contract.membership import Detail, end_of
from contract.reasons import Reason
from contract.trust import ClockState
from hub.contract_words import said as said_of
from hub.decisions import opening, words
from hub.decisions.case import Case
from hub.decisions.plain_remedies import plain


def remedy(case: Case) -> str:
    """What would have to change for this answer, in one sentence or two."""
    figured = _FIGURED.get(case.answer.reason)
    return (figured and figured(case)) or plain(case.answer.reason)


# With figures; None where they are not known


def _reader(case: Case) -> str:
    return _("Switch the reader %(reader)s on (enabled, in its edge.toml).") % {"reader": case.reader}


def _unknown_card(case: Case) -> str | None:
    if case.feed is None or case.register.everybody:
        return None
    return _(
        "The code was nobody's in the feed “%(feed)s” of this edge: assign its customer to"
        " that feed, or import the code for a customer who is there."
    ) % {"feed": case.feed}


def _card_from(case: Case) -> str:
    card = case.facts.card
    begins_at = None if card is None else card.valid_from
    return _("The card is valid from %(when)s: wait, or set an earlier first date.") % {
        "when": case.when(begins_at)
    }


def _card_until(case: Case) -> str:
    card = case.facts.card
    ended_at = None if card is None else card.valid_until
    return _("The card was valid until %(when)s: set a later date, or issue another.") % {
        "when": case.when(ended_at)
    }


def _code(case: Case) -> str:
    whole = _(
        "Show the card as the wallet draws it now, or let this reader take static codes: the digits were not those"
        " of then."
    )
    if case.ask.circumstances.digits is None:
        whole = _(
            "Show the card as the wallet draws it now, or let this reader take static codes: no digits were shown."
        )
    if case.facts.rotating_secret is None:
        whole = _(
            "Show the card as the wallet draws it now, or let this reader take static codes: the card has no"
            " rotating code in this feed."
        )
    return whole


def _clock(case: Case) -> str:
    wanted, had = case.ask.policy.clock, case.ask.circumstances.clock
    if case.ask.policy.codes is Codes.ROTATING_STRICTLY and had is ClockState.UNKNOWN:
        return _("Rotating codes need a clock, and the edge's was unknown: give the edge network time.")
    return _(
        "The edge's clock was %(had)s, and this reader takes %(wanted)s at worst: give the edge network time."
    ) % {"had": said_of(had), "wanted": said_of(wanted)}


def _replica(case: Case) -> str:
    age_s, limit = case.ask.circumstances.replica_age_s, case.ask.policy.replica_age_seconds_max or 0
    had = (
        _("of an age that is not known")
        if age_s is None
        else _("%(duration)s old") % {"duration": words.duration(timedelta(seconds=age_s))}
    )
    most = words.duration(timedelta(seconds=limit))
    return _(
        "The replica was %(had)s, and this reader takes %(most)s at most: bring the edge into"
        " contact with the hub."
    ) % {"had": had, "most": most}


def _pending(case: Case) -> str:
    return _("The first payment of %(plan)s is open: confirm it.") % {"plan": case.plan}


def _scheduled(case: Case) -> str:
    held = case.answer.membership
    begins_at = None if held is None else held.starts_at
    return _("%(plan)s begins on %(when)s: wait, or let it begin earlier.") % {
        "plan": case.plan_at_start,
        "when": case.when(begins_at),
    }


def _suspended(case: Case) -> str | None:
    held = case.answer.membership
    now = [each for each in held.freezes if each.from_at <= case.at] if held else []
    until = max(now, key=lambda each: each.from_at).until_at if now else None
    if until is None:
        said = _("%(plan)s is frozen until further notice: resume the membership.")
        return said % {"plan": case.plan_at_start}
    said = _("%(plan)s is frozen until %(when)s: resume the membership.")
    return said % {"plan": case.plan_at_start, "when": case.when(until)}


_ENDINGS: Final = {
    Detail.ENDED: gettext_lazy("%(plan)s ended on %(when)s: renew it, or assign a new membership."),
    Detail.CANCELLED: gettext_lazy("%(plan)s was cancelled and ended on %(when)s: assign a new membership."),
    Detail.PAYMENT_FAILED: gettext_lazy(
        "%(plan)s ended on %(when)s, since its payment failed: settle it, or assign a new membership."
    ),
}


def _expired(case: Case) -> str:
    if case.answer.detail is Detail.REVOKED:
        return _("%(plan)s was revoked, which stays so: assign a new membership.") % {"plan": case.plan_at_start}
    end = None if case.answer.membership is None else end_of(case.answer.membership)
    ending = _ENDINGS.get(case.answer.detail or Detail.ENDED, _ENDINGS[Detail.ENDED])
    return str(ending) % {"plan": case.plan_at_start, "when": case.when(end)}


def _lockdown(case: Case) -> str:
    passes = case.ask.policy.lockdown_permission
    if passes is None:
        return _(
            "End the lockdown of this door: nobody passes one here, since the reader names no permission for it."
        )
    named = case.register.permission(passes)
    return _("End the lockdown of this door, or let the holder's plan grant %(named)s, which passes one.") % {
        "named": named
    }


def _missing(case: Case) -> str:
    if case.ask.permission not in case.register.permissions:
        return _("There is no permission %(permission)s at this hub: correct edge.toml.") % {
            "permission": case.ask.permission
        }
    return _("%(plan)s does not grant %(permission)s: add it to the plan, or assign another plan.") % {
        "plan": case.plan_at_start,
        "permission": case.permission,
    }


def _hours(case: Case) -> str | None:
    name = None if case.grant is None else case.grant.schedule
    if name is None:
        return None
    schedule, site = case.facts.schedules.get(name), case.facts.site
    called = case.register.schedule(name)
    if schedule is None:
        return _("There is no schedule “%(called)s”, which %(plan)s names: make it, or choose another.") % {
            "called": called,
            "plan": case.plan,
        }
    zone, on = site.calendar.zone, words.hours_on(schedule, site, case.at)
    said = _("The hours on that day (%(day)s, %(zone)s) are %(on)s, by the schedule “%(called)s”") % {
        "day": words.day(case.at, zone),
        "zone": zone,
        "on": on,
        "called": called,
    }
    special = opening.special_on(schedule, site, opening.local_day(site, case.at))
    if special is not None:
        why = opening.special_text(special, case.named_days(name))
        said = _("%(said)s, since it was %(special)s") % {"said": said, "special": why}
    sentences = [f"{said}.", _opens_next(opening.next_opening(schedule, site, case.at), zone)]
    if not case.register.site_known:
        sentences.append(_("The hub has no site %(site)s: correct edge.toml.") % {"site": case.ask.policy.site})
    return " ".join(sentences)


def _opens_next(at: datetime | None, zone: str) -> str:
    if at is None:
        said = _("It did not open within the next %(days)s days: change the schedule.")
        return said % {"days": opening.SEARCHED_DAYS}
    return _("It opens next on %(when)s.") % {"when": words.instant(at, zone)}


def _partner(case: Case) -> str | None:
    if case.grant is None:
        return None
    here, register = case.ask.policy.partner, case.register
    listed = register.partners_listed(case.grant.partners or ())
    if here is not None and here not in register.partners:
        return _(
            "The hub has no partner %(partner)s: correct partner in edge.toml. Approved partners are %(listed)s."
        ) % {"partner": here, "listed": listed}
    if case.ask.policy.partner_said and here in (case.grant.partners or ()):
        return _(
            "Open %(partner)s's link on that phone, or sign in; or let whoever scans say that they are there, at"
            " %(permission)s."
        ) % {"partner": register.partner(here), "permission": case.permission}
    if here in register.approved & register.inactive:
        others = _("Approved too: %(listed)s.") if case.grant.partners else _("No other is approved.")
        said = _("%(partner)s is approved but inactive: set it active again.") % {
            "partner": register.partner(here)
        }
        return f"{said} {others % {'listed': listed}}"
    said = _(
        "Approved partners are %(listed)s, and this reader names no partner: approve it for %(permission)s, or go"
        " to those."
    )
    if here is not None:
        said = _(
            "Approved partners are %(listed)s, and this reader is %(partner)s's: approve it for %(permission)s, or"
            " go to those."
        )
    told = {"listed": listed, "permission": case.permission}
    return said % {**told, "partner": "" if here is None else register.partner(here)}


def _login(case: Case) -> str | None:
    if case.grant is None or not case.grant.login_required:
        return _("Sign in, or use a partner's link: %(permission)s is not used up where nobody is known.") % {
            "permission": case.permission
        }
    return _("Sign in: %(permission)s asks for it wherever it is given.") % {"permission": case.permission}


def _inside(case: Case) -> str | None:
    policy = case.ask.policy
    into = [each for each in case.facts.passages if each.area == policy.area]
    last = max(into, key=lambda each: (each.occurred_at, each.id), default=None)
    if last is None:
        return None
    reset = policy.passback_reset
    said = _("The holder went into %(area)s on %(when)s and not out: go out, or let staff reset it.") % {
        "area": policy.area,
        "when": case.when(last.occurred_at),
    }
    if reset is None:
        return said
    return f"{said} " + _("It ends by itself on %(when)s.") % {"when": case.when(last.occurred_at + reset)}


def _limit(case: Case) -> str | None:
    if case.grant is None:
        return None
    limits, due = words.limits(case.grant.limits), case.answer.next_available_at
    if due is None:
        said = _("The limit is %(limits)s; it does not become available again under this membership.")
        return said % {"limits": limits}
    return _("The limit is %(limits)s; available again on %(when)s.") % {"limits": limits, "when": case.when(due)}


def _confirmation(case: Case) -> str | None:
    grant = case.grant
    if grant is None:
        return None
    if case.ask.circumstances.contact is Contact.ONLINE:
        return _("The hub has to confirm this benefit, and its answer was not there in time: try again.")
    if grant.offline is Offline.AT_MOST:
        return _(
            "The hub was out of reach, and the benefit allows %(uses)s offline at each edge, which were used up:"
            " bring the edge into contact."
        ) % {"uses": grant.offline_uses}
    return _("The hub was out of reach, and the benefit is not given without it: bring the edge into contact.")


_FIGURED: Final[dict[Reason, Callable[[Case], str | None]]] = {
    Reason.READER_DISABLED: _reader,
    Reason.UNKNOWN_CARD: _unknown_card,
    Reason.CARD_NOT_YET_VALID: _card_from,
    Reason.CARD_EXPIRED: _card_until,
    Reason.CODE_STALE: _code,
    Reason.CLOCK_UNKNOWN: _clock,
    Reason.REPLICA_STALE: _replica,
    Reason.PENDING: _pending,
    Reason.SCHEDULED: _scheduled,
    Reason.SUSPENDED: _suspended,
    Reason.EXPIRED: _expired,
    Reason.LOCKDOWN: _lockdown,
    Reason.PERMISSION_MISSING: _missing,
    Reason.OUTSIDE_HOURS: _hours,
    Reason.PARTNER_NOT_APPROVED: _partner,
    Reason.LOGIN_REQUIRED: _login,
    Reason.ALREADY_INSIDE: _inside,
    Reason.LIMIT_REACHED: _limit,
    Reason.COOLDOWN: _limit,
    Reason.CONFIRMATION_NEEDED: _confirmation,
}
