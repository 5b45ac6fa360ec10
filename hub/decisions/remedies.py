"""What would have to change: a sentence for every reason, with its figures where the facts are known. Pure."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from contract.ask import Codes, Contact
from contract.grant import Offline
from contract.membership import Detail, end_of
from contract.reasons import Reason
from contract.trust import ClockState
from hub.decisions import opening, words
from hub.decisions.case import Case

_NOTHING: Final = "Nothing: it was granted."


PLAIN: Final[dict[Reason, str]] = {
    Reason.READER_DISABLED: "Switch the reader on.",
    Reason.NOT_READY: "Connect the edge to the hub and the broker until it has loaded its feed once.",
    Reason.UNREADABLE: "Scan again, and look at the scanner's settings: what it sent can be no code.",
    Reason.UNKNOWN_CARD: "Import this card's code for a customer, or issue them a card: the code was nobody's.",
    Reason.CARD_REVOKED: "Give the customer another card: one that is revoked stays so.",
    Reason.CARD_NOT_YET_VALID: "Wait for the card's first date, or set an earlier one.",
    Reason.CARD_EXPIRED: "Set a later last date of the card, or issue another one.",
    Reason.CODE_STALE: "Show the card as the wallet draws it now, or let this reader take static codes.",
    Reason.CODE_REPLAYED: "Wait for the wallet's next code (every 30 seconds): this one was taken here already.",
    Reason.CLOCK_UNKNOWN: "Give the edge the time from the network, or let this reader take a worse clock.",
    Reason.REPLICA_STALE: "Bring the edge into contact with the hub, or let this reader take an older replica.",
    Reason.NO_MEMBERSHIP: "Assign the customer a membership, or link them to a company that has one.",
    Reason.PENDING: "Confirm the membership's first payment.",
    Reason.SCHEDULED: "Wait until the membership begins, or let it begin earlier.",
    Reason.SUSPENDED: "Resume the membership: it is frozen.",
    Reason.EXPIRED: "Renew the membership or assign a new one: it was over.",
    Reason.LOCKDOWN: "End the lockdown, or give the holder the permission that passes one.",
    Reason.PERMISSION_MISSING: "Let the plan grant this permission, or assign a plan that does.",
    Reason.OUTSIDE_HOURS: "Come within the hours, or change the schedule.",
    Reason.PARTNER_NOT_APPROVED: "Approve this partner for the benefit.",
    Reason.LOGIN_REQUIRED: "Sign in: this benefit is not given where nobody is known.",
    Reason.ALREADY_INSIDE: "Go out first, or let staff reset it: the holder came in and did not go out.",
    Reason.LIMIT_REACHED: "Wait: the limit is used up.",
    Reason.COOLDOWN: "Wait: it is too soon after the last use.",
    Reason.CONFIRMATION_NEEDED: "Bring the edge into contact with the hub, or change the benefit's offline rule.",
    Reason.CANNOT_RECORD: "Look at the edge's disk: its journal could not be written, so nothing was given.",
    Reason.UNLOCKED: "Nothing: the door was held unlocked, so it was open to everybody.",
    Reason.FREE_ACCESS: "Nothing: the door opened to any readable scan.",
    Reason.GRANTED: _NOTHING,
}


def plain(reason: str) -> str:
    """Where the facts are lost, or the reason is a newer edge's."""
    return PLAIN[Reason(reason)] if reason in set(Reason) else "This hub does not know this reason: update it."


def remedy(case: Case) -> str:
    """What would have to change for this answer, in one sentence or two."""
    figured = _FIGURED.get(case.answer.reason)
    return (figured and figured(case)) or PLAIN[case.answer.reason]


# With figures; None where they are not known


def _reader(case: Case) -> str:
    return f"Switch the reader {case.reader} on (enabled, in its edge.toml)."


def _unknown_card(case: Case) -> str | None:
    if case.feed is None or case.register.everybody:
        return None
    return (
        f"The code was nobody's in the feed “{case.feed}” of this edge: assign its customer to that feed, or"
        " import the code for a customer who is there."
    )


def _card_from(case: Case) -> str:
    card = case.facts.card
    begins_at = None if card is None else card.valid_from
    return f"The card is valid from {case.when(begins_at)}: wait, or set an earlier first date."


def _card_until(case: Case) -> str:
    card = case.facts.card
    ended_at = None if card is None else card.valid_until
    return f"The card was valid until {case.when(ended_at)}: set a later date, or issue another."


def _code(case: Case) -> str:
    shown = (
        "no digits were shown" if case.ask.circumstances.digits is None else "the digits were not those of then"
    )
    if case.facts.rotating_secret is None:
        shown = "the card has no rotating code in this feed"
    return f"{PLAIN[Reason.CODE_STALE][:-1]}: {shown}."


def _clock(case: Case) -> str:
    wanted, had = case.ask.policy.clock, case.ask.circumstances.clock
    if case.ask.policy.codes is Codes.ROTATING_STRICTLY and had is ClockState.UNKNOWN:
        return "Rotating codes need a clock, and the edge's was unknown: give the edge network time."
    return f"The edge's clock was {had}, and this reader takes {wanted} at worst: give the edge network time."


def _replica(case: Case) -> str:
    age_s, limit = case.ask.circumstances.replica_age_s, case.ask.policy.replica_age_seconds_max or 0
    had = "of an age that is not known" if age_s is None else f"{words.duration(timedelta(seconds=age_s))} old"
    most = words.duration(timedelta(seconds=limit))
    return (
        f"The replica was {had}, and this reader takes {most} at most: bring the edge into contact with the hub."
    )


def _pending(case: Case) -> str:
    return f"The first payment of {case.plan} is open: confirm it."


def _scheduled(case: Case) -> str:
    held = case.answer.membership
    begins_at = None if held is None else held.starts_at
    return f"{_upper(case.plan)} begins on {case.when(begins_at)}: wait, or let it begin earlier."


def _suspended(case: Case) -> str | None:
    held = case.answer.membership
    now = [each for each in held.freezes if each.from_at <= case.at] if held else []
    until = max(now, key=lambda each: each.from_at).until_at if now else None
    said = "until further notice" if until is None else f"until {case.when(until)}"
    return f"{_upper(case.plan)} is frozen {said}: resume the membership."


_ENDINGS: Final = {
    Detail.ENDED: "ended on {}: renew it, or assign a new membership.",
    Detail.CANCELLED: "was cancelled and ended on {}: assign a new membership.",
    Detail.PAYMENT_FAILED: "ended on {}, since its payment failed: settle it, or assign a new membership.",
}


def _expired(case: Case) -> str:
    if case.answer.detail is Detail.REVOKED:
        return f"{_upper(case.plan)} was revoked, which stays so: assign a new membership."
    end = None if case.answer.membership is None else end_of(case.answer.membership)
    ending = _ENDINGS.get(case.answer.detail or Detail.ENDED, _ENDINGS[Detail.ENDED])
    return f"{_upper(case.plan)} {ending.format(case.when(end))}"


def _lockdown(case: Case) -> str:
    passes = case.ask.policy.lockdown_permission
    if passes is None:
        return (
            "End the lockdown of this door: nobody passes one here, since the reader names no permission for it."
        )
    named = case.register.permission(passes)
    return f"End the lockdown of this door, or let the holder's plan grant {named}, which passes one."


def _missing(case: Case) -> str:
    if case.ask.permission not in case.register.permissions:
        return f"There is no permission {case.ask.permission} at this hub: correct edge.toml."
    return f"{_upper(case.plan)} does not grant {case.permission}: add it to the plan, or assign another plan."


def _hours(case: Case) -> str | None:
    name = None if case.grant is None else case.grant.schedule
    if name is None:
        return None
    schedule, site = case.facts.schedules.get(name), case.facts.site
    called = case.register.schedule(name)
    if schedule is None:
        return f"There is no schedule “{called}”, which {case.plan} names: make it, or choose another."
    zone, on = site.calendar.zone, words.hours_on(schedule, site, case.at)
    said = f"The hours on that day ({words.day(case.at, zone)}, {zone}) are {on}, by the schedule “{called}”"
    special = opening.special_on(schedule, site, opening.local_day(site, case.at))
    because = "" if special is None else f", since it was {opening.special_text(special, case.named_days(name))}"
    unknown = (
        "" if case.register.site_known else f" The hub has no site {case.ask.policy.site}: correct edge.toml."
    )
    return f"{said}{because}. {_opens_next(opening.next_opening(schedule, site, case.at), zone)}{unknown}"


def _opens_next(at: datetime | None, zone: str) -> str:
    if at is None:
        return f"It did not open within the next {opening.SEARCHED_DAYS} days: change the schedule."
    return f"It opens next on {words.instant(at, zone)}."


def _partner(case: Case) -> str | None:
    if case.grant is None:
        return None
    here, register = case.ask.policy.partner, case.register
    listed = register.partners_listed(case.grant.partners or ())
    if here is not None and here not in register.partners:
        return f"The hub has no partner {here}: correct partner in edge.toml. Approved partners are {listed}."
    if here in register.approved & register.inactive:
        others = f"Approved too: {listed}." if case.grant.partners else "No other is approved."
        return f"{register.partner(here)} is approved but inactive: set it active again. {others}"
    said = "this reader names no partner" if here is None else f"this reader is {register.partner(here)}'s"
    return f"Approved partners are {listed}, and {said}: approve it for {case.permission}, or go to those."


def _login(case: Case) -> str | None:
    if case.grant is None or not case.grant.login_required:
        return f"Sign in, or use a partner's link: {case.permission} is not used up where nobody is known."
    return f"Sign in: {case.permission} asks for it wherever it is given."


def _inside(case: Case) -> str | None:
    policy = case.ask.policy
    into = [each for each in case.facts.passages if each.area == policy.area]
    last = max(into, key=lambda each: (each.occurred_at, each.id), default=None)
    if last is None:
        return None
    reset = policy.passback_reset
    ends = "" if reset is None else f" It ends by itself on {case.when(last.occurred_at + reset)}."
    went = f"The holder went into {policy.area} on {case.when(last.occurred_at)} and not out"
    return f"{went}: go out, or let staff reset it.{ends}"


def _limit(case: Case) -> str | None:
    if case.grant is None:
        return None
    return f"The limit is {words.limits(case.grant.limits)}; {_next(case)}"


def _next(case: Case) -> str:
    due = case.answer.next_available_at
    if due is None:
        return "it does not become available again under this membership."
    return f"available again on {case.when(due)}."


def _confirmation(case: Case) -> str | None:
    grant = case.grant
    if grant is None:
        return None
    if case.ask.circumstances.contact is Contact.ONLINE:
        return "The hub has to confirm this benefit, and its answer was not there in time: try again."
    if grant.offline is Offline.AT_MOST:
        uses = f"{grant.offline_uses} offline at each edge, which were used up"
        return f"The hub was out of reach, and the benefit allows {uses}: bring the edge into contact."
    return "The hub was out of reach, and the benefit is not given without it: bring the edge into contact."


def _upper(text: str) -> str:
    return text[0].upper() + text[1:]


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
