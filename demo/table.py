"""The table that the demo prints, a row as each scan happens."""

import os
import sys
from typing import TextIO

from demo.club import ScanResult

_HEAD = ("", "reader", "card", "who", "decision", "reason", "ms to relay", "at the hub")
_WIDTHS = (1, 7, 20, 30, 8, 18, 11, 10)
_GREEN, _RED, _YELLOW, _PLAIN = "\x1b[32m", "\x1b[31m", "\x1b[33m", "\x1b[0m"


class Table:
    """Colours only where a terminal shows them; a sign as well, for those who do not see the colours."""

    def __init__(self, out: TextIO | None = None) -> None:
        self._out = out = out or sys.stdout
        self._coloured = out.isatty() and "NO_COLOR" not in os.environ

    def print_head(self) -> None:
        self._print(_line(_HEAD))
        self._print("─" * len(_line(_HEAD)))

    def print_row(self, card: str, result: ScanResult, expected: str | None = None) -> None:
        """`expected` is told where something else came."""
        granted = result.outcome == "granted"
        cells = (
            "●" if granted else "○",
            result.reader,
            card,
            result.who,
            result.outcome,
            result.reason,
            f"{result.latency_ms:.1f}".rjust(11),
            "yes" if result.arrived else "NO",
        )
        line = _line(cells) + (f"  ✗ expected {expected}, at the hub" if expected else "")
        self._print(line, _YELLOW if expected else _GREEN if granted else _RED)

    def print_note(self, text: str) -> None:
        self._print(f"  {text}")

    def _print(self, line: str, colour: str = "") -> None:
        print(f"{colour}{line}{_PLAIN}" if colour and self._coloured else line, file=self._out, flush=True)


def _line(cells: tuple[str, ...]) -> str:
    return "  ".join(cell[:width].ljust(width) for cell, width in zip(cells, _WIDTHS, strict=True)).rstrip()
