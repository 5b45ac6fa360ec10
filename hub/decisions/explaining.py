"""Why a check-in was granted or denied: everything that a page or a command shows of it, in words. Reads only."""

from dataclasses import dataclass
from typing import Any

from contract.decision import answers
from contract.facts import HeldMembership
from contract.membership import Detail
from contract.reasons import Outcome, Reason
from hub.checkins.models import CheckIn
from hub.decisions import evidence, words
from hub.decisions.evidence import Fact
from hub.decisions.ladder import OF_A_MEMBERSHIP, Rung, climb
from hub.decisions.remedies import Case, plain, remedy
from hub.decisions.replaying import Replay, replay
from hub.errors import HubError
from hub.members.models import Company

_ID_HEX_LETTERS = 32


class NoCheckIn(HubError):
    """There is no such check-in."""


@dataclass(frozen=True, slots=True)
class MembershipAnswer:
    """What one membership alone answered. `decided`: it is the one that the decision is about."""

    plan: str
    granted: bool
    reason: str
    decided: bool
    ladder: list[Rung]
    facts: list[Fact]
    change: str

    @property
    def reason_text(self) -> str:
        return words.reason(self.reason)


@dataclass(frozen=True, slots=True)
class Explanation:
    """`facts` is empty where the position is lost. `change`: what would have to change."""

    checkin: CheckIn
    when: str
    reader: str
    replay: Replay
    ladder: list[Rung]
    facts: list[Fact]
    memberships: list[MembershipAnswer]
    change: str

    @property
    def granted(self) -> bool:
        return self.checkin.outcome == Outcome.GRANTED

    @property
    def reason(self) -> str:
        """In words, with its detail where that adds something."""
        detail = self.checkin.detail
        adds = not self.granted and detail not in {None, "", Detail.CURRENT, self.checkin.reason}
        return words.reason(self.checkin.reason) + (f" ({words.reason(detail)})" if adds and detail else "")

    @property
    def replayed(self) -> str:
        """Whether the replay gives the same answer, in words."""
        if self.replay.lost is not None:
            return f"It cannot be replayed: {self.replay.lost}."
        if self.replay.by_hub and self.checkin.reason != Reason.CONFIRMATION_NEEDED:
            return "The edge asked the hub, which knew of more than the edge, and passed its answer on."
        if self.replay.same:
            return "The replay gives the same answer."
        return "The replay gives another answer: " + "; ".join(self.replay.differences) + "."


def find(which: str) -> CheckIn:
    """By its id (32 hex digits), its number, or `last`: the one that arrived last. NoCheckIn."""
    checkins = CheckIn.objects.select_related("edge__site", "customer")
    text = which.strip().lower()
    if text == "last":
        found = checkins.order_by("-number").first()
    elif len(text) == _ID_HEX_LETTERS and set(text) <= set("0123456789abcdef"):
        found = checkins.filter(checkin_id=bytes.fromhex(text)).first()
    elif text.isascii() and text.isdigit() and int(text) < 2**63:
        found = checkins.filter(number=int(text)).first()
    else:
        raise NoCheckIn("name a check-in by its id (32 hex digits), by its number, or say last")
    if found is None:
        raise NoCheckIn("there is no such check-in at this hub: `doorward-hub checkins` prints the last ones")
    return found


def explain(checkin: CheckIn) -> Explanation:
    replayed = replay(checkin)
    zone, reader = checkin.edge.site.time_zone, f"{checkin.edge.name}/{checkin.reader}"
    case = _case(checkin, replayed, reader, zone)
    facts = [] if replayed.ask is None else evidence.of_the_question(replayed.ask, case)
    # Where the replay differs, its figures are about another answer.
    fits = case is not None and case.answer.reason == checkin.reason
    return Explanation(
        checkin=checkin,
        when=words.instant(checkin.at, zone),
        reader=reader,
        replay=replayed,
        ladder=climb(checkin.reason),
        facts=facts,
        memberships=[] if case is None else _memberships(case),
        change=remedy(case) if case is not None and fits else plain(checkin.reason),
    )


def _case(checkin: CheckIn, replayed: Replay, reader: str, zone: str) -> Case | None:
    if replayed.ask is None or replayed.facts is None or replayed.decision is None:
        return None
    return Case(replayed.ask, replayed.facts, checkin.at, replayed.decision, reader, zone)


def _memberships(case: Case) -> list[MembershipAnswer]:
    """Each by itself, in the order in which they are used up; only where it came to memberships at all."""
    if not case.facts.held:
        return []
    held = {each.membership.id: each for each in case.facts.held}
    companies = _company_names(held)
    shown = []
    for answer in answers(case.ask, case.facts, case.at):
        each = Case(case.ask, case.facts, case.at, answer, case.reader, case.zone)
        of = held[answer.membership.id] if answer.membership else case.facts.held[0]
        shown.append(
            MembershipAnswer(
                plan=of.plan.name,
                granted=answer.granted,
                reason=answer.reason.value,
                decided=case.answer.membership is not None and case.answer.membership.id == of.membership.id,
                ladder=climb(answer.reason, OF_A_MEMBERSHIP),
                facts=evidence.of_a_membership(each, of, companies),
                change=remedy(each),
            )
        )
    return shown


def _company_names(held: dict[int, HeldMembership]) -> dict[int, str]:
    ids = {each.membership.holder.id for each in held.values()}
    return dict(Company.objects.filter(pk__in=ids).values_list("pk", "name"))


# For machines


def as_json(told: Explanation) -> dict[str, Any]:
    """What can be shown to staff: no codes, no digits."""
    checkin, decision = told.checkin, told.replay.decision
    return {
        "id": bytes(checkin.checkin_id).hex(),
        "number": checkin.number,
        "at": checkin.at.isoformat(),
        "reader": told.reader,
        "customer": checkin.customer and checkin.customer.name,
        "permission": checkin.permission,
        "outcome": checkin.outcome,
        "reason": checkin.reason,
        "detail": checkin.detail,
        "feed": checkin.feed,
        "epoch": checkin.feed_epoch,
        "sequence": checkin.feed_sequence,
        "replay": {
            "same": told.replay.same,
            "lost": told.replay.lost,
            "reason": decision and decision.reason.value,
            "differences": list(told.replay.differences),
            "uses_not_here": told.replay.missing,
        },
        "ladder": _rungs(told.ladder),
        "facts": [list(each) for each in told.facts],
        "memberships": [
            {
                "plan": each.plan,
                "reason": each.reason,
                "decided": each.decided,
                "ladder": _rungs(each.ladder),
                "facts": [list(fact) for fact in each.facts],
                "change": each.change,
            }
            for each in told.memberships
        ],
        "change": told.change,
    }


def _rungs(ladder: list[Rung]) -> list[dict[str, str]]:
    return [{"topic": each.rule.topic, "rule": each.text, "mark": each.mark.value} for each in ladder]
