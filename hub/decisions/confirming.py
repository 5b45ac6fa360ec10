"""Confirmation: an edge asks whether a redemption may go ahead, and the hub holds one free for it if it may.

Asked and answered under the locks of all feeds, in their order, so that two edges cannot both get the last
one. Must not know MQTT; `at` is the hub's instant, by the caller.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from msgspec.structs import replace

from contract.ask import Ask, Mode
from contract.errors import ContractError
from contract.instants import from_us, to_us
from contract.messages import CheckIn, Confirm, Confirmed, encode
from contract.next_due import next_due
from contract.reasons import Outcome, Reason
from contract.topics import is_name
from hub.checkins import queries as checkins
from hub.checkins.queries import KnownEdge
from hub.decisions.deciding import (
    confirmed,
    decide_at_hub,
    facts_of_card,
    with_held,
    with_static_codes,
    with_uses,
)
from hub.errors import HubError
from hub.feed import operations as feed
from hub.fleet import queries as fleet
from hub.reservations import operations as reservations
from hub.reservations import queries as reserved
from hub.reservations.models import Reservation

CLOCK_DIFFERS_MAX: Final = timedelta(minutes=5)


class Refused(HubError):
    """A question that the hub does not decide about. `why` is a stable word for counters."""

    def __init__(self, why: str, text: str) -> None:
        super().__init__(text)
        self.why = why


@dataclass(frozen=True, slots=True)
class Answered:
    """`refused`: why nothing was decided, where the answer is no for that."""

    confirmed: Confirmed
    refused: Refused | None = None


def confirm(edge: KnownEdge, question: Confirm, at: datetime) -> Answered:
    """The answer to an edge, committed. What cannot be decided about is denied with `confirmation_needed`."""
    checkin = question.checkin
    try:
        ask = _ask_of(edge, checkin, at)
        with transaction.atomic():
            feed.hold_all()
            return Answered(
                _standing(edge, question) or _said_before(edge, question, at) or _decide(edge, question, ask, at)
            )
    except Refused as refused:
        denied = Confirmed(question.nonce, checkin.id, Outcome.DENIED, Reason.CONFIRMATION_NEEDED)
        return Answered(denied, refused)


def _ask_of(edge: KnownEdge, checkin: CheckIn, at: datetime) -> Ask:
    """What is asked, or Refused."""
    if not (is_name(checkin.reader) and is_name(checkin.permission) and checkin.mode in set(Mode)):
        raise Refused("no_question", "a reader, a permission or a mode that cannot be")
    if checkin.feed != edge.feed:
        raise Refused("wrong_feed", "the edge follows another feed")
    if abs(from_us(checkin.at_us) - at) > CLOCK_DIFFERS_MAX:
        raise Refused("stale", "asked more than five minutes from the hub's time: look at the edge's clock")
    if (edge.name, checkin.reader) not in fleet.readers_of({edge.name}):
        raise Refused("unknown_reader", "the hub has no reader of this name on this edge")
    ask = Ask(
        permission=checkin.permission,
        mode=Mode(checkin.mode),
        policy=checkin.policy,
        circumstances=checkin.circumstances,
    )
    return with_static_codes(ask)


def _standing(edge: KnownEdge, question: Confirm) -> Confirmed | None:
    """What came of the check-in, if it is here already."""
    found = checkins.checkins_by_id([question.checkin.id]).get(question.checkin.id)
    if found is None:
        return None
    if found.place[0] != edge.id:
        raise Refused("conflict", "its id belongs to another edge's check-in")
    came = found.content
    granting = came.membership if came.outcome == Outcome.GRANTED else None
    return Confirmed(question.nonce, came.id, came.outcome, came.reason, came.remaining, membership=granting)


def _said_before(edge: KnownEdge, question: Confirm, at: datetime) -> Confirmed | None:
    kept = reserved.answer_about(edge.id, question.checkin.id, at)
    if kept is None:
        return None
    if bytes(kept.asked) != _digest(question.checkin):
        raise Refused("conflict", "the same id was asked about with other content")
    return _confirmed(question, kept)


def _decide(edge: KnownEdge, question: Confirm, ask: Ask, at: datetime) -> Confirmed:
    """Decided at the edge's instant, so that its own replay gives the same."""
    checkin, asked_at = question.checkin, from_us(question.checkin.at_us)
    try:
        facts = with_held(facts_of_card(edge.feed, checkin.code_hash, ask.policy.site), at)
    except ContractError as error:
        raise Refused("cannot_decide", f"the feed's rows cannot be read: {error}") from error
    card, use = facts.card, None
    decision = decide_at_hub(ask, facts, asked_at)
    if card is not None:
        place = (ask.policy.partner, ask.policy.site)
        use = reservations.use_held_for(decision, card.customer_id, checkin.id, asked_at, place)
    if use is not None:
        after = with_uses(facts, (use,))
        decision = replace(decision, next_available_at=next_due(confirmed(ask), after, decision, asked_at))
    kept = reservations.keep((edge.id, checkin.id), _digest(checkin), decision, use, at)
    return _confirmed(question, kept)


def _confirmed(question: Confirm, kept: Reservation) -> Confirmed:
    return Confirmed(
        nonce=question.nonce,
        id=question.checkin.id,
        outcome=kept.outcome,
        reason=kept.reason,
        remaining=kept.remaining,
        next_available_us=None if kept.next_available_at is None else to_us(kept.next_available_at),
        membership=kept.membership_id,
    )


def _digest(checkin: CheckIn) -> bytes:
    return hashlib.sha256(encode(checkin)).digest()
