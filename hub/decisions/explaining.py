"""Why a check-in was granted or denied: everything that a page or a command shows of it, in words. Reads only."""

from dataclasses import dataclass, replace
from typing import Any

from django.utils.translation import gettext as _

from contract.ask import Ask
from contract.decision import answers
from contract.facts import HeldMembership
from contract.membership import Detail
from contract.reasons import Outcome, Reason
from hub.checkins import places
from hub.checkins.models import CheckIn
from hub.decisions import denials, evidence, since, words
from hub.decisions.case import Case
from hub.decisions.evidence import Fact
from hub.decisions.ladder import OF_A_MEMBERSHIP, RULES, Mark, Rule, Rung, climb
from hub.decisions.mismatches import mismatches
from hub.decisions.plain_remedies import plain
from hub.decisions.register import Register, register_for
from hub.decisions.remedies import remedy
from hub.decisions.replaying import Replay, replay
from hub.decisions.since import Note
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
    """`permission` is its name. `notes`: what is to be known beside the decision. `mismatches`: where edge.toml
    and the hub do not fit. `facts` is empty where the position is lost. `change`: what would have to change."""

    checkin: CheckIn
    permission: str
    notes: list[Note]
    mismatches: list[str]
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
    def heading(self) -> str:
        return since.heading(self.checkin, self.reason)

    @property
    def light(self) -> str:
        """green, red, amber (over the limit) or grey (voided); never the only sign."""
        if self.checkin.voided_at is not None:
            return "grey"
        if self.checkin.over_limit:
            return "amber"
        return "green" if self.granted else "red"

    @property
    def by_offline_rule(self) -> bool:
        return any(rung.mark is Mark.BY_OFFLINE_RULE for rung in self.ladder)

    @property
    def replayed(self) -> str:
        """Whether the replay gives the same answer, in words."""
        if self.replay.lost is not None:
            return _("It cannot be replayed: %(lost)s.") % {"lost": self.replay.lost}
        if self.replay.by_hub and self.checkin.reason != Reason.CONFIRMATION_NEEDED:
            return _("The edge asked the hub, which knew of more than the edge, and passed its answer on.")
        if self.replay.same:
            return _("The replay gives the same answer.")
        return _("The replay gives another answer: %(differences)s.") % {
            "differences": "; ".join(self.replay.differences)
        }


def find(which: str) -> CheckIn:
    """By its number, its id (32 hex digits), or `last`: the last that `checkins` prints. NoCheckIn."""
    checkins = CheckIn.objects.select_related(*places.RELATED, "customer", "voided_by")
    text = which.strip().lower()
    if text == "last":
        found = checkins.order_by("-number").first()
    elif len(text) == _ID_HEX_LETTERS and set(text) <= set("0123456789abcdef"):
        found = checkins.filter(checkin_id=bytes.fromhex(text)).first()
    elif text.isascii() and text.isdigit() and int(text) < 2**63:
        found = checkins.filter(number=int(text)).first()
    else:
        raise NoCheckIn(
            _(
                "name a check-in by its number (the first column of `doorward-hub checkins`),"
                " by its id (32 hex digits, with --json there), or say last"
            )
        )
    if found is None:
        raise NoCheckIn(_("there is no such check-in at this hub: `doorward-hub checkins` prints the last ones"))
    return found


def explain(checkin: CheckIn) -> Explanation:
    replayed = replay(checkin)
    ask = replayed.ask
    register = Register() if ask is None else register_for(checkin, ask, replayed.facts)
    zone, reader = places.zone_name(checkin), places.place_text(checkin)
    case = _case(checkin, replayed, reader, zone, register)
    # Where the replay differs, its figures are about another answer.
    fitting = case if case is not None and case.answer.reason == checkin.reason else None
    grant = None if fitting is None else fitting.grant
    return Explanation(
        checkin=checkin,
        permission=register.permission(checkin.permission),
        notes=since.notes(checkin, ask, grant, zone),
        mismatches=[] if ask is None else mismatches(checkin, ask, register),
        when=words.instant(checkin.at, zone),
        reader=reader,
        replay=replayed,
        ladder=_ladder(checkin, ask, fitting),
        facts=[] if ask is None else evidence.of_the_question(ask, case, register),
        memberships=[] if case is None else _memberships(case),
        change=since.change_of(checkin) or (plain(checkin.reason) if fitting is None else remedy(fitting)),
    )


def _ladder(checkin: CheckIn, ask: Ask | None, case: Case | None) -> list[Rung]:
    if case is not None:
        return _climbed(case, RULES)
    word = denials.hubs_word(ask, None) if ask is not None and checkin.counted else None
    return climb(checkin.reason, false=denials.plain(checkin.reason), hubs_word=word)


def _climbed(case: Case, rules: tuple[Rule, ...]) -> list[Rung]:
    word = denials.hubs_word(case.ask, case.grant)
    return climb(case.answer.reason, rules, denials.false_of(case), word)


def _case(checkin: CheckIn, replayed: Replay, reader: str, zone: str, register: Register) -> Case | None:
    if replayed.ask is None or replayed.facts is None or replayed.decision is None:
        return None
    return Case(replayed.ask, replayed.facts, checkin.at, replayed.decision, reader, zone, register)


def _memberships(case: Case) -> list[MembershipAnswer]:
    """Each by itself, in the order in which they are used up; only where it came to memberships at all."""
    if not case.facts.held:
        return []
    held = {each.membership.id: each for each in case.facts.held}
    companies = _company_names(held)
    shown = []
    for answer in answers(case.ask, case.facts, case.at):
        each = replace(case, answer=answer)
        of = held[answer.membership.id] if answer.membership else case.facts.held[0]
        shown.append(
            MembershipAnswer(
                plan=of.plan.name,
                granted=answer.granted,
                reason=answer.reason.value,
                decided=case.answer.membership is not None and case.answer.membership.id == of.membership.id,
                ladder=_climbed(each, OF_A_MEMBERSHIP),
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
        "heading": told.heading,
        "notes": [each.whole for each in told.notes],
        "mismatches": told.mismatches,
        "feed": checkin.feed,
        "epoch": checkin.feed_epoch,
        "sequence": checkin.feed_sequence,
        "replay": {
            "same": told.replay.same,
            "lost": told.replay.lost,
            "reason": decision and decision.reason.value,
            "differences": list(told.replay.differences),
            "uses_not_here": told.replay.missing,
            "uses_cut": told.replay.cut,
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
    return [{"topic": str(each.rule.topic), "rule": each.text, "mark": each.mark.value} for each in ladder]
