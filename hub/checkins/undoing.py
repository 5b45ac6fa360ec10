"""Which check-in undid which: a void has the instant of the scan of the card that undid. Reads only."""

from collections.abc import Iterable

from contract.ask import Mode
from contract.effects import VOID_WITHIN
from contract.reasons import Outcome
from hub.checkins.models import CheckIn
from hub.checkins.places import RELATED


def is_undone(checkin: CheckIn) -> bool:
    """At its reader; not voided by staff, whatever reason they gave."""
    return checkin.undone


def undone_by(checkins: Iterable[CheckIn]) -> dict[int, CheckIn]:
    """What those of `checkins` undid that undid something, by their numbers. One query at most."""
    asking = {(each.edge_id, each.reader, each.at): each.number for each in checkins if _can_undo(each)}
    if not asking:
        return {}
    instants = [at for _, _, at in asking]
    undone = CheckIn.objects.select_related(*RELATED, "customer").filter(
        at__range=(min(instants) - VOID_WITHIN, max(instants) + VOID_WITHIN),
        edge__in={edge for edge, _, _ in asking},
        voided_at__in=instants,
        undone=True,
    )
    places = ((asking.get((each.edge_id, each.reader, each.voided_at)), each) for each in undone)
    return {number: each for number, each in places if number is not None}


def undoing(checkin: CheckIn) -> CheckIn | None:
    """The check-in that undid this one at its reader; None: none did, or it has not come in."""
    if not is_undone(checkin):
        return None
    there = CheckIn.objects.select_related(*RELATED, "customer").filter(
        edge=checkin.edge_id, reader=checkin.reader, at=checkin.voided_at
    )
    return next(filter(_can_undo, there), None)


def _can_undo(checkin: CheckIn) -> bool:
    granted = checkin.outcome == Outcome.GRANTED
    return granted and checkin.mode == Mode.IDENTIFY and not checkin.counted
