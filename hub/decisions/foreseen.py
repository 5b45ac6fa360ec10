"""What a change of plans would do to everybody who holds them now: who gains a permission, who loses it, and for
whom it is on other terms. Asks the contract on facts as they are and as they would be; writes nothing.

An answer rests on the plans that serve a customer, not on who they are, so it is asked once for each group of
customers with the same plans (hub/decisions/holders_now.py): a hundred thousand of them are a few dozen questions.
Uses, hours and places are left out of the question: they change by themselves, and are terms here.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from contract.ask import Ask, Mode
from contract.billing import BillingInterval
from contract.decision import answers
from contract.facts import Card, Facts, HeldMembership, Position
from contract.grant import Grant
from contract.limits import Window
from contract.membership import Plan
from contract.plan_rows import plan_change
from contract.reasons import Reason
from hub.decisions.holders_now import Group, Holders, holders_of
from hub.feed.operations import EVERYONE
from hub.members import queries, rows

_ORDER: Final = list(Reason)
_GRANTED_AT_ALL: Final = frozenset(_ORDER[_ORDER.index(Reason.PERMISSION_MISSING) + 1 :])
"""What is looked for after a membership was found to be active and its plan to grant the permission."""


class Verdict(StrEnum):
    LOSES = "loses"
    DIFFERS = "differs"
    GAINS = "gains"


@dataclass(frozen=True)
class Term:
    """What one membership gives of a permission. `billing` matters to limits of a billing period alone."""

    grant: Grant
    billing: BillingInterval | None = None


Terms = tuple[Term, ...]


@dataclass(frozen=True)
class Finding:
    """What becomes of a permission (its slug) for these customers."""

    verdict: Verdict
    permission: str
    before: Terms
    after: Terms
    customers: Sequence[int]


@dataclass(frozen=True)
class PlanChange:
    """A plan as it is, and as it would be."""

    before: Plan
    after: Plan


@dataclass(frozen=True)
class Foreseen:
    """`waiting`: memberships of the changed plans that are not active now and may be later (scheduled, frozen, not
    paid for); they change with them. `mark`: another where anything of it is another."""

    findings: list[Finding]
    waiting: int
    mark: str

    def count(self, verdict: Verdict) -> int:
        """Customers, each once."""
        return len({customer for each in self.of(verdict) for customer in each.customers})

    def of(self, verdict: Verdict) -> list[Finding]:
        return [each for each in self.findings if each.verdict is verdict]


def foresee(changes: Iterable[PlanChange], at: datetime) -> Foreseen:
    changing = [each for each in changes if each.before != each.after]
    moved = sorted({slug for each in changing for slug in _moved(each)})
    before = _plans_granting(moved) | {each.before.id: each.before for each in changing}
    after = before | {each.after.id: each.after for each in changing}
    holders = holders_of(before, at) if moved else Holders()
    changed = {each.before.id for each in changing}
    findings = _merged(
        found
        for group, customers in holders.groups.items()
        if not changed.isdisjoint(group)
        for slug in moved
        for found in _finding(slug, customers, _facts(group, holders, before), _facts(group, holders, after), at)
    )
    waiting = sum(number for plan, number in holders.waiting.items() if plan in changed)
    return Foreseen(findings, waiting, _mark([before, after], findings, waiting))


def _moved(change: PlanChange) -> Iterator[str]:
    """Permissions that the plan would grant, or no more, or on other terms."""
    slugs = {grant.permission for plan in (change.before, change.after) for grant in plan.grants}
    return (each for each in slugs if _term(change.before, each) != _term(change.after, each))


def _term(plan: Plan, slug: str) -> Term | None:
    grant = plan.grant_of(slug)
    if grant is None:
        return None
    by_billing = any(each.window is Window.BILLING_PERIOD for each in grant.limits)
    return Term(grant, plan.billing if by_billing else None)


def _plans_granting(slugs: Iterable[str]) -> dict[int, Plan]:
    found = queries.plans_with_grants().filter(grants__permission__slug__in=list(slugs)).distinct()
    return {each.pk: rows.meaning_of_plan(each) for each in found}


def _facts(group: Group, holders: Holders, plans: Mapping[int, Plan]) -> Facts:
    """Of one who shows a card that is in order."""
    held = tuple(HeldMembership(holders.examples[each], plans[each]) for each in group)
    return Facts(position=Position(EVERYONE, 0, 0), card=Card(0), held=held)


def _finding(slug: str, customers: list[int], as_is: Facts, would_be: Facts, at: datetime) -> Iterator[Finding]:
    before, after = _terms(slug, as_is, at), _terms(slug, would_be, at)
    if before != after:
        verdict = Verdict.DIFFERS if before and after else Verdict.GAINS if after else Verdict.LOSES
        yield Finding(verdict, slug, before, after, customers)


def _terms(slug: str, facts: Facts, at: datetime) -> Terms:
    """In the order in which memberships are used up; none: it is granted nowhere."""
    found = answers(Ask(permission=slug, mode=Mode.IDENTIFY), facts, at)
    plans = [each.plan for each in found if each.reason in _GRANTED_AT_ALL and each.plan is not None]
    terms = [term for plan in plans if (term := _term(plan, slug)) is not None]
    # For approved partners of which none is active: no partner may be asked about, so no question says it.
    return tuple(each for each in terms if each.grant.partners is None or each.grant.partners)


def _merged(findings: Iterable[Finding]) -> list[Finding]:
    """Groups to whom the same happens, as one; those who lose first."""
    found: dict[tuple[Verdict, str, Terms, Terms], list[int]] = {}
    for each in findings:
        found.setdefault((each.verdict, each.permission, each.before, each.after), []).extend(each.customers)
    merged = [Finding(*about, sorted(customers)) for about, customers in found.items()]
    return sorted(merged, key=lambda each: (list(Verdict).index(each.verdict), each.permission, each.customers))


def _mark(plans: Iterable[Mapping[int, Plan]], findings: Iterable[Finding], waiting: int) -> str:
    """Over all plans that were looked at, of which the terms are made."""
    told = hashlib.sha256(b"%d\n" % waiting)
    for each in plans:
        for number in sorted(each):
            told.update(b"%d " % number + (plan_change(each[number]).body or b""))
    for finding in findings:
        told.update(f"\n{finding.verdict} {finding.permission} ".encode())
        told.update(",".join(map(str, finding.customers)).encode())
    return told.hexdigest()
