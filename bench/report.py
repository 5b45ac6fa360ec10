"""Tables of figures, as text for a terminal and as Markdown for docs/figures.md."""

import platform
import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field
from math import ceil
from pathlib import Path


@dataclass
class Table:
    title: str
    goal: str
    head: Sequence[str]
    rows: list[Sequence[str]] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)

    def markdown(self) -> str:
        lines = [
            f"## {self.title}",
            "",
            f"Goal: {self.goal}.",
            "",
            f"| {' | '.join(self.head)} |",
            f"|{'---|' * len(self.head)}",
            *(f"| {' | '.join(row)} |" for row in self.rows),
            "",
            *(f"- {remark}" for remark in self.remarks),
        ]
        return "\n".join(lines).rstrip() + "\n"


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least `share` (0 to 1) of the values do not exceed."""
    ordered = sorted(values)
    return ordered[max(0, ceil(share * len(ordered)) - 1)]


def spread(values_ms: Sequence[float]) -> tuple[str, str, str]:
    """p50, p99 and max, in milliseconds."""
    return tuple(  # type: ignore[return-value]
        f"{value:.2f} ms" for value in (statistics.median(values_ms), percentile(values_ms, 0.99), max(values_ms))
    )


def machine() -> str:
    cores = len([line for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("processor")])
    model = next(
        (
            line.partition(":")[2].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if line.startswith("model name")
        ),
        platform.machine(),
    )
    return f"{cores} cores of {model}, Linux {platform.release()}, Python {platform.python_version()}"
