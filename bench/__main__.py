"""`python -m bench`: measures every figure there is and writes docs/figures.md."""

import argparse
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from bench import (
    change_to_decision,
    company_change,
    decide_alone,
    edge_footprint,
    first_fill,
    many_edges,
    scan_to_relay,
    scan_while_loading,
)
from bench.report import machine

_NAMES = ("F1", "F2", "F4", "F5", "F6", "F8", "F9", "F10")
_FIGURES = Path(__file__).resolve().parent.parent / "docs" / "figures.md"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--cards", type=int, default=1_000_000)
    parser.add_argument("--scans", type=int, default=5_000)
    parser.add_argument("--only", choices=_NAMES, help="one figure, printed and not written")
    arguments = parser.parse_args()
    measures = {
        "F1": lambda folder: scan_to_relay.measure(folder, arguments.cards, arguments.scans, _say),
        "F2": lambda folder: scan_while_loading.measure(folder, arguments.cards, _say),
        "F4": lambda folder: decide_alone.measure(folder, _say),
        "F5": lambda folder: first_fill.measure(folder, arguments.cards, _say),
        "F6": lambda folder: change_to_decision.measure(folder, _say),
        "F8": lambda folder: company_change.measure(folder, _say),
        "F9": lambda folder: edge_footprint.measure(folder, arguments.cards, _say),
        "F10": lambda folder: many_edges.measure(folder, _say),
    }
    tables = []
    for name, measure in measures.items():
        if arguments.only in (None, name):
            # In this checkout's own file system: /tmp may be memory, whose fsync costs nothing.
            with tempfile.TemporaryDirectory(dir=_FIGURES.parent.parent, prefix=".bench-") as folder:
                tables.append(measure(Path(folder)).markdown())
    text = "\n".join([_head(), *tables])
    print(text)
    if arguments.only is None:
        _FIGURES.write_text(text)


def _head() -> str:
    day = datetime.now(UTC).date().isoformat()
    return (
        "# Figures\n\n"
        f"Measured by `make bench` on {day}: {machine()}. Times are this machine's; ratios and the order of "
        "magnitude hold elsewhere. Each figure stands beside its floor, measured in the same run.\n"
    )


def _say(text: str) -> None:
    print(f"{time.strftime('%H:%M:%S')} {text}", flush=True)


if __name__ == "__main__":
    main()
