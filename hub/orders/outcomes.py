"""What became of configurations that were pushed: one line each, as far as the edges have told. Reads only."""

from collections.abc import Collection
from datetime import datetime
from typing import Final, NamedTuple

from django.db.models import Prefetch
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from hub.fleet.models import Edge
from hub.fleet.standing import Light, instant_text, left_out_text, standing_of
from hub.fleet.workers import watched
from hub.orders.models import Configuration
from hub.orders.queries import Standing, how_it_stands
from hub.orders.telling import refusal_text

_WORDS: Final = {
    "refused": pgettext_lazy("a configuration", "refused"),
    "applied": pgettext_lazy("a configuration", "applied"),
    "replaced": pgettext_lazy("a configuration", "replaced"),
    "tried": pgettext_lazy("a configuration", "tried"),
    "waiting": pgettext_lazy("a configuration", "waiting"),
}


class Outcome(NamedTuple):
    """`word` is counted by, `said` is read. `is_open`: something else may be told of it any moment."""

    configuration: Configuration
    light: Light
    word: str
    text: str
    is_open: bool

    @property
    def said(self) -> str:
        return str(_WORDS[self.word])


def outcomes(numbers: Collection[int], at: datetime) -> list[Outcome]:
    """Of the configurations with these keys, by their edges' names; the same questions for one and for all."""
    edges = Edge.objects.select_related("site", "feed", "presence", "reported").annotate(watched=watched(at))
    found = Configuration.objects.filter(pk__in=numbers).order_by("edge__name", "pk")
    return [
        _outcome(each, at) for each in found.prefetch_related(Prefetch("edge", edges)).defer("document", "text")
    ]


def _outcome(made: Configuration, at: datetime) -> Outcome:
    edge = made.edge
    if made.refused_at is not None:
        return Outcome(made, Light.RED, "refused", refusal_text(made), False)
    stands = how_it_stands(made, getattr(edge, "reported", None))
    if stands is Standing.STANDS:
        since = ""
        if made.stood_at is not None:
            since = _("since %(instant)s") % {"instant": instant_text(edge, made.stood_at)}
        return Outcome(made, Light.GREEN, "applied", since, False)
    if (edge.epoch, edge.config_generation) != (made.epoch, made.generation):
        return Outcome(made, Light.GREY, "replaced", _("a newer one was pushed since"), False)
    if stands is Standing.TRYING:
        return Outcome(made, Light.AMBER, "tried", _("it stands once the edge has reached its hub with it"), True)
    standing = standing_of(edge, at)
    how = _("the edge is %(how)s since %(since)s") if standing.since else _("the edge is %(how)s")
    how %= {"how": standing.word, "since": standing.since}
    return Outcome(made, Light.AMBER, "waiting", left_out_text(edge) or how, True)
