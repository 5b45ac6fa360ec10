"""Limits as a sentence of fields: each comes to text that is understood, and is shown again as it was chosen."""

from itertools import product

import pytest

from hub.desk.limit_fields import AT_WILL, IN_WORDS, PER, WHERE, WHOM, LimitsWidget, parts_of
from hub.members.limits_text import encode, parse

SENTENCES = [
    {"count": "2", "per": per, "where": where, "whom": whom}
    for (per, _), (where, _), (whom, _) in product(PER, WHERE, WHOM)
    if per not in (AT_WILL, IN_WORDS)
]


def sent(parts: dict[str, str], **more: str) -> object:
    data = {f"grant0-limits_{name}": value for name, value in parts.items()} | more
    return LimitsWidget().value_from_datadict(data, {}, "grant0-limits")


@pytest.mark.parametrize("parts", SENTENCES, ids=lambda parts: " ".join(filter(None, parts.values())))
def test_each_sentence_is_a_limit_and_is_shown_again(parts: dict[str, str]) -> None:
    [limit] = parse(str(sent(parts)))
    assert parts_of(encode([limit])) == parts


def test_words_count_where_they_are_chosen_and_else_the_sentence() -> None:
    parts = {"count": "1", "per": "per week", "where": "", "whom": ""}
    words = {"grant0-limits": "4 per day 30 minutes apart"}
    assert sent(parts, **words) == "1 per week"
    assert sent(parts | {"per": IN_WORDS}, **words) == "4 per day 30 minutes apart"
    assert sent(parts | {"per": AT_WILL}, **words) == ""
    assert sent({}, **words) == "4 per day 30 minutes apart"


def test_what_is_no_sentence_is_shown_in_words() -> None:
    for text in ("4 per day 30 minutes apart", "1 per week, 3 in all", "once", "1 per 9 days"):
        shown = LimitsWidget().render("limits", text)
        assert f'value="{text}"' in shown and '<option value="words" selected>' in shown
    for text, count in (("", "1"), ("x per week", "x")):
        assert (parts_of(text)["count"], parts_of(text)["per"] == IN_WORDS) == (count, False)
