"""The rows that mattered to a decision, in words: reader, card, place; memberships with hours and limits."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Final, NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from contract.ask import Ask, Mode, Passback, Policy, Posture
from contract.decision import answers
from contract.facts import HeldMembership
from contract.grant import Grant, Offline
from contract.limits import Limit, Use
from contract.membership import HolderKind, Plan, end_of, status_at
from hub.contract_words import said
from hub.decisions import opening, words
from hub.decisions.case import Case
from hub.decisions.register import Register

_SHOWN_MAX: Final = 5


class Fact(NamedTuple):
    """`name`: what it is about, as in `Card` or `Limit`."""

    name: str
    text: str


def of_the_question(ask: Ask, case: Case | None, register: Register) -> list[Fact]:
    """What was asked and under which circumstances; of the card too where its facts are known."""
    facts = [
        Fact(
            pgettext("in an explanation", "Asked for"),
            _("%(permission)s, to %(mode)s")
            % {"permission": register.permission(ask.permission), "mode": said(ask.mode)},
        ),
        *_reader(ask, register),
    ]
    return facts if case is None else [*facts, *_card(case), *_place(case)]


def of_a_membership(case: Case, held: HeldMembership, companies: Mapping[int, str]) -> list[Fact]:
    grant = held.plan.grant_of(case.ask.permission)
    facts = [Fact(pgettext("in an explanation", "Membership"), _membership(case, held, companies))]
    if grant is None:
        return [
            *facts,
            Fact(
                pgettext("in an explanation", "Grant"),
                _("“%(plan)s” does not grant %(permission)s")
                % {"plan": held.plan.name, "permission": case.permission},
            ),
        ]
    limits = [Fact(pgettext("in an explanation", "Limit"), _limit(case, held, limit)) for limit in grant.limits]
    return [
        *facts,
        Fact(pgettext("in an explanation", "Grant"), _grant(case, held.plan, grant)),
        *_hours(case, grant),
        *limits,
    ]


# The question


def _reader(ask: Ask, register: Register) -> Iterator[Fact]:
    policy, then = ask.policy, ask.circumstances
    partner = _("no partner")
    if policy.partner is not None:
        told = _("partner %(partner)s, as was only said") if policy.partner_said else _("partner %(partner)s")
        partner = told % {"partner": register.partner(policy.partner)}
    site = _("no site") if policy.site is None else _("site %(site)s") % {"site": policy.site}
    switched = pgettext("a reader", "on") if policy.enabled else pgettext("a reader", "off")
    yield Fact(
        pgettext("in an explanation", "Reader"),
        _("%(switched)s, %(partner)s, %(site)s, takes %(codes)s")
        % {"switched": switched, "partner": partner, "site": site, "codes": said(policy.codes)},
    )
    if then.posture is not Posture.SECURE:
        yield Fact(pgettext("in an explanation", "Door"), f"{then.posture}")
    age = (
        _("of unknown age")
        if then.replica_age_s is None
        else _("%(duration)s old") % {"duration": words.duration(timedelta(seconds=then.replica_age_s))}
    )
    yield Fact(
        pgettext("in an explanation", "Edge"),
        _("clock %(clock)s, replica %(age)s, hub %(contact)s")
        % {"clock": said(then.clock), "age": age, "contact": said(then.contact)},
    )


def _card(case: Case) -> Iterator[Fact]:
    card, customer = case.facts.card, case.facts.customer
    if card is None:
        feed = "" if case.feed is None else f" “{case.feed}”"
        yield Fact(
            pgettext("in an explanation", "Card"),
            _("none has this code at that position of the feed%(feed)s") % {"feed": feed},
        )
        return
    who = _("customer %(number)s") % {"number": card.customer_id}
    if customer and customer.name:
        who += f", {customer.name}"
    dates = [_("from %(when)s") % {"when": case.when(card.valid_from)}] * (card.valid_from is not None)
    dates += [_("until %(when)s") % {"when": case.when(card.valid_until)}] * (card.valid_until is not None)
    yield Fact(
        pgettext("in an explanation", "Card"),
        ", ".join([who, pgettext("a card", "revoked") if card.revoked else _("not revoked"), *dates]),
    )


def _place(case: Case) -> Iterator[Fact]:
    policy = case.ask.policy
    if policy.area is None:
        return
    last = max(
        (each for each in case.facts.passages if each.area == policy.area),
        key=lambda each: (each.occurred_at, each.id),
        default=None,
    )
    passed = _("the holder has never passed")
    if last is not None:
        passed = _("the holder went %(direction)s on %(when)s") % {
            "direction": said(last.direction),
            "when": case.when(last.occurred_at),
        }
    way = _("way %(direction)s of %(area)s") % {"direction": said(policy.direction), "area": policy.area}
    if policy.passback is not Passback.OFF:
        way = _("%(way)s, anti-passback %(passback)s") % {"way": way, "passback": said(policy.passback)}
    yield Fact(pgettext("in an explanation", "Place"), f"{way}; {passed}")


# One membership


def _membership(case: Case, held: HeldMembership, companies: Mapping[int, str]) -> str:
    membership = held.membership
    status = status_at(membership, case.at)
    holder = _("their own")
    if membership.holder.kind is HolderKind.COMPANY:
        company = _("company %(number)s") % {"number": membership.holder.id}
        holder = _("inherited from %(company)s") % {"company": companies.get(membership.holder.id, company)}
    end = end_of(membership)
    ends = _("no end") if end is None else _("until %(when)s") % {"when": case.when(end)}
    state = f"{said(status.state)} ({said(status.detail)})"
    return _("%(plan)s (%(holder)s), %(state)s, from %(when)s, %(ends)s") % {
        "plan": held.plan.name,
        "holder": holder,
        "state": state,
        "when": case.when(membership.starts_at),
        "ends": ends,
    }


def _grant(case: Case, plan: Plan, grant: Grant) -> str:
    parts = [_("“%(plan)s” grants %(permission)s") % {"plan": plan.name, "permission": case.permission}]
    parts += [_("to be confirmed by the hub")] * grant.confirm
    if grant.offline is Offline.DENY:
        parts.append(_("not while the hub is out of reach"))
    if grant.offline is Offline.AT_MOST:
        parts.append(
            _("%(offline_uses)s at most while the hub is out of reach") % {"offline_uses": grant.offline_uses}
        )
    parts += [_("with a sign-in")] * grant.login_required
    if grant.partners is not None:
        parts.append(
            _("at approved partners (%(partners)s)") % {"partners": case.register.partners_listed(grant.partners)}
        )
    return ", ".join(parts)


def _hours(case: Case, grant: Grant) -> Iterator[Fact]:
    if grant.schedule is None:
        return
    schedule, site = case.facts.schedules.get(grant.schedule), case.facts.site
    called = case.register.schedule(grant.schedule)
    if schedule is None:
        yield Fact(
            pgettext("in an explanation", "Hours"),
            _("“%(called)s” is not there, so it is never open") % {"called": called},
        )
        return
    on, zone = words.day(case.at, site.calendar.zone), site.calendar.zone
    special = opening.special_on(schedule, site, opening.local_day(site, case.at))
    why = "" if special is None else f"{opening.special_text(special, case.named_days(grant.schedule))}, "
    yield Fact(
        pgettext("in an explanation", "Hours"),
        _("“%(called)s” on %(on)s: %(why)s%(hours_on)s (%(zone)s)")
        % {
            "called": called,
            "on": on,
            "why": why,
            "hours_on": words.hours_on(schedule, site, case.at),
            "zone": zone,
        },
    )


def _limit(case: Case, held: HeldMembership, limit: Limit) -> str:
    counted = _counted_under(case, held, limit)
    instants = [case.when(use.occurred_at) for use in sorted(counted, key=lambda use: use.occurred_at)]
    counts = _("%(limit)s: %(count)s counted before") % {"limit": words.limit(limit), "count": len(instants)}
    shown = instants[-_SHOWN_MAX:]
    if len(instants) > len(shown):
        shown = [_("%(count)s earlier ones") % {"count": len(instants) - len(shown)} + f", {shown[0]}", *shown[1:]]
    return f"{counts} ({'; '.join(shown)})" if shown else counts


def _counted_under(case: Case, held: HeldMembership, limit: Limit) -> list[Use]:
    """Asked of the contract, by a plan that has this limit alone."""
    permission, plan = case.ask.permission, held.plan
    alone = Plan(plan.id, plan.name, (Grant(permission, (limit,)),), plan.billing)
    facts = replace(case.facts, held=(HeldMembership(held.membership, alone),))
    elsewhere = Ask(
        permission=permission,
        mode=Mode.IDENTIFY,
        policy=Policy(site=case.ask.policy.site, partner=case.ask.policy.partner),
    )
    [answer] = answers(elsewhere, facts, case.at)
    counted = set(answer.counted_uses)
    return [use for use in case.facts.uses if use.id in counted]
