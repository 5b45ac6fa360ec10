"""How often a benefit may be used, asked as a sentence: so many times, per what, where and for whom it is counted.

The sentence comes to the text that hub/members/limits_text.py reads; what does not fit into it (several limits, a
time between two) is written in words. A form that has the text alone, as another program sends it, is taken too.
"""

import re
from collections.abc import Mapping
from typing import Any, Final

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

Choices = list[tuple[str, str | Promise]]
AT_WILL, IN_WORDS = "", "words"
PER: Final[Choices] = [
    (AT_WILL, gettext_lazy("as often as they like")),
    ("per day", gettext_lazy("per day (any 24 hours)")),
    ("per calendar day", gettext_lazy("per calendar day")),
    ("per week", gettext_lazy("per week (any 7 days)")),
    ("per calendar week", gettext_lazy("per calendar week")),
    ("per 30 days", gettext_lazy("per month (any 30 days)")),
    ("per calendar month", gettext_lazy("per calendar month")),
    ("per 365 days", gettext_lazy("per year (any 365 days)")),
    ("per calendar year", gettext_lazy("per calendar year")),
    ("per billing period", gettext_lazy("per billing period")),
    ("in all", gettext_lazy("in all, and never again")),
    (IN_WORDS, gettext_lazy("in words of your own")),
]
WHERE: Final[Choices] = [
    ("", gettext_lazy("at all partners together")),
    ("at each partner", gettext_lazy("at each partner by itself")),
    ("at each site", gettext_lazy("at each site by itself")),
]
WHOM: Final[Choices] = [
    ("", gettext_lazy("for each member")),
    ("for the customer", gettext_lazy("for each customer, all memberships together")),
    ("for the company", gettext_lazy("for all people of a company together")),
]


def _any_of(choices: Choices) -> str:
    return "|".join(value for value, _name in choices if value not in (AT_WILL, IN_WORDS))


_SENTENCE: Final = re.compile(
    rf"(?P<count>\S+) (?P<per>{_any_of(PER)})(?: (?P<whom>{_any_of(WHOM)}))?(?: (?P<where>{_any_of(WHERE)}))?"
)
_PARTS: Final = {"count": "1", "per": AT_WILL, "where": "", "whom": ""}
"""With what a sentence begins that says nothing yet."""


class LimitsWidget(forms.Widget):
    """Its value is the text. Fields beside it: NAME_count, NAME_per, NAME_where, NAME_whom."""

    template_name = "desk/granting/limits.html"
    use_fieldset = True

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> Any:
        per = data.get(f"{name}_per")
        if per is None or per == IN_WORDS:
            return data.get(name)
        if per == AT_WILL:
            return ""
        parts = (data.get(f"{name}_count"), per, data.get(f"{name}_whom"), data.get(f"{name}_where"))
        return " ".join(str(each).strip() for each in parts if each)

    def value_omitted_from_data(self, data: Mapping[str, Any], files: Any, name: str) -> bool:
        return name not in data and f"{name}_per" not in data

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        text = " ".join(str(value or "").split())
        said, asked = parts_of(text), (("where", WHERE), ("whom", WHOM))
        context["widget"] |= {
            "text": text,
            "count": said["count"],
            "per": _marked(PER, said["per"]),
            "more": [(part, _marked(choices, said[part])) for part, choices in asked],
        }
        return context


def parts_of(text: str) -> dict[str, str]:
    """What the fields show of it; `per` is IN_WORDS where it is no sentence of theirs."""
    if not text:
        return dict(_PARTS)
    found = _SENTENCE.fullmatch(text.lower())
    if found is None:
        return _PARTS | {"per": IN_WORDS}
    return {part: found[part] or "" for part in _PARTS}


def _marked(choices: Choices, chosen: str) -> list[tuple[str, str | Promise, bool]]:
    return [(value, name, value == chosen) for value, name in choices]
