"""What happened in one world: every event in order with its time, a digest of all, and counts for the table."""

import hashlib
from collections import Counter
from collections.abc import Callable
from typing import Any

Line = tuple[float, str, str, dict[str, Any]]
_USUAL = {"acked", "applied", "replica", "connected", "clock", "started", "reader_open", "disconnected"}


class Trace:
    """`time_s` gives virtual seconds. `lines` are kept only where somebody wants to read them."""

    def __init__(self, time_s: Callable[[], float], keep: bool) -> None:
        self._time_s = time_s
        self._digest = hashlib.sha256()
        self._keep = keep
        self._is_over = False
        self.lines: list[Line] = []
        self.counts: Counter[str] = Counter()
        self.scans: list[tuple[str, dict[str, Any]]] = []
        """Edge and fields of each line `scan` of an edge's log: what was shown and journaled."""
        self.damage_told: list[tuple[str, dict[str, Any]]] = []
        """Edge and fields of each line of a log about a damaged journal."""
        self.commands_done: list[tuple[str, int, int]] = []
        """Edge, epoch and number of each command, whenever an edge judged it."""
        self.unlocked: list[str] = []
        """The edge, for each door that a command opened."""
        self.faults: list[str] = []
        """What broke a rule while it went on."""

    def note(self, event: str, **fields: Any) -> None:
        self._add("world", event, fields)
        self.counts[event] += 1

    def edge_log(self, edge: str, event: str, fields: dict[str, Any]) -> None:
        self._add(edge, event, fields)
        if event == "scan":
            self.scans.append((edge, fields))
            self.counts["scans"] += 1
            self.counts[f"scans {fields['outcome']}"] += 1
        elif event == "dropped":
            self.counts["edge dropped"] += int(fields["count"])
        elif event == "journal_damaged":
            self.damage_told.append((edge, fields))
            self.counts["edge says journal_damaged"] += 1
        elif event not in _USUAL:
            self.counts[f"edge says {event}"] += 1

    def hub_log(self, worker: str, fields: dict[str, Any]) -> None:
        fields = {name: value for name, value in fields.items() if name != "at"}
        event = fields.pop("event")
        self._add(worker, event, fields)
        if event == "dropped":
            self.counts[f"hub dropped {fields['why']}"] += 1
        else:
            self.counts[f"hub says {event}"] += 1

    def shown(self, edge: str, reader: str, what: str) -> None:
        self._add(edge, "shown", {"reader": reader, "what": what})

    def fault(self, text: str) -> None:
        self._add("world", "FAULT", {"text": text})
        self.faults.append(f"at {self._time_s():.3f} s: {text}")

    def end(self) -> None:
        """The world is over: what its processes still say as they are cleared away is no part of it."""
        self._is_over = True

    def digest(self) -> str:
        return self._digest.hexdigest()

    def _add(self, who: str, event: str, fields: dict[str, Any]) -> None:
        if self._is_over:
            return
        at_s = self._time_s()
        self._digest.update(f"{at_s:.6f} {who} {event} {sorted(fields.items())!r}\n".encode())
        if self._keep:
            self.lines.append((at_s, who, event, fields))
