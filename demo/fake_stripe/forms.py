"""Bodies as Stripe's libraries send them: form-encoded, with brackets for what lies in what (`a[0][b]=c`)."""

import re
from typing import Any
from urllib.parse import parse_qsl

_KEY = re.compile(r"\[([^\]]*)\]")


def parse(text: str) -> dict[str, Any]:
    """A dict of dicts, lists and texts; an empty text stays one, as it means that something is to be unset."""
    found: dict[str, Any] = {}
    for key, value in parse_qsl(text, keep_blank_values=True):
        _put(found, [key.partition("[")[0], *_KEY.findall(key)], value)
    return {name: _with_lists(value) for name, value in found.items()}


def _put(into: dict[str, Any], path: list[str], value: str) -> None:
    *outer, last = path
    for name in outer:
        into = into.setdefault(name or str(len(into)), {})
    into[last or str(len(into))] = value


def _with_lists(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    inner = {name: _with_lists(each) for name, each in value.items()}
    numbered = bool(inner) and all(name.isdigit() for name in inner)
    return [inner[name] for name in sorted(inner, key=int)] if numbered else inner


def number(form: dict[str, Any], name: str, otherwise: int | None = None) -> int | None:
    return int(form[name]) if form.get(name) not in (None, "") else otherwise


def yes(form: dict[str, Any], name: str) -> bool:
    return form.get(name) == "true"
