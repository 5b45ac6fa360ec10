"""A chart of bars as SVG, made of numbers alone: granted below, denied on top. Colours are the style sheet's."""

from typing import Final, NamedTuple

from hub.reports.tables import Table

WIDTH: Final = 720
HEIGHT: Final = 180
_LABEL: Final = 18
_LABELS_MAX: Final = 12
_GAP: Final = 0.25


class Bar(NamedTuple):
    """In units of the picture. `label`: empty where there is no room for all of them."""

    x: float
    width: float
    middle: float
    granted_y: float
    granted: float
    denied_y: float
    denied: float
    label: str
    told: str


def bars(table: Table) -> list[Bar]:
    step = WIDTH / max(len(table.rows), 1)
    high, most = HEIGHT - _LABEL, max(table.most, 1)
    every = -(-len(table.rows) // _LABELS_MAX)
    found = []
    for number, row in enumerate(table.rows):
        granted, denied = (high * each / most for each in row.count)
        found.append(
            Bar(
                x=round(number * step + step * _GAP / 2, 2),
                width=round(step * (1 - _GAP), 2),
                middle=round((number + 0.5) * step, 2),
                granted_y=round(high - granted, 2),
                granted=round(granted, 2),
                denied_y=round(high - granted - denied, 2),
                denied=round(denied, 2),
                label=_short(str(row.labels[0])) if number % every == 0 else "",
                told=f"{row.labels[0]}: {row.total}",
            )
        )
    return found


def _short(label: str) -> str:
    """A day without its year."""
    return label[5:] if len(label) == len("2026-03-01") and label[4] == "-" else label[:5]
