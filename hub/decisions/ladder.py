"""The ladder of rules in the order in which they are asked, and how far up a decision came. Pure."""

from enum import StrEnum
from typing import Final, NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from contract.reader_rules import OPENS
from contract.reasons import Reason


class Mark(StrEnum):
    PASSED = "passed"
    DECIDED = "decided here"
    NOT_REACHED = "not reached"
    BY_OFFLINE_RULE = "by the offline rule"

    @property
    def text(self) -> str:
        return str(_MARK_WORDS[self])


_MARK_WORDS: Final = {
    Mark.PASSED: pgettext_lazy("a rule", "passed"),
    Mark.DECIDED: pgettext_lazy("a rule", "decided here"),
    Mark.NOT_REACHED: pgettext_lazy("a rule", "not reached"),
    Mark.BY_OFFLINE_RULE: pgettext_lazy("a rule", "by the offline rule"),
}


class Rule(NamedTuple):
    """`reasons`: what is said where this rule decides."""

    topic: Promise
    text: Promise
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
            return _("The door stands open")
        return self.said or str(self.rule.text)

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


def _rule(topic: Promise, text: Promise, *reasons: Reason) -> Rule:
    return Rule(topic, text, frozenset(reasons))


READER: Final = pgettext_lazy("in an explanation", "Reader")
CODE: Final = pgettext_lazy("in an explanation", "Code")
TRUST: Final = pgettext_lazy("in an explanation", "Trust")
MEMBERSHIP: Final = pgettext_lazy("in an explanation", "Membership")
LOCKDOWN: Final = pgettext_lazy("in an explanation", "Lockdown")
GRANT: Final = pgettext_lazy("in an explanation", "Grant")
HOURS: Final = pgettext_lazy("in an explanation", "Hours")
PLACE: Final = pgettext_lazy("in an explanation", "Place")
LIMIT: Final = pgettext_lazy("in an explanation", "Limit")
RECORD: Final = pgettext_lazy("in an explanation", "Record")

BEFORE_MEMBERSHIPS: Final = (
    _rule(READER, gettext_lazy("The reader is switched on"), Reason.READER_DISABLED),
    _rule(READER, gettext_lazy("It is no door that stands open"), *OPENS),
    _rule(READER, gettext_lazy("The edge has a whole replica"), Reason.NOT_READY),
    _rule(CODE, gettext_lazy("The code can be read"), Reason.UNREADABLE),
    _rule(CODE, gettext_lazy("It is the code of a card"), Reason.UNKNOWN_CARD),
    _rule(CODE, gettext_lazy("The card is not revoked"), Reason.CARD_REVOKED),
    _rule(CODE, gettext_lazy("The card is valid already"), Reason.CARD_NOT_YET_VALID),
    _rule(CODE, gettext_lazy("The card is still valid"), Reason.CARD_EXPIRED),
    _rule(CODE, gettext_lazy("A rotating code, where one is asked for, is the one of now"), Reason.CODE_STALE),
    _rule(CODE, gettext_lazy("It was not taken here before"), Reason.CODE_REPLAYED),
    _rule(TRUST, gettext_lazy("The clock is good enough for this reader"), Reason.CLOCK_UNKNOWN),
    _rule(TRUST, gettext_lazy("The replica is fresh enough for this reader"), Reason.REPLICA_STALE),
    _rule(MEMBERSHIP, gettext_lazy("A membership serves the customer"), Reason.NO_MEMBERSHIP),
)
OF_A_MEMBERSHIP: Final = (
    _rule(
        MEMBERSHIP,
        gettext_lazy("The membership is active"),
        *(Reason.PENDING, Reason.SCHEDULED, Reason.SUSPENDED, Reason.EXPIRED),
    ),
    _rule(LOCKDOWN, gettext_lazy("There is no lockdown, or the holder passes one"), Reason.LOCKDOWN),
    _rule(GRANT, gettext_lazy("The plan grants the permission"), Reason.PERMISSION_MISSING),
    _rule(HOURS, gettext_lazy("It is within the hours"), Reason.OUTSIDE_HOURS),
    _rule(PLACE, gettext_lazy("The partner is approved"), Reason.PARTNER_NOT_APPROVED),
    _rule(PLACE, gettext_lazy("Somebody is signed in, where that is asked for"), Reason.LOGIN_REQUIRED),
    _rule(PLACE, gettext_lazy("The holder is not inside already"), Reason.ALREADY_INSIDE),
    _rule(LIMIT, gettext_lazy("Something is left"), Reason.LIMIT_REACHED),
    _rule(LIMIT, gettext_lazy("The last use is long enough ago"), Reason.COOLDOWN),
    _rule(RECORD, gettext_lazy("The hub has said yes, where it has to"), Reason.CONFIRMATION_NEEDED),
    _rule(RECORD, gettext_lazy("It could be written down"), Reason.CANNOT_RECORD),
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
