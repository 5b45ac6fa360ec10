"""A configuration as somebody wrote it, held against the contract's rules and against what the hub has.

Reads the hub's tables and writes nothing.
"""

from collections.abc import Iterator
from difflib import get_close_matches
from typing import Any, Final

from django.db.models import Model
from django.utils.translation import gettext as _

from contract.configuration import Configuration, ConfigurationError, document_of, read_document
from contract.reader_configuration import Reader as ReaderSection
from hub.errors import HubError
from hub.fleet.feed_scope import outside
from hub.fleet.models import Edge, Reader, Schedule
from hub.members.models import Permission
from hub.partners.models import Partner
from hub.thing_words import many_of, one_of

NAMED: Final[dict[str, type[Model]]] = {
    "permission": Permission,
    "partner": Partner,
    "unlocked_schedule": Schedule,
    "lockdown_permission": Permission,
    "undo_permission": Permission,
}
"""Words of a reader's section that name something of the hub's, by its slug."""
_AS_THEY_ARE: Final = (
    *("attended", "codes", "clock", "confirm_seconds", "direction", "enabled", "kind", "mode", "name"),
    *("passback", "passback_seconds", "posture", "replica_age_seconds_max", "rescan_seconds"),
)


class ConfigurationRefused(HubError):
    """A configuration that the hub does not take: `field` is the place in it."""

    def __init__(self, field: str, text: str) -> None:
        super().__init__(text)
        self.field: Final = field


def document_for(edge: Edge, text: str) -> dict[str, Any]:
    """The document that a TOML text is for this edge, with its name, feed and site. ConfigurationRefused."""
    try:
        said = document_of(text)
    except ConfigurationError as error:
        raise ConfigurationRefused(error.field, str(error)) from error
    known = known_of(edge)
    for word, value in known.items():
        if said.get(word, value) != value:
            why = _(
                "%(word)s is %(said)s, at the hub it is %(here)s: leave it out, or change the edge's page"
                " at the hub"
            )
            raise ConfigurationRefused(word, why % {"word": word, "said": repr(said[word]), "here": repr(value)})
    return {**known, **said}


def known_of(edge: Edge) -> dict[str, str]:
    """What the hub fills in."""
    return {"edge": edge.name, "feed": edge.feed.name, "site": edge.site.name}


def read_readers(edge: Edge, document: dict[str, Any]) -> list[Reader]:
    """The readers that a document means, as rows that are not saved.

    ConfigurationRefused: an edge would refuse it, or it names what the hub does not have.
    """
    try:
        configuration = read_document(document)
    except ConfigurationError as error:
        raise ConfigurationRefused(error.field, str(error)) from error
    things = _things(configuration)
    rows = [_row(edge, index, section, things) for index, section in enumerate(configuration.readers)]
    for each in outside(edge.feed, rows):
        place = _place(rows.index(each.reader), each.reader.name, each.field)
        raise ConfigurationRefused(place, f"{place}: {each.text(edge.feed.name)}")
    return rows


_Things = dict[tuple[type[Model], str], Model]


def _things(configuration: Configuration) -> _Things:
    """What is named, by kind and slug, as far as the hub has it."""
    wanted = {(NAMED[word], slug) for section in configuration.readers for word, slug in _named(section)}
    return {
        (model, thing.slug): thing
        for model in {model for model, _slug in wanted}
        for thing in model._default_manager.filter(slug__in=[slug for each, slug in wanted if each is model])
    }


def _named(section: ReaderSection) -> Iterator[tuple[str, str]]:
    for word in NAMED:
        if (slug := getattr(section, word)) is not None:
            yield word, slug


def _row(edge: Edge, index: int, section: ReaderSection, things: _Things) -> Reader:
    row = Reader(edge=edge, area=section.area or "", **{word: getattr(section, word) for word in _AS_THEY_ARE})
    for word, slug in _named(section):
        thing = things.get((NAMED[word], slug))
        if thing is None:
            raise _unknown(_place(index, section.name, word), NAMED[word], slug)
        setattr(row, word, thing)
    return row


def _place(index: int, name: str, word: str) -> str:
    return f'readers[{index}] ("{name}").{word}'


def _unknown(place: str, model: type[Model], slug: str) -> ConfigurationRefused:
    known = list(model._default_manager.values_list("slug", flat=True))
    near = get_close_matches(slug, known, 1)
    what = one_of(model)
    hint = _("add it on the page of %(kind)s") % {"kind": many_of(model)}
    if near:
        hint = _("did you mean “%(near)s”?") % {"near": near[0]}
    why = _("%(place)s is “%(slug)s”, and the hub has no %(what)s of that name: %(hint)s")
    return ConfigurationRefused(place, why % {"place": place, "slug": slug, "what": what, "hint": hint})
