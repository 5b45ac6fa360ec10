"""Tables of figures drawn: bars that stack a table's parts, and its rows. Written as text at once: a year has 365
of each. Knows no domain: a table has `rows` (with `labels` and `count`), `columns` and `parts`, whose `of` is
asked of a row's count.
"""

from collections.abc import Iterator
from typing import Any, Final

from django import template
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe

register = template.Library()

WIDTH: Final = 720
HEIGHT: Final = 190
_ABOVE: Final = 16
_LABEL: Final = 18
_LABELS_MAX: Final = 12
_GAP: Final = 0.25
_HIGH: Final = HEIGHT - _LABEL - _ABOVE
_FLOOR: Final = HEIGHT - _LABEL


@register.simple_tag
def bars(table: Any) -> SafeString:
    """What is inside an `<svg class="chart" viewBox="0 0 720 190">`. Colours are the style sheet's, by part."""
    # Said once: each time anew is most of what a year's bars take.
    titles = [_safe(part.title) for part in table.parts]
    heights = [[part.of(row.count) for part in table.parts] for row in table.rows]
    most = max((sum(each) for each in heights), default=0)
    step = WIDTH / max(len(heights), 1)
    every = -(-len(heights) // _LABELS_MAX)
    drawn = [_frame(most)]
    for number, (row, parts) in enumerate(zip(table.rows, heights, strict=True)):
        label = _short(str(row.labels[0])) if number % every == 0 else ""
        drawn.append(f"<g><title>{_told(row.labels[0], titles, parts)}</title>")
        drawn.extend(_stack(table.parts, parts, max(most, 1), number * step + step * _GAP / 2, step * (1 - _GAP)))
        if label:
            middle = (number + 0.5) * step
            drawn.append(f'<text x="{middle:.1f}" y="{HEIGHT - 4}" text-anchor="middle">{_safe(label)}</text>')
        drawn.append("</g>")
    return mark_safe("".join(drawn))  # noqa: S308 - numbers, and texts that are escaped


@register.simple_tag
def rows(table: Any, most: int = 0) -> SafeString:
    """Its `<tr>`s; `most`: the first so many."""
    drawn = []
    for row in table.rows[:most] if most else table.rows:
        head, *others = map(_safe, row.labels)
        told = "".join(f"<td>{each}</td>" for each in others)
        numbers = "".join(f'<td class="number">{each.of(row.count)}</td>' for each in table.columns)
        drawn.append(f'<tr><th scope="row">{head}</th>{told}{numbers}</tr>')
    return mark_safe("".join(drawn))  # noqa: S308 - numbers, and texts that are escaped


@register.filter
def beyond(table: Any, most: int) -> int:
    """How many rows there are after so many."""
    return max(len(table.rows) - most, 0)


def _frame(most: int) -> str:
    return (
        f'<path class="grid" d="M0 {_ABOVE}H{WIDTH}M0 {_FLOOR}H{WIDTH}"/>'
        f'<text class="most" x="0" y="{_ABOVE - 4}">{most}</text>'
    )


def _stack(parts: Any, numbers: list[int], most: int, x: float, width: float) -> Iterator[str]:
    floor = float(_FLOOR)
    for part, number in zip(parts, numbers, strict=True):
        if number:
            high = _HIGH * number / most
            floor -= high
            yield (
                f'<rect class="{part.name}" x="{x:.1f}" y="{floor:.1f}" width="{width:.1f}" height="{high:.1f}"/>'
            )


def _told(label: Any, titles: list[str], numbers: list[int]) -> str:
    of_parts = ", ".join(f"{title} {number}" for title, number in zip(titles, numbers, strict=True) if number)
    return f"{_safe(label)}: {of_parts or 0}"


def _short(label: str) -> str:
    """A day without its year."""
    return label[5:] if len(label) == len("2026-03-01") and label[4] == "-" else label


def _safe(text: Any) -> str:
    return str(conditional_escape(text))
