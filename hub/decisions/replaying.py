"""A check-in decided once more: the same question, the facts as they stood for the edge, the contract's function.

What an edge knew beside its replica comes from the hub's check-ins: uses that it counted, passages, and the steps
of rotating codes that its reader had taken. Reads only.
"""

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from contract.ask import Ask, Contact
from contract.confirmed import granted_by
from contract.decision import Decision, cannot_record, decide
from contract.effects import passage_of
from contract.errors import ContractError
from contract.facts import Facts, Passage
from contract.limits import Use
from contract.messages import OWN_USES_MAX
from contract.reasons import Outcome, Reason
from hub.checkins import content, queries
from hub.checkins.models import CheckIn
from hub.decisions.deciding import facts_of_card, facts_of_holder, with_uses
from hub.feed.lookup import PositionLost
from hub.feed.queries import UnknownFeed

_CODES_LAST: Final = timedelta(minutes=10)
"""Longer than a rotating code is taken, one step either way: older steps are behind any that is shown."""

_IDS_AT_ONCE: Final = 500


@dataclass(frozen=True, slots=True)
class Replay:
    """`lost`: in words, why there are no facts. `missing`: how many of the uses that the edge counted have not
    come in. `differences`: in words, what the replay answers otherwise; none: the same. `by_hub`: the edge asked
    the hub, and passed its no on."""

    ask: Ask | None
    facts: Facts | None = None
    decision: Decision | None = None
    lost: str | None = None
    missing: int = 0
    differences: tuple[str, ...] = ()
    by_hub: bool = False

    @property
    def cut(self) -> bool:
        """Whether the edge may have counted more uses than its check-in has room for."""
        return self.facts is not None and len(self.facts.since_contact) >= OWN_USES_MAX

    @property
    def same(self) -> bool:
        return self.decision is not None and not self.differences


def replay(checkin: CheckIn) -> Replay:
    try:
        ask = content.ask_of(checkin)
    except (ContractError, ValueError) as error:
        return Replay(None, lost=_("what was asked cannot be read by this hub: %(error)s") % {"error": error})
    try:
        facts, missing = _facts(checkin, ask)
    except (ContractError, PositionLost, UnknownFeed) as error:
        return Replay(ask, lost=str(error))
    decision = _decide(checkin, ask, facts)
    if checkin.reason == Reason.CANNOT_RECORD and decision.granted:
        decision = cannot_record(decision)
    by_hub = _is_hubs_denial(checkin, ask, decision)
    differences = () if by_hub else _differences(checkin, ask, facts, decision)
    return Replay(ask, facts, decision, None, missing, differences, by_hub)


def _decide(checkin: CheckIn, ask: Ask, facts: Facts) -> Decision:
    """As the edge did: what was confirmed went by the membership that the hub had named."""
    confirmed = None
    if ask.circumstances.contact is Contact.CONFIRMED and checkin.edge_id is not None:
        confirmed = granted_by(checkin.membership_id, ask, facts, checkin.at)
    return confirmed or decide(ask, facts, checkin.at)


def _is_hubs_denial(checkin: CheckIn, ask: Ask, decision: Decision) -> bool:
    """An edge that is told no stays with the question to the hub, and gives the hub's reason."""
    asked = ask.circumstances.contact is Contact.ONLINE and decision.reason is Reason.CONFIRMATION_NEEDED
    return asked and checkin.outcome == Outcome.DENIED


def _facts(checkin: CheckIn, ask: Ask) -> tuple[Facts, int]:
    if checkin.feed is None:
        return Facts(position=None), 0
    facts = _rows_as_they_stood(checkin, checkin.feed, ask.policy.site)
    own = content.own_uses_of(checkin)
    uses = tuple(filter(None, map(_as_its_edge_had_it, queries.rows_by_id(own))))
    undone = _undone(checkin, facts)
    standing = replace(facts, uses=tuple(use for use in facts.uses if use.id not in undone))
    known = replace(
        with_uses(standing, uses),
        passages=(*facts.passages, *_own_passages(checkin, ask)),
        used_steps=_used_steps(checkin),
        since_contact=frozenset(own),
    )
    return known, len(set(own)) - len(uses)


def _rows_as_they_stood(checkin: CheckIn, feed: str, site: str | None) -> Facts:
    """At the hub a customer may have been named who showed no card."""
    at = (checkin.feed_sequence, checkin.feed_epoch)
    if not checkin.code_hash and checkin.customer_id is not None:
        return facts_of_holder(feed, checkin.customer_id, site, *at)
    return facts_of_card(feed, bytes(checkin.code_hash), site, *at)


def _undone(checkin: CheckIn, facts: Facts) -> set[bytes]:
    """Uses that the edge itself had undone before: it leaves them out at once, and the feed a little later."""
    ids = [use.id for use in facts.uses]
    voided = CheckIn.objects.filter(edge=checkin.edge_id, undone=True, voided_at__lte=checkin.at)
    found: set[bytes] = set()
    for start in range(0, len(ids), _IDS_AT_ONCE):
        some = voided.filter(checkin_id__in=ids[start : start + _IDS_AT_ONCE])
        found.update(map(bytes, some.values_list("checkin_id", flat=True)))
    return found


def _before(checkin: CheckIn) -> QuerySet[CheckIn]:
    """What the same edge had journaled of the same customer before."""
    return CheckIn.objects.filter(
        customer=checkin.customer_id,
        edge=checkin.edge_id,
        journal=checkin.journal,
        sequence__lt=checkin.sequence,
    )


def _as_its_edge_had_it(row: CheckIn) -> Use | None:
    """An own use counts at its edge from when it happened there."""
    use = content.use_of(row)
    return None if use is None else replace(use, occurred_at=row.at)


def _own_passages(checkin: CheckIn, ask: Ask) -> list[Passage]:
    """The last one of the area, however long ago: who went in is inside."""
    if ask.policy.area is None or checkin.customer_id is None:
        return []
    last: Passage | None = None
    granted = _before(checkin).filter(outcome=Outcome.GRANTED.value)
    for each in granted.order_by("-at").iterator(chunk_size=100):
        if last is not None and each.at < last.occurred_at:
            break
        # What had come in by then was known as the hub counts it, and no more as the edge's clock had it.
        known_at = each.counts_at if each.received_at <= checkin.at else each.at
        passage = passage_of(content.message_of(each), known_at)
        if passage is not None and passage.area == ask.policy.area:
            last = max(filter(None, (last, passage)), key=lambda each: (each.occurred_at, each.id))
    return [] if last is None else [last]


def _used_steps(checkin: CheckIn) -> frozenset[int]:
    """The check-in's own step of the card's rotating code, where its reader had taken that before."""
    if checkin.step is None or checkin.customer_id is None:
        return frozenset()
    same = _before(checkin).filter(
        at__gte=checkin.at - _CODES_LAST, reader=checkin.reader, code_hash=checkin.code_hash, step=checkin.step
    )
    return frozenset({checkin.step}) if same.exists() else frozenset()


# The same answer?


def _differences(checkin: CheckIn, ask: Ask, facts: Facts, decision: Decision) -> tuple[str, ...]:
    pairs = {
        _("outcome"): (checkin.outcome, decision.outcome.value),
        _("reason"): (checkin.reason, decision.reason.value),
        _("detail"): (checkin.detail, decision.detail and decision.detail.value),
        _("customer"): (checkin.customer_id, facts.card and facts.card.customer_id),
        _("membership"): (checkin.membership_id, decision.membership and decision.membership.id),
        _("used up"): (checkin.counted, decision.counted),
        _("inside already"): (checkin.inside_already, decision.inside_already),
    }
    if ask.circumstances.contact is not Contact.CONFIRMED:
        # Else it is the hub's, which may have known of uses that the edge's replica did not hold yet.
        pairs[_("remaining")] = (checkin.remaining, decision.remaining)
    return tuple(
        _("%(name)s: the edge said %(edge)s, the replay says %(hub)s")
        % {"name": name, "edge": _said(edge), "hub": _said(hub)}
        for name, (edge, hub) in pairs.items()
        if edge != hub
    )


def _said(value: object) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return _("nothing") if value is None else str(value)
