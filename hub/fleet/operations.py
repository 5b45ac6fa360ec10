"""Every write to sites, edges and readers. They stand in no feed: edges know themselves by their configuration."""

from collections.abc import Iterable

from django.db import transaction
from django.db.models import Model

from hub.fleet.models import Edge, Reader, Site
from hub.members.writing import delete_unless_in_use


def save_site(site: Site) -> Site:
    _save(site)
    return site


def save_edge(edge: Edge) -> Edge:
    _save(edge)
    return edge


def save_reader(reader: Reader) -> Reader:
    _save(reader)
    return reader


def delete_sites(sites: Iterable[Site]) -> None:
    """InUse: an edge stands there."""
    _delete(sites)


def delete_edges(edges: Iterable[Edge]) -> None:
    """With their readers. InUse: check-ins of an edge stand at the hub."""
    _delete(edges)


def delete_readers(readers: Iterable[Reader]) -> None:
    _delete(readers)


def _save(thing: Model) -> None:
    """django.core.exceptions.ValidationError: a field does not fit."""
    with transaction.atomic():
        thing.full_clean()
        thing.save()


def _delete(things: Iterable[Model]) -> None:
    with transaction.atomic():
        for thing in things:
            delete_unless_in_use(thing)
