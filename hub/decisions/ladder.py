"""The ladder of rules in the order in which they are asked, and how far up a decision came. Pure."""

from enum import StrEnum
from typing import Final, NamedTuple

from contract.reader_rules import OPENS
from contract.reasons import Reason


class Mark(StrEnum):
    PASSED = "passed"
    DECIDED = "decided here"
    NOT_REACHED = "not reached"
    BY_OFFLINE_RULE = "by the offline rule"


class Rule(NamedTuple):
    """`reasons`: what is said where this rule decides."""

    topic: str
    text: str
    reasons: frozenset[Reason]


_SIGNS: Final = {"green": "✓", "red": "✕", "grey": "·", "amber": "~"}


class Rung(NamedTuple):
    """A rule with its mark. `opens`: it decided, and granted by it. `said`: how it was, instead of the rule."""

    rule: Rule
    mark: Mark
    opens: bool = False
    said: str | None = None

    @property
    def text(self) -> str:
        if self.opens:
            return "The door stands open"
        return self.said or self.rule.text

    @property
    def light(self) -> str:
        """green, red, amber or grey; never the only sign."""
        if self.mark is Mark.NOT_REACHED:
            return "grey"
        if self.mark is Mark.BY_OFFLINE_RULE:
            return "amber"
        return "green" if self.opens or self.mark is Mark.PASSED else "red"

    @property
    def sign(self) -> str:
        return _SIGNS[self.light]


def _rule(topic: str, text: str, *reasons: Reason) -> Rule:
    return Rule(topic, text, frozenset(reasons))


BEFORE_MEMBERSHIPS: Final = (
    _rule("Reader", "The reader is switched on", Reason.READER_DISABLED),
    _rule("Reader", "It is no door that stands open", *OPENS),
    _rule("Reader", "The edge has a whole replica", Reason.NOT_READY),
    _rule("Code", "The code can be read", Reason.UNREADABLE),
    _rule("Code", "It is the code of a card", Reason.UNKNOWN_CARD),
    _rule("Code", "The card is not revoked", Reason.CARD_REVOKED),
    _rule("Code", "The card is valid already", Reason.CARD_NOT_YET_VALID),
    _rule("Code", "The card is still valid", Reason.CARD_EXPIRED),
    _rule("Code", "A rotating code, where one is asked for, is the one of now", Reason.CODE_STALE),
    _rule("Code", "It was not taken here before", Reason.CODE_REPLAYED),
    _rule("Trust", "The clock is good enough for this reader", Reason.CLOCK_UNKNOWN),
    _rule("Trust", "The replica is fresh enough for this reader", Reason.REPLICA_STALE),
    _rule("Membership", "A membership serves the customer", Reason.NO_MEMBERSHIP),
)
OF_A_MEMBERSHIP: Final = (
    _rule(
        *("Membership", "The membership is active"),
        *(Reason.PENDING, Reason.SCHEDULED, Reason.SUSPENDED, Reason.EXPIRED),
    ),
    _rule("Lockdown", "There is no lockdown, or the holder passes one", Reason.LOCKDOWN),
    _rule("Grant", "The plan grants the permission", Reason.PERMISSION_MISSING),
    _rule("Hours", "It is within the hours", Reason.OUTSIDE_HOURS),
    _rule("Place", "The partner is approved", Reason.PARTNER_NOT_APPROVED),
    _rule("Place", "Somebody is signed in, where that is asked for", Reason.LOGIN_REQUIRED),
    _rule("Place", "The holder is not inside already", Reason.ALREADY_INSIDE),
    _rule("Limit", "Something is left", Reason.LIMIT_REACHED),
    _rule("Limit", "The last use is long enough ago", Reason.COOLDOWN),
    _rule("Record", "The hub has said yes, where it has to", Reason.CONFIRMATION_NEEDED),
    _rule("Record", "It could be written down", Reason.CANNOT_RECORD),
)
RULES: Final = (*BEFORE_MEMBERSHIPS, *OF_A_MEMBERSHIP)


def climb(
    reason: str,
    rules: tuple[Rule, ...] = RULES,
    false: str | None = None,
    hubs_word: tuple[str, Mark] | None = None,
) -> list[Rung]:
    """How far a decision with this reason came; a reason that no rule gives (granted) passed them all.

    `false`: what was the case where it was denied. `hubs_word`: what the hub said, where that rule is passed. A
    reason that is not known (a newer edge's) leaves all unreached.
    """
    if reason not in set(Reason):
        return [Rung(rule, Mark.NOT_REACHED) for rule in rules]
    rungs: list[Rung] = []
    decided = False
    for rule in rules:
        if decided:
            rungs.append(Rung(rule, Mark.NOT_REACHED))
        elif reason in rule.reasons:
            decided = True
            rungs.append(Rung(rule, Mark.DECIDED, Reason(reason) in OPENS, false))
        elif Reason.CONFIRMATION_NEEDED in rule.reasons and hubs_word is not None:
            rungs.append(Rung(rule, hubs_word[1], said=hubs_word[0]))
        else:
            rungs.append(Rung(rule, Mark.PASSED))
    return rungs
