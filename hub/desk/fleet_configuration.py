"""What an edge should be, for staff: its configuration as text, pushed, rolled back, compared."""

import re
from typing import Any, Final

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _

from contract.configuration import ALLOWED_BY_FIELD, Reader
from hub.desk.answers import goes_to, page
from hub.desk.fleet import live_page
from hub.desk.gate import check, desk
from hub.errors import HubError
from hub.fleet.models import Edge
from hub.orders import operations, queries
from hub.orders.documents import ConfigurationRefused
from hub.orders.models import Configuration
from hub.orders.pages import configuration_context
from hub.orders.side_by_side import side_by_side
from hub.orders.toml_lines import excerpt, line_of
from hub.orders.toml_text import toml_of

WANTED, REPORTED = "wanted", "reported"
COMPARED_MAX: Final = 10
"""As many of the newest can be compared."""


@desk("fleet.view_edge")
def configuration_page(request: HttpRequest, number: int) -> HttpResponse:
    """What the edge should have and what it says of it; a new one is written here."""
    edge = get_object_or_404(Edge.objects.select_related("site", "feed"), pk=number)
    refused: ConfigurationRefused | None = None
    status = 200
    if request.method == "POST":
        check(request, "orders.add_configuration")
        try:
            _push(request, edge)
            return goes_to(request, request.path)
        except ConfigurationRefused as error:
            refused, status = error, 422
        except HubError as error:
            messages.error(request, _("Not pushed: %(error)s.") % {"error": error})
            status = 409
    written = request.POST.get("text")
    context = configuration_context(edge, written, refused) | {"at": timezone.now(), **writing_context()}
    if refused is not None:
        context |= wrong_line(written or "", refused.field, str(refused))
    return live_page(request, "desk/fleet/configuration", context, status)


@desk("fleet.view_edge")
def compare_page(request: HttpRequest, number: int) -> HttpResponse:
    """`old` and `new`: what is wanted, what the edge reported, or one of the last ten by its key."""
    edge = get_object_or_404(Edge.objects.select_related("site", "feed"), pk=number)
    state, history = queries.state_of(edge), queries.history(edge, COMPARED_MAX)
    known: dict[str, Configuration | None] = {WANTED: state.newest, REPORTED: state.standing}
    known |= {str(each.pk): each for each in history}
    old, new = request.GET.get("old", REPORTED), request.GET.get("new", WANTED)
    if old not in known or new not in known:
        raise Http404
    pairs = side_by_side(_text(known[old]), _text(known[new]))
    context = {
        "edge": edge,
        "pairs": pairs,
        "is_same": all(each.kind == "same" for each in pairs),
        "choices": [(key, _name(key, each)) for key, each in known.items()],
        "old": old,
        "new": new,
        "names": (_name(old, known[old]), _name(new, known[new])),
    }
    return page(request, "desk/fleet/compare.html", **context)


def writing_context() -> dict[str, Any]:
    """All words that a configuration knows, and what each may say."""
    of_readers = set(Reader.__struct_fields__)
    words = sorted(ALLOWED_BY_FIELD.items())
    return {
        "words": [each for each in words if each[0] not in of_readers],
        "reader_words": [each for each in words if each[0] in of_readers],
    }


def wrong_line(text: str, field: str, why: str) -> dict[str, Any]:
    """Where in what was typed it is wrong, as far as that is one line."""
    number = line_of(text, field, why)
    return {"wrong_line": number, "excerpt": excerpt(text, number)}


def _push(request: HttpRequest, edge: Edge) -> None:
    by = request.user.get_username()
    seen = request.POST.get("over", "")
    over = int(seen) if re.fullmatch("[0-9]{1,18}", seen) else 0
    terms = operations.Terms(over, request.user.has_perm("orders.set_mode"))
    if "rollback" in request.POST:
        back = operations.rollback(edge.name, timezone.now(), by, terms)
        text = _("Rolled back: generation %(number)d says what stood before.")
        messages.success(request, text % {"number": back.generation})
        return
    pushed = operations.push(edge.name, request.POST.get("text", ""), timezone.now(), by, terms)
    if pushed.new:
        messages.success(
            request, _("Pushed: generation %(number)d.") % {"number": pushed.configuration.generation}
        )
    else:
        messages.info(request, _("Nothing to push: the edge is to have exactly this already."))


def _text(configuration: Configuration | None) -> str:
    """One way to write each, so that only what they say differs."""
    return "" if configuration is None else toml_of(configuration.document)


def _name(key: str, configuration: Configuration | None) -> str:
    number = None if configuration is None else configuration.generation
    if key == WANTED:
        return _("wanted: nothing yet") if number is None else _("wanted: generation %(n)d") % {"n": number}
    if key == REPORTED:
        own = _("reported: none that the hub knows")
        return own if number is None else _("reported: generation %(n)d") % {"n": number}
    return _("generation %(n)d") % {"n": number}
