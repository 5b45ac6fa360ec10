"""The catalogues are whole: whatever is marked is translated, and the hub reads what the translators wrote.

Where these fail after a text was added: `make messages`, translate what it lists, `make messages` again.
"""

import gettext
import io
import re

import pytest

from hub.settings import LANGUAGES
from translating.__main__ import HUB, catalogue
from translating.__main__ import LANGUAGES as TRANSLATED
from translating.catalogue import CatalogueWrong, compiled, merged, parsed, written
from translating.marked import messages, of_python, of_template
from translating.message import Key, Message, placeholders

LATER = "run `make messages`, then translate what it lists: docs/translating.md"

# A thing as „Sie“ begins its sentence and stands with a singular: anything else speaks to somebody.
SPEAKS_TO_SOMEBODY = re.compile(
    r"\b[Dd](?:u|ir|ich|eine?[mnrs]?)\b|\b[Ee]u(?:ch|re?[mnrs]?)\b"
    r"|(?<=[\w,;] )(?:Sie|Ihr(?:e[mnrs]?)?|Ihnen)\b|\bIhnen\b|\bSie (?:\w+en|sind)\b"
)


def test_each_language_of_the_menu_but_english_has_a_catalogue() -> None:
    assert {"en", *TRANSLATED} == {code for code, _ in LANGUAGES}


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_catalogue_has_what_is_marked_and_nothing_else(language: str) -> None:
    there = {(each.key, each.plural) for each in parsed(catalogue(language).read_text())}
    marked = {(each.key, each.plural) for each in messages(HUB)}
    assert marked - there == set(), LATER
    assert there - marked == set(), LATER


@pytest.mark.parametrize("language", TRANSLATED)
def test_everything_is_translated_and_fills_in_the_same(language: str) -> None:
    for each in parsed(catalogue(language).read_text()):
        assert each.is_whole, (each.key.text, LATER)
        for said in each.said:
            asked = (placeholders(each.key.text), placeholders(each.plural or each.key.text))
            assert placeholders(said) in asked, (each.key.text, said)


@pytest.mark.parametrize("language", TRANSLATED)
def test_the_hub_reads_what_the_translators_wrote(language: str) -> None:
    path = catalogue(language)
    found = parsed(path.read_text())
    assert path.with_suffix(".mo").read_bytes() == compiled(found, language), LATER
    assert path.read_text() == written(merged(messages(HUB), found), language), LATER


def test_german_speaks_of_things_and_to_nobody() -> None:
    said = [each for message in parsed(catalogue("de").read_text()) for each in message.said]
    assert [each for each in said if SPEAKS_TO_SOMEBODY.search(each)] == [], "German: tone: docs/translating.md"


@pytest.mark.parametrize(
    "said",
    [
        "Erst das Bild wählen: Wählen Sie eines.",
        "Der Link zu Ihrer Karte.",
        "Sie sind beigetreten.",
        "Sie können beitreten.",
        "Wer ist bei dir?",
        "Deine Karte",
        "Eure Plätze",
    ],
)
def test_what_speaks_to_somebody_is_found(said: str) -> None:
    assert SPEAKS_TO_SOMEBODY.search(said)


@pytest.mark.parametrize("said", ["Sie ist bezahlt.", "Für wen: Ihr Ende bleibt.", "Die Karte, die sie zeigt"])
def test_a_thing_is_nobody_spoken_to(said: str) -> None:
    assert SPEAKS_TO_SOMEBODY.search(said) is None


def test_what_is_written_is_read_again() -> None:
    some = [
        Message(Key("", 'A "quoted"\nline of ä\\'), "", ("hub/a.py", "hub/b.html"), ("Ein „Satz“\n\t",)),
        Message(Key("month", "May"), "", ("hub/a.py",), ("Mai",)),
        Message(
            Key("", "%(count)d card"), "%(count)d cards", ("hub/a.py",), ("%(count)d Karte", "%(count)d Karten")
        ),
        Message(Key("", "Nobody did this yet"), "", ("hub/a.py",)),
    ]
    assert parsed(written(some, "de")) == some
    read = gettext.GNUTranslations(io.BytesIO(compiled(some, "de")))
    assert read.gettext(some[0].key.text) == some[0].said[0]
    assert read.pgettext("month", "May") == "Mai" and read.gettext("May") == "May"
    assert [read.ngettext(some[2].key.text, some[2].plural, count) for count in (1, 2)] == list(some[2].said)
    assert read.gettext("Nobody did this yet") == "Nobody did this yet"


def test_translations_are_kept_and_what_is_gone_goes() -> None:
    marked = [Message(Key("", "kept"), places=("hub/new.py",)), Message(Key("", "new"))]
    known = [Message(Key("", "kept"), said=("bleibt",)), Message(Key("", "gone"), said=("weg",))]
    assert merged(marked, known) == [Message(Key("", "kept"), "", ("hub/new.py",), ("bleibt",)), marked[1]]


@pytest.mark.parametrize(
    "wrong", ['#, fuzzy\nmsgid "a"\nmsgstr "b"', 'msgid "a"\nmsgstr b', 'msgid "a\nmsgstr "b"']
)
def test_a_line_that_means_nothing_is_told(wrong: str) -> None:
    with pytest.raises(CatalogueWrong, match=r"line [1-3]: "):
        parsed(f"{wrong}\n")


def test_what_is_marked_in_python() -> None:
    source = """
from django.utils.translation import gettext as _, gettext_lazy, ngettext as many, pgettext
A = _("one " "text")
B = gettext_lazy("another") + many("%(n)d x", "%(n)d xs", 2) + pgettext("month", "May") + _(A) + str("none")
"""
    assert set(of_python(source)) == {
        (Key("", "one text"), ""),
        (Key("", "another"), ""),
        (Key("", "%(n)d x"), "%(n)d xs"),
        (Key("month", "May"), ""),
    }


def test_what_is_marked_in_a_template() -> None:
    source = """{% translate "100 %" %}{% translate 'May' context "month" as x %}{% translate x %}
{{ name|default:_("nobody") }}
{% include "a.html" with b=_('with "it"') %}{% comment %}{{ a|default:b }}{% endcomment %}
{% blocktranslate with n=a %}Of {{ n }}: 5 %{% endblocktranslate %}
{% blocktranslate count n=many trimmed %}
  one
  line{% plural %}{{ n }} lines{% endblocktranslate %}"""
    assert list(of_template(source)) == [
        (Key("", "100 %%"), ""),
        (Key("month", "May"), ""),
        (Key("", "nobody"), ""),
        (Key("", 'with "it"'), ""),
        (Key("", "Of %(n)s: 5 %%"), ""),
        (Key("", "one line"), "%(n)s lines"),
    ]
