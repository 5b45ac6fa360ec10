"""What edges say of themselves: of each kind the newest in a turn is noted, unless something newer was before."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, Final

from contract.high_water import Mark
from contract.messages import Presence
from contract.orders import Reported, Telemetry
from hub.fleet.edge_marks import StaleMark
from hub.fleet.named import UnknownEdge
from hub.fleet.operations import note_presence
from hub.orders.report_operations import BegunAnew, EpochTooHigh, note_reported
from hub.sync.log import Log
from hub.sync.refused_words import dropped_if_refused
from hub.sync.requests import EdgeNotice, Notice
from hub.watch.operations import note_telemetry

_NOTE: Final[dict[type[Notice], Callable[[str, Any, datetime], object]]] = {
    Presence: note_presence,
    Telemetry: note_telemetry,
    Reported: note_reported,
}
"""Each with the edge's name and when it came in. StaleMark: it said something newer before. UnknownEdge."""


class Notices:
    def __init__(self, log: Log) -> None:
        self._log = log

    def take(self, notices: Iterable[EdgeNotice], at: datetime) -> None:
        """django.db.Error: the database is gone; the same may be taken again."""
        for notice in self._newest(notices):
            try:
                with dropped_if_refused(self._log, notice.edge):
                    self._tell(notice.edge, _NOTE[type(notice.said)](notice.edge, notice.said, at))
            except StaleMark as error:
                self._log.dropped("stale", str(error), notice.edge)
            except UnknownEdge as error:
                self._log.dropped("unknown_edge", str(error), notice.edge)
            except EpochTooHigh as error:
                self._log.dropped("epoch_too_high", str(error), notice.edge)

    def _tell(self, edge: str, noted: object) -> None:
        if not isinstance(noted, BegunAnew):
            return
        if noted.kept:
            self._log.event("lockdowns_kept", edge=edge, places=", ".join(noted.kept))
        if noted.too_many:
            text = f"{noted.too_many} of readers that the hub does not know, and it has kept as many as it keeps"
            self._log.dropped("too_many_lockdowns", text, edge)

    def _newest(self, notices: Iterable[EdgeNotice]) -> Iterable[EdgeNotice]:
        newest: dict[tuple[str, type[Notice]], EdgeNotice] = {}
        for notice in notices:
            key = (notice.edge, type(notice.said))
            if key in newest and _mark(notice) < _mark(newest[key]):
                self._log.dropped("stale", "it came behind something newer", notice.edge)
            else:
                newest[key] = notice
        return newest.values()


def _mark(notice: EdgeNotice) -> Mark:
    return Mark(notice.said.start, notice.said.n)
