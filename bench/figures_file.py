"""docs/figures.md: a section a figure, each with its day. What is measured takes the place of what stood there."""

import re
from pathlib import Path

from bench.report import Table, machine

_PATH = Path(__file__).resolve().parent.parent / "docs" / "figures.md"
_SECTION = re.compile(r"^## (F\d+)", re.MULTILINE)


def section(table: Table, day: str) -> str:
    """`day` in ISO's form."""
    title, _, rest = table.markdown().partition("\n")
    return f"{title}\n\nMeasured on {day}: {machine()}.\n{rest}"


def write(section_text: str) -> None:
    sections = _sections(_PATH.read_text()) | _sections(section_text)
    in_order = sorted(sections, key=lambda name: int(name[1:]))
    _PATH.write_text("\n".join([_head(), *(sections[name].rstrip() + "\n" for name in in_order)]))


def _sections(text: str) -> dict[str, str]:
    begins = [*_SECTION.finditer(text)]
    ends = [match.start() for match in begins[1:]] + [len(text)]
    return {match.group(1): text[match.start() : end] for match, end in zip(begins, ends, strict=True)}


def _head() -> str:
    return (
        "# Figures\n\n"
        "`make bench` measures them. Times are those of the machine that a figure names; ratios and the order "
        "of magnitude hold elsewhere. Each figure stands beside its floor, measured in the same run.\n"
    )
