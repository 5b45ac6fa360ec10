"""Edges: whether they are there, what they lack, and how their configuration stands."""

from datetime import datetime
from typing import Any, Literal

from django.http import HttpRequest
from ninja import Path, Query, Schema

from hub.api.endpoints import Endpoints
from hub.api.pages import page_of_list, value_of
from hub.api.problems import Kind, Problem
from hub.api.scopes import Scope
from hub.api.words import Page, Paging, Slug
from hub.fleet.standing import Light
from hub.orders.queries import Standing
from hub.watch.judging import Judged
from hub.watch.queries import judged_after, judged_named

endpoints = Endpoints("Edges")


class PresenceShown(Schema):
    """What the edge last said of itself. `behind`: changes that its copy of the feed lacks; null: not known."""

    online: bool
    since: datetime
    received_at: datetime
    version: str
    clock: str
    behind: int | None
    waiting: int


class TroubleShown(Schema):
    text: str
    remedy: str


class EdgeShown(Schema):
    """`light`: green, amber (something is wrong), red (not there, or a door in alarm), grey (not expected)."""

    name: str
    site: str
    feed: str
    state: Literal["not enrolled", "enrolled", "revoked"]
    light: Light
    presence: PresenceShown | None
    configuration: Standing
    generation: int | None
    troubles: list[TroubleShown]


def shown(judged: Judged) -> dict[str, Any]:
    edge, wanted = judged.edge, judged.wanted
    return {
        "name": edge.name,
        "site": edge.site.name,
        "feed": edge.feed.name,
        "state": "revoked" if edge.revoked_at else "enrolled" if edge.signing_key else "not enrolled",
        "light": judged.light,
        "presence": _presence(judged),
        "configuration": judged.configuration,
        "generation": wanted and wanted.generation,
        "troubles": [{"text": each.text, "remedy": str(each.remedy)} for each in judged.troubles],
    }


@endpoints.get("", Scope.EDGES_READ, Page[EdgeShown])
def list_edges(request: HttpRequest, filters: Query[Paging]) -> dict[str, Any]:
    """Edges, by their names."""
    after = "" if filters.cursor is None else str(value_of(filters.cursor))
    found = judged_after(after, filters.limit + 1, request.at)
    page = found[: filters.limit]
    return page_of_list(map(shown, page), len(found) > len(page), page[-1].edge.name if page else "")


@endpoints.get("/{name}", Scope.EDGES_READ, EdgeShown)
def get_edge(request: HttpRequest, name: Path[Slug]) -> dict[str, Any]:
    """One edge."""
    judged = judged_named(name, request.at)
    if judged is None:
        raise Problem(Kind.NOT_FOUND, f"there is no edge {name}")
    return shown(judged)


def _presence(judged: Judged) -> dict[str, Any] | None:
    said = getattr(judged.edge, "presence", None)
    if said is None:
        return None
    same = ("online", "since", "received_at", "version", "clock", "waiting")
    return {name: getattr(said, name) for name in same} | {"behind": said.lacks(judged.edge.feed)}
