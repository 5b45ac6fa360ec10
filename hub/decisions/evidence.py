"""The rows that mattered to a decision, in words: reader, card, place; memberships with hours and limits."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Final, NamedTuple

from contract.ask import Ask, Codes, Mode, Passback, Policy, Posture
from contract.decision import answers
from contract.facts import HeldMembership
from contract.grant import Grant, Offline
from contract.limits import Limit, Use
from contract.membership import HolderKind, Plan, end_of, status_at
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
    facts = [Fact("Asked for", f"{register.permission(ask.permission)}, to {ask.mode}"), *_reader(ask, register)]
    return facts if case is None else [*facts, *_card(case), *_place(case)]


def of_a_membership(case: Case, held: HeldMembership, companies: Mapping[int, str]) -> list[Fact]:
    grant = held.plan.grant_of(case.ask.permission)
    facts = [Fact("Membership", _membership(case, held, companies))]
    if grant is None:
        return [*facts, Fact("Grant", f"“{held.plan.name}” does not grant {case.permission}")]
    limits = [Fact("Limit", _limit(case, held, limit)) for limit in grant.limits]
    return [*facts, Fact("Grant", _grant(case, held.plan, grant)), *_hours(case, grant), *limits]


# The question


def _reader(ask: Ask, register: Register) -> Iterator[Fact]:
    policy, then = ask.policy, ask.circumstances
    partner = "no partner" if policy.partner is None else f"partner {register.partner(policy.partner)}"
    site = "no site" if policy.site is None else f"site {policy.site}"
    yield Fact("Reader", f"{'on' if policy.enabled else 'off'}, {partner}, {site}, takes {_codes(policy.codes)}")
    if then.posture is not Posture.SECURE:
        yield Fact("Door", f"{then.posture}")
    age = (
        "of unknown age"
        if then.replica_age_s is None
        else f"{words.duration(timedelta(seconds=then.replica_age_s))} old"
    )
    yield Fact("Edge", f"clock {then.clock}, replica {age}, hub {then.contact}")


def _codes(codes: Codes) -> str:
    return codes.value.replace("_", " ") + " codes"


def _card(case: Case) -> Iterator[Fact]:
    card, customer = case.facts.card, case.facts.customer
    if card is None:
        feed = "" if case.feed is None else f" “{case.feed}”"
        yield Fact("Card", f"none has this code at that position of the feed{feed}")
        return
    who = f"customer {card.customer_id}" + (f", {customer.name}" if customer and customer.name else "")
    dates = [f"from {case.when(card.valid_from)}"] * (card.valid_from is not None)
    dates += [f"until {case.when(card.valid_until)}"] * (card.valid_until is not None)
    yield Fact("Card", ", ".join([who, "revoked" if card.revoked else "not revoked", *dates]))


def _place(case: Case) -> Iterator[Fact]:
    policy = case.ask.policy
    if policy.area is None:
        return
    last = max(
        (each for each in case.facts.passages if each.area == policy.area),
        key=lambda each: (each.occurred_at, each.id),
        default=None,
    )
    passed = "has never passed" if last is None else f"went {last.direction} on {case.when(last.occurred_at)}"
    rule = "" if policy.passback is Passback.OFF else f", anti-passback {policy.passback}"
    yield Fact("Place", f"way {policy.direction} of {policy.area}{rule}; the holder {passed}")


# One membership


def _membership(case: Case, held: HeldMembership, companies: Mapping[int, str]) -> str:
    membership = held.membership
    status = status_at(membership, case.at)
    holder = "their own"
    if membership.holder.kind is HolderKind.COMPANY:
        holder = f"inherited from {companies.get(membership.holder.id, f'company {membership.holder.id}')}"
    end = end_of(membership)
    ends = "no end" if end is None else f"until {case.when(end)}"
    state = f"{status.state} ({status.detail.replace('_', ' ')})"
    return f"{held.plan.name} ({holder}), {state}, from {case.when(membership.starts_at)}, {ends}"


def _grant(case: Case, plan: Plan, grant: Grant) -> str:
    parts = [f"“{plan.name}” grants {case.permission}"]
    parts += ["to be confirmed by the hub"] * grant.confirm
    if grant.offline is Offline.DENY:
        parts.append("not while the hub is out of reach")
    if grant.offline is Offline.AT_MOST:
        parts.append(f"{grant.offline_uses} at most while the hub is out of reach")
    parts += ["with a sign-in"] * grant.login_required
    if grant.partners is not None:
        parts.append(f"at approved partners ({case.register.partners_listed(grant.partners)})")
    return ", ".join(parts)


def _hours(case: Case, grant: Grant) -> Iterator[Fact]:
    if grant.schedule is None:
        return
    schedule, site = case.facts.schedules.get(grant.schedule), case.facts.site
    called = case.register.schedule(grant.schedule)
    if schedule is None:
        yield Fact("Hours", f"“{called}” is not there, so it is never open")
        return
    on, zone = words.day(case.at, site.calendar.zone), site.calendar.zone
    special = opening.special_on(schedule, site, opening.local_day(site, case.at))
    why = "" if special is None else f"{opening.special_text(special, case.named_days(grant.schedule))}, "
    yield Fact("Hours", f"“{called}” on {on}: {why}{words.hours_on(schedule, site, case.at)} ({zone})")


def _limit(case: Case, held: HeldMembership, limit: Limit) -> str:
    counted = _counted_under(case, held, limit)
    instants = [case.when(use.occurred_at) for use in sorted(counted, key=lambda use: use.occurred_at)]
    said = f"{words.limit(limit)}: {len(instants)} counted before"
    shown = instants[-_SHOWN_MAX:]
    more = f"{len(instants) - len(shown)} earlier ones, " * (len(instants) > len(shown))
    return f"{said} ({more}{'; '.join(shown)})" if shown else said


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
