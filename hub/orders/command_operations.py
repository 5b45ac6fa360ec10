"""Every write to commands: given once, taken to the broker once, answered once."""

from datetime import datetime, timedelta
from typing import Final

from django.db.models import F
from django.utils.translation import gettext as _

from contract.orders import COMMAND_LIFE_S, Answered, CommandKind
from hub.audit import operations as audit
from hub.errors import HubError
from hub.fleet.models import Edge, Reader
from hub.fleet.named import edge_named, hold_edge
from hub.fleet.standing import left_out_text
from hub.fleet.workers import NoWorker, workers_shown
from hub.orders.mode_operations import check_reader
from hub.orders.models import CommandOrder
from hub.orders.ordering import begin_epoch, holding_orders, ordering

KEPT_DAYS: Final = 90


class OutOfReach(HubError):
    """The edge is revoked or was never enrolled: nothing reaches it."""


class NoSuchCommand(HubError):
    """A command that no edge could do, or the answer to one that nobody waits for."""


def ask_now(edge_name: str, kind: CommandKind, reader: str | None, at: datetime, by: str) -> CommandOrder:
    """As `give_command`, where there is a worker that takes it. NoWorker, and what that raises."""
    edge = edge_named(edge_name)
    trouble = workers_shown(at).trouble
    if trouble and not left_out_text(edge):
        raise NoWorker(_("nothing reaches %(edge)s: %(trouble)s") % {"edge": edge, "trouble": trouble})
    return give_command(edge_name, kind, reader, at, by)


def give_command(edge_name: str, kind: CommandKind, reader: str | None, at: datetime, by: str) -> CommandOrder:
    """To be done by the edge within 10 seconds of `at`, or not at all.

    UnknownEdge, OutOfReach, UnknownPlace, NoSuchCommand.
    """
    with ordering():
        edge = hold_edge(edge_name)
        if left_out := left_out_text(edge):
            raise OutOfReach(left_out)
        _check(edge, kind, reader)
        begin_epoch(edge, at)
        edge.command_number += 1
        edge.save(update_fields=["epoch", "command_number"])
        CommandOrder.objects.filter(edge=edge, given_at__lt=at - timedelta(days=KEPT_DAYS)).delete()
        order = CommandOrder.objects.create(
            edge=edge,
            epoch=edge.epoch,
            number=edge.command_number,
            kind=kind,
            reader=reader or "",
            given_at=at,
            expires_at=at + timedelta(seconds=COMMAND_LIFE_S),
            by=by,
        )
        audit.note("command given", order, None, {"command": kind.value, "reader": reader or ""})
        return order


def take_commands(at: datetime, at_most: int | None = None) -> list[CommandOrder]:
    """Those that are to be sent now, in their order; nobody else gets them after this."""
    due = CommandOrder.objects.filter(sent_at=None, expires_at__gt=at).select_related("edge").order_by("id")
    return [
        order
        for order in due[:at_most]
        if CommandOrder.objects.filter(pk=order.pk, sent_at=None, epoch=F("edge__epoch")).update(sent_at=at)
    ]


def note_answered(edge_name: str, answered: Answered, at: datetime) -> CommandOrder | None:
    """What became of it. None: the answer that was taken before, once more.

    NoSuchCommand: no command of that number waits for an answer, so this changes nothing.
    """
    with holding_orders():
        numbers = {"epoch": answered.epoch, "number": answered.number}
        order = CommandOrder.objects.filter(edge__name=edge_name, **numbers).first()
        if order is not None and order.answered_at is None:
            order.answered_at, order.why = at, answered.why or ""
            order.save(update_fields=["answered_at", "why"])
            return order
        if order is None or order.why != (answered.why or ""):
            raise NoSuchCommand(
                _("no command %(number)s of %(edge_name)s waits for an answer")
                % {"number": answered.number, "edge_name": edge_name}
            )
    return None


def _check(edge: Edge, kind: CommandKind, reader: str | None) -> None:
    if kind is CommandKind.RESYNC:
        if reader is not None:
            raise NoSuchCommand(_("a resync is of a whole edge: leave the reader out"))
        return
    if reader is None:
        if kind is CommandKind.UNLOCK_ONCE:
            doors = ", ".join(edge.readers.filter(kind=Reader.Kind.DOOR).values_list("name", flat=True))
            raise NoSuchCommand(
                _("say which door of %(edge)s is to open once: it has %(what)s")
                % {"edge": edge, "what": doors or _("none")}
            )
        return
    found = check_reader(edge, reader)
    if kind is CommandKind.UNLOCK_ONCE and found.kind != Reader.Kind.DOOR:
        raise NoSuchCommand(_("%(found)s is a counter: only doors open") % {"found": found})
