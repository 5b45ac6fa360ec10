"""What every page has to keep to, as a browser finds it: axe's rules, nobody else's host, a focus that is seen."""

import json
from collections.abc import Callable
from functools import cache
from importlib.resources import files
from typing import Any, Final
from urllib.parse import urlsplit

from tests.hub.walks.visitor import NARROW, WIDE, Visitor

SERIOUS: Final = ("serious", "critical")
# The API's page is Swagger UI's inside its frame: what it draws is theirs.
_RUN: Final = """axe.run({exclude: [".swagger-ui"]}, {resultTypes: ["violations"], elementRef: false, ONLY})
    .then(found => found.violations.map(
        rule => [rule.impact, rule.id, rule.nodes.map(node => node.html.slice(0, 200))]))"""
_SEEN: Final = """(() => {
    const e = document.activeElement, style = getComputedStyle(e), box = e.getBoundingClientRect();
    const near = [e, e.nextElementSibling, e.parentElement].filter(Boolean).map(each => getComputedStyle(each));
    const rings = near.some(s => s.outlineStyle !== "none" && parseFloat(s.outlineWidth) > 0);
    return {where: e.outerHTML.slice(0, 160), ringed: rings, inside: box.top < innerHeight && box.bottom > 0,
        last: e === document.body};
})()"""


@cache
def _axe() -> str:
    return (files("axe_playwright_python") / "axe.min.js").read_text()


def violations(visitor: Visitor, colours_alone: bool = False) -> list[Any]:
    """What axe finds serious or critical: impact, rule, where."""
    if visitor.look("typeof axe") == "undefined":
        visitor.look(f"{_axe()};0")
    only = 'runOnly: ["color-contrast"]' if colours_alone else ""
    found = visitor.look(_RUN.replace("ONLY", only))
    return [each for each in found if each[0] in SERIOUS]


def keeps_the_rules(visitor: Visitor, show: Callable[[], object]) -> None:
    """Whatever `show` brings up: wide and on a phone, in light and dark."""
    visitor.errors.clear()
    visitor.requests.clear()
    found = []
    for width in (WIDE, NARROW):
        visitor.wears(width)
        show()
        found += violations(visitor)
        visitor.wears(width, dark=True)
        found += violations(visitor, colours_alone=True)
        visitor.fits()
    assert found == []
    assert other_hosts(visitor) == []
    assert visitor.complaints() == []


def other_hosts(visitor: Visitor) -> list[str]:
    """What was asked of anybody but the hub."""
    ours = urlsplit(visitor.hub).netloc
    return [url for url in visitor.requests if url.startswith(("http", "ws")) and urlsplit(url).netloc != ours]


def unseen_focus(visitor: Visitor, most: int = 200) -> list[str]:
    """Tab by tab through the page: where the focus is not seen. Each stop once, until the page's end."""
    visitor.look("document.activeElement.blur()")
    wrong: list[str] = []
    stops: list[str] = []
    for _ in range(most):
        visitor.key("Tab")
        stop = visitor.look(_SEEN)
        if stop["last"]:
            assert len(stops) > 3, stops
            return wrong
        stops.append(stop["where"])
        if not (stop["ringed"] and stop["inside"]):
            wrong.append(json.dumps(stop))
    raise AssertionError(f"the focus never leaves the page: {stops[-5:]}")
