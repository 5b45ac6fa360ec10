"""Edges and readers made, edited and deleted by staff; sites are in sites.py.

Readers of an edge that has a configuration are those of the configuration, and change with it alone.
"""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from hub.desk.answers import goes_to, page
from hub.desk.editing import Editor, delete, edit, make
from hub.desk.fleet_forms import EdgeForm, ReaderForm
from hub.desk.gate import desk
from hub.fleet import operations as fleet
from hub.fleet.edge_toml import edge_toml
from hub.fleet.models import Edge, Reader
from hub.fleet.secrets_missing import warn_of_missing_secrets
from hub.orders.documents import NAMED
from hub.orders.operations import save_edge


@desk("fleet.add_edge")
def new_edge(request: HttpRequest) -> HttpResponse:
    return make(request, _edges(request), _("New edge"))


@desk("fleet.change_edge")
def edit_edge(request: HttpRequest, number: int) -> HttpResponse:
    edge = get_object_or_404(Edge, pk=number)
    return edit(request, _edges(request), edge, _("Edit %(edge)s") % {"edge": edge})


@desk("fleet.delete_edge")
def delete_edge(request: HttpRequest, number: int) -> HttpResponse:
    edge = get_object_or_404(Edge, pk=number)
    says = [
        _("Its readers, its configurations and what it told of itself go with it."),
        _("An edge whose check-ins stand at the hub is not deleted: revoke it."),
    ]
    return delete(request, _edges(request), edge, _("Delete %(edge)s") % {"edge": edge}, says)


@desk("fleet.view_reader")
def readers_page(request: HttpRequest, number: int) -> HttpResponse:
    """An edge's readers, and what to write of them into its edge.toml while the hub has pushed it none."""
    edge = get_object_or_404(Edge.objects.select_related("site", "feed"), pk=number)
    readers = list(edge.readers.select_related(*NAMED))
    toml = "" if edge.config_generation else edge_toml(edge, readers)
    return page(request, "desk/fleet/readers.html", edge=edge, readers=readers, toml=toml)


@desk("fleet.add_reader")
def new_reader(request: HttpRequest, number: int) -> HttpResponse:
    edge = get_object_or_404(Edge, pk=number)
    title = _("New reader of %(edge)s") % {"edge": edge}
    return _configured(request, edge) or make(request, _readers(request), title, Reader(edge=edge))


@desk("fleet.change_reader")
def edit_reader(request: HttpRequest, number: int) -> HttpResponse:
    reader = get_object_or_404(Reader.objects.select_related("edge"), pk=number)
    title = _("Edit %(reader)s") % {"reader": reader}
    return _configured(request, reader.edge) or edit(request, _readers(request), reader, title)


@desk("fleet.delete_reader")
def delete_reader(request: HttpRequest, number: int) -> HttpResponse:
    reader = get_object_or_404(Reader.objects.select_related("edge"), pk=number)
    title = _("Delete %(reader)s") % {"reader": reader}
    says = [_("The edge goes on with it until its own edge.toml has it no more.")]
    return _configured(request, reader.edge) or delete(request, _readers(request), reader, title, says)


def _edges(request: HttpRequest) -> Editor:
    may_lift = request.user.has_perm("orders.set_mode")

    def save(edge: Edge) -> Edge:
        return save_edge(edge, timezone.now(), request.user.get_username(), may_lift=may_lift)

    return Editor(EdgeForm, save, fleet.delete_edges, "desk:edge", "desk:fleet")


def _readers(request: HttpRequest) -> Editor:
    def save(reader: Reader) -> Reader:
        saved = fleet.save_reader(reader)
        warn_of_missing_secrets(request, pk=saved.pk)
        return saved

    return _ReaderEditor(ReaderForm, save, fleet.delete_readers, "desk:edit_reader", "desk:readers")


class _ReaderEditor(Editor):
    """A reader is shown among those of its edge alone."""

    def address_of(self, thing: Reader) -> str:
        return self.address_of_all(thing)

    def address_of_all(self, thing: Reader) -> str:
        return reverse(self.listing, args=[thing.edge_id])


def _configured(request: HttpRequest, edge: Edge) -> HttpResponse | None:
    """Where the hub has pushed a configuration, that is where readers change."""
    if not edge.config_generation:
        return None
    messages.info(request, _("What its readers do stands in the configuration that was pushed: change it there."))
    return goes_to(request, reverse("desk:edge_configuration", args=[edge.pk]))
