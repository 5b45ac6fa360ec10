"""What the hub's kinds of things are called in sentences, in the reader's language; by their names alone."""

from typing import Final

from django.db.models import Model
from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy

_WORDS: Final[dict[str, tuple[Promise, Promise]]] = {
    "assignment": (pgettext_lazy("a thing", "assignment"), pgettext_lazy("a thing", "assignments")),
    "card": (pgettext_lazy("a thing", "card"), pgettext_lazy("a thing", "cards")),
    "company": (pgettext_lazy("a thing", "company"), pgettext_lazy("a thing", "companies")),
    "customer": (pgettext_lazy("a thing", "customer"), pgettext_lazy("a thing", "customers")),
    "edge": (pgettext_lazy("a thing", "edge"), pgettext_lazy("a thing", "edges")),
    "feed": (pgettext_lazy("a thing", "feed"), pgettext_lazy("a thing", "feeds")),
    "grant": (pgettext_lazy("a thing", "grant"), pgettext_lazy("a thing", "grants")),
    "link": (pgettext_lazy("a thing", "link"), pgettext_lazy("a thing", "links")),
    "membership": (pgettext_lazy("a thing", "membership"), pgettext_lazy("a thing", "memberships")),
    "partner": (pgettext_lazy("a thing", "partner"), pgettext_lazy("a thing", "partners")),
    "partneruser": (pgettext_lazy("a thing", "partner's user"), pgettext_lazy("a thing", "partners' users")),
    "permission": (pgettext_lazy("a thing", "permission"), pgettext_lazy("a thing", "permissions")),
    "plan": (pgettext_lazy("a thing", "plan"), pgettext_lazy("a thing", "plans")),
    "reader": (pgettext_lazy("a thing", "reader"), pgettext_lazy("a thing", "readers")),
    "schedule": (pgettext_lazy("a thing", "schedule"), pgettext_lazy("a thing", "schedules")),
    "site": (pgettext_lazy("a thing", "site"), pgettext_lazy("a thing", "sites")),
}


def one_of(model: type[Model]) -> str:
    """As in `membership`; a kind that is not here by its own name."""
    words = _WORDS.get(model._meta.model_name or "")
    return str(model._meta.verbose_name if words is None else words[0])


def many_of(model: type[Model]) -> str:
    """As in `memberships`."""
    words = _WORDS.get(model._meta.model_name or "")
    return str(model._meta.verbose_name_plural if words is None else words[1])
