"""Every write of what edges say of their orders: what stands, what was refused, and when the hub itself is behind.

A hub that was put back from a backup has forgotten numbers that its edges have seen. It notices by what they
report, begins an epoch above theirs, and says again what it knows. Lockdowns that stand at them it keeps.
"""

from datetime import datetime
from typing import NamedTuple

from django.utils.translation import gettext as _

from contract.high_water import REPORTED, Mark
from contract.instants import from_us
from contract.orders import Reported, digest_of
from hub.errors import HubError
from hub.feed.epoch_operations import AHEAD_MAX, epoch_at
from hub.fleet.edge_marks import raise_mark
from hub.fleet.models import Edge
from hub.fleet.named import hold_edge
from hub.orders.mode_operations import keep_lockdowns, set_for
from hub.orders.models import Configuration, EdgeModes, ReportedState
from hub.orders.operations import say_anew
from hub.orders.ordering import holding_orders, ordering
from hub.orders.queries import modes_for


class EpochTooHigh(HubError):
    """An edge speaks of an epoch that no hub can have begun: it lies, or its disk does."""


class BegunAnew(NamedTuple):
    """What is ordered is said anew. `kept`: places whose lockdown the hub had forgotten.
    `too_many`: of how many readers it keeps none, since it has kept enough."""

    kept: list[str]
    too_many: int


def note_reported(edge_name: str, reported: Reported, at: datetime) -> BegunAnew | None:
    """What the edge says of its orders. BegunAnew: it has heard of newer ones than the hub knows, or was enrolled
    and tells of them for the first time.

    UnknownEdge. hub.fleet.edge_marks.StaleMark: it said something newer before. EpochTooHigh: nothing changes.
    """
    with holding_orders():
        edge = hold_edge(edge_name)
        _check_epochs(edge, reported, at)
        if not raise_mark(edge.pk, REPORTED, Mark(reported.start, reported.n)):
            return None
        ReportedState.objects.update_or_create(edge=edge, defaults=_state(reported, at))
        if _is_ahead(edge, reported) or _means_something_else(edge, reported):
            return _begin_anew(edge, reported, at)
        _note_standing(edge, reported, at)
        _note_refused(edge, reported, at)
        return _say_since_enrolment(edge, reported, at)


def _state(reported: Reported, at: datetime) -> dict[str, object]:
    refused = reported.refused
    return {
        "received_at": at,
        "said_at": from_us(reported.at_us),
        "epoch": reported.epoch,
        "generation": reported.generation,
        "trying": reported.trying,
        "refused_epoch": None if refused is None else refused.epoch,
        "refused_generation": None if refused is None else refused.generation,
        "mode_epoch": reported.mode_epoch,
        "mode_generation": reported.mode_generation,
        "mode_edge": reported.mode_edge,
        "mode_readers": {mode.reader: mode.posture for mode in reported.mode_readers},
        "command_epoch": reported.command_epoch,
        "command": reported.command,
    }


def _note_standing(edge: Edge, reported: Reported, at: datetime) -> None:
    """What stands is refused no longer, as once there is software again that can read it."""
    if not reported.trying:
        named = Configuration.objects.filter(edge=edge, epoch=reported.epoch, generation=reported.generation)
        named.filter(stood_at=None).update(stood_at=at)
        refused = named.exclude(refused_at=None)
        refused.update(refused_at=None, refused_step="", refused_field="", refused_why="")


def _note_refused(edge: Edge, reported: Reported, at: datetime) -> None:
    refused = reported.refused
    if refused is not None:
        named = Configuration.objects.filter(edge=edge, epoch=refused.epoch, generation=refused.generation)
        named.filter(refused_at=None).update(
            refused_at=at,
            refused_step=refused.step,
            refused_field=refused.field or "",
            refused_why=refused.why,
        )


def _is_ahead(edge: Edge, reported: Reported) -> bool:
    heard = [
        (reported.epoch, reported.generation, edge.config_generation),
        (reported.mode_epoch, reported.mode_generation, edge.mode_generation),
        (reported.command_epoch, reported.command, edge.command_number),
    ]
    if reported.refused is not None:
        heard.append((reported.refused.epoch, reported.refused.generation, edge.config_generation))
    return any((epoch, n) > (edge.epoch, known) for epoch, n, known in heard)


def _means_something_else(edge: Edge, reported: Reported) -> bool:
    """Numbers that the hub has given out twice: before it was put back from a backup, and after. Those of an epoch
    that is over are on their way out."""
    digests = {(reported.epoch, reported.generation): reported.document}
    if reported.refused is not None:
        digests[reported.refused.epoch, reported.refused.generation] = reported.refused.document
    told = [generation for (epoch, generation), digest in digests.items() if epoch == edge.epoch and digest]
    for own in Configuration.objects.filter(edge=edge, epoch=edge.epoch, generation__in=told):
        if digests[own.epoch, own.generation] != digest_of(own.document):
            return True
    if (reported.mode_epoch, reported.mode_generation) != (edge.epoch, edge.mode_generation):
        return False
    modes = modes_for(edge)
    said = {mode.reader: mode.posture for mode in reported.mode_readers}
    known = {} if modes is None else {mode.reader: mode.posture for mode in modes.readers}
    return (reported.mode_edge, said) != (modes and modes.edge, known)


def _check_epochs(edge: Edge, reported: Reported, at: datetime) -> None:
    """Else one edge's word would leave no number above it that a message can carry."""
    highest = _highest_epoch(reported)
    if highest > max(edge.epoch, epoch_at(at + AHEAD_MAX)):
        text = _(
            "%(edge)s speaks of an epoch of orders (%(epoch)s) more than a day ahead of the hub's clock: is the"
            " hub's clock right? Else enrol that edge anew, with an empty --state"
        )
        raise EpochTooHigh(text % {"edge": edge, "epoch": highest})


def _highest_epoch(reported: Reported) -> int:
    refused = 0 if reported.refused is None else reported.refused.epoch
    return max(reported.epoch, reported.mode_epoch, reported.command_epoch, refused)


def _begin_anew(edge: Edge, reported: Reported, at: datetime) -> BegunAnew:
    edge.epoch = max(epoch_at(at), _highest_epoch(reported) + 1)
    edge.config_generation, edge.command_number = 0, 0
    edge.save(update_fields=["epoch", "config_generation", "command_number"])
    begun = _say_modes_anew(edge, reported, at)
    say_anew(edge, at)
    return begun


def _say_since_enrolment(edge: Edge, reported: Reported, at: datetime) -> BegunAnew | None:
    """In the epoch that began with the enrolment: not before the edge has told what stands there."""
    if edge.config_generation and not Configuration.objects.filter(edge=edge, epoch=edge.epoch).exists():
        with ordering():
            say_anew(edge, at)
    is_owed = reported.mode_generation > 0 or EdgeModes.objects.filter(edge=edge).exists()
    return _say_modes_anew(edge, reported, at) if is_owed and edge.mode_generation == 0 else None


def _say_modes_anew(edge: Edge, reported: Reported, at: datetime) -> BegunAnew:
    with ordering():
        kept, too_many = keep_lockdowns(edge, reported, at)
        edge.mode_generation = 1
        edge.save(update_fields=["mode_generation"])
        # But for lockdowns, what stands here is what it is set to by hand, and the staff's pages say so.
        told = {"document": set_for(edge).as_json(), "ordered_at": at}
        EdgeModes.objects.update_or_create(edge=edge, defaults=told)
        return BegunAnew(kept, too_many)
