"""How objects are shown: expanded where that was asked, in lists of pages, without what is this Stripe's own."""

from collections.abc import Callable
from typing import Any

from demo.fake_stripe.problems import invalid
from demo.fake_stripe.world import World

_PAGE, _PAGE_MAX = 10, 100
_SINCE: dict[str, Callable[[int, int], bool]] = {
    "gt": int.__gt__,
    "gte": int.__ge__,
    "lt": int.__lt__,
    "lte": int.__le__,
}
_ABOUT_THE_LIST = {"limit", "starting_after", "ending_before", "expand", "created", "types"}


def shown(world: World, thing: dict[str, Any], expand: list[str]) -> dict[str, Any]:
    open_thing = {name: value for name, value in thing.items() if not name.startswith("_")}
    for path in expand:
        name, _, inner = path.partition(".")
        open_thing[name] = _expanded(world, open_thing, name, [inner] if inner else [])
    return open_thing


def _expanded(world: World, thing: dict[str, Any], name: str, inner: list[str]) -> Any:
    if thing["object"] == "invoice" and name == "payments":
        found = world.all("invoice_payment", invoice=thing["id"])
        return {"object": "list", "data": [shown(world, each, inner) for each in found], "has_more": False}
    value = thing.get(name)
    if isinstance(value, str) and value in world.things:
        return shown(world, world.things[value], inner)
    return shown(world, value, inner) if isinstance(value, dict) and "object" in value else value


def page(world: World, kind: str, url: str, query: dict[str, Any]) -> dict[str, Any]:
    """The newest first. Problem: a limit or a place that there is not."""
    limit = int(query.get("limit", _PAGE))
    if not 1 <= limit <= _PAGE_MAX:
        raise invalid("Invalid integer: must be 1 to 100", "limit", "parameter_invalid_integer")
    found = [thing for thing in reversed(world.all(kind)) if _fits(thing, query)]
    found, more = _cut(found, query, limit)
    expand = [path.removeprefix("data.") for path in query.get("expand", [])]
    return {
        "object": "list",
        "url": url,
        "has_more": more,
        "data": [shown(world, each, expand) for each in found],
    }


def _fits(thing: dict[str, Any], query: dict[str, Any]) -> bool:
    types, created = query.get("types"), query.get("created", {})
    if types and thing["type"] not in types:
        return False
    if not all(_SINCE[name](thing["created"], int(at)) for name, at in created.items()):
        return False
    asked = {name: value for name, value in query.items() if name not in _ABOUT_THE_LIST}
    if thing["object"] == "subscription" and asked.get("status") in (None, "all"):
        gone = asked.pop("status", None) is None and thing["status"] == "canceled"
        return not gone and all(thing.get(name) == value for name, value in asked.items())
    return all(_value(thing, name) == value for name, value in asked.items())


def _value(thing: dict[str, Any], name: str) -> Any:
    if thing["object"] == "invoice" and name == "subscription":
        return ((thing["parent"] or {}).get("subscription_details") or {}).get("subscription")
    return thing.get(name)


def _cut(found: list[dict[str, Any]], query: dict[str, Any], limit: int) -> tuple[list[dict[str, Any]], bool]:
    numbers = [thing["id"] for thing in found]
    if "ending_before" in query:
        before = found[: numbers.index(query["ending_before"])]
        return before[-limit:], len(before) > limit
    start = numbers.index(query["starting_after"]) + 1 if "starting_after" in query else 0
    return found[start : start + limit], len(found) > start + limit
