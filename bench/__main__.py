"""`python -m bench`: measures every figure there is, or those of --only, and writes each into docs/figures.md."""

import argparse
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from bench import (
    change_to_decision,
    check_ins,
    company_change,
    decide_alone,
    edge_footprint,
    figures_file,
    first_fill,
    many_edges,
    pages,
    scan_on_slow_card,
    scan_to_relay,
    scan_while_loading,
)

_NAMES = ("F1", "F2", "F3", "F4", "F5", "F6", "F7", "F8", "F9", "F10", "F11")
_CHECKOUT = Path(__file__).resolve().parent.parent


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--cards", type=int, default=1_000_000)
    parser.add_argument("--scans", type=int, default=5_000)
    parser.add_argument("--share", type=float, default=1.0, help="of F7's check-ins and F11's, for a try")
    parser.add_argument("--only", nargs="+", choices=_NAMES, default=_NAMES, metavar="F", help="these figures")
    parser.add_argument("--dry", action="store_true", help="print, and write nothing")
    arguments = parser.parse_args()
    measures = {
        "F1": lambda folder: scan_to_relay.measure(folder, arguments.cards, arguments.scans, _say),
        "F2": lambda folder: scan_while_loading.measure(folder, arguments.cards, _say),
        "F3": lambda folder: scan_on_slow_card.measure(folder, arguments.cards, min(arguments.scans, 2_000), _say),
        "F4": lambda folder: decide_alone.measure(folder, _say),
        "F5": lambda folder: first_fill.measure(folder, arguments.cards, _say),
        "F6": lambda folder: change_to_decision.measure(folder, _say),
        "F7": lambda folder: check_ins.measure(folder, _say, arguments.share),
        "F8": lambda folder: company_change.measure(folder, _say),
        "F9": lambda folder: edge_footprint.measure(folder, arguments.cards, _say),
        "F10": lambda folder: many_edges.measure(folder, _say),
        "F11": lambda folder: pages.measure(folder, _say, arguments.share),
    }
    day = datetime.now(UTC).date().isoformat()
    for name in arguments.only:
        # In this checkout's own file system: /tmp may be memory, whose fsync costs nothing.
        with tempfile.TemporaryDirectory(dir=_CHECKOUT, prefix=".bench-") as folder:
            text = figures_file.section(measures[name](Path(folder)), day)
        print(text, flush=True)
        if not arguments.dry:
            figures_file.write(text)


def _say(text: str) -> None:
    print(f"{time.strftime('%H:%M:%S')} {text}", flush=True)


if __name__ == "__main__":
    main()
