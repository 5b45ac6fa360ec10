"""How an endpoint is declared: its address, the scope it needs, what it answers. One way, for all of them."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Final, TypeVar

from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema
from ninja.decorators import decorate_view

from hub.api import etags
from hub.api.gate import FORMS, answering
from hub.api.idempotency import HEADER as IDEMPOTENCY_KEY
from hub.api.problems import Kind, Problem
from hub.api.scopes import Scope
from hub.api.words import Words
from hub.members.writing import writing

Row = TypeVar("Row", bound=Model)
Endpoint = Callable[..., Any]
Shown = Callable[[Any], dict[str, Any]]
SCOPE: Final = "x-scope"
"""In the OpenAPI document: which scope an operation needs."""


class Endpoints:
    """The endpoints of one resource."""

    def __init__(self, tag: str) -> None:
        self.router = Router(tags=[tag])

    def get(self, path: str, scope: Scope | None, answer: Any) -> Callable[[Endpoint], Endpoint]:
        return self._declared("GET", path, scope, {200: answer})

    def post(self, path: str, scope: Scope, answer: Any) -> Callable[[Endpoint], Endpoint]:
        """Makes a new thing."""
        return self._declared("POST", path, scope, {201: answer}, _header(IDEMPOTENCY_KEY))

    def look(self, path: str, scope: Scope, answer: Any) -> Callable[[Endpoint], Endpoint]:
        """A question that has a body. It is answered anew each time: what was true a while ago is no answer."""
        return self._declared("POST", path, scope, {200: answer})

    def act(self, path: str, scope: Scope, answer: Any) -> Callable[[Endpoint], Endpoint]:
        """Does something with a thing that is there."""
        headers = _header(IDEMPOTENCY_KEY), _header(etags.HEADER)
        return self._changing("POST", path, scope, answer, *headers)

    def patch(self, path: str, scope: Scope, answer: Any) -> Callable[[Endpoint], Endpoint]:
        return self._changing("PATCH", path, scope, answer, _header(etags.HEADER))

    def delete(self, path: str, scope: Scope) -> Callable[[Endpoint], Endpoint]:
        return self._declared("DELETE", path, scope, {204: None}, _header(etags.HEADER))

    def _changing(
        self, method: str, path: str, scope: Scope, answer: Any, *headers: dict[str, Any]
    ) -> Callable[[Endpoint], Endpoint]:
        """Who may change things, and not read them, is told which one it was and no more."""
        name = "slug" if "slug" in answer.model_fields else "id"
        declared = self._declared(method, path, scope, {200: answer | _NAMES[name]}, *headers)

        def changing(endpoint: Endpoint) -> Endpoint:
            @wraps(endpoint)
            def told_to(request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
                shown: dict[str, Any] = endpoint(request, *args, **kwargs)
                return shown if scope.reading in request.token.scopes else {name: shown[name]}

            return declared(told_to)

        return changing

    def _declared(
        self, method: str, path: str, scope: Scope | None, answers: dict[int, Any], *headers: dict[str, Any]
    ) -> Callable[[Endpoint], Endpoint]:
        def declared(endpoint: Endpoint) -> Endpoint:
            summary, _, text = (endpoint.__doc__ or "").partition("\n")
            said = self.router.api_operation(
                [method],
                path,
                response=answers,
                operation_id=endpoint.__name__,
                summary=summary.rstrip("."),
                description=f"{text.strip()}\n\nScope: `{scope or 'any'}`.".strip(),
                openapi_extra={"parameters": list(headers), SCOPE: scope and scope.value},
            )
            return said(decorate_view(answering(scope))(endpoint))

        return declared


class ChangedId(Schema):
    """All that is told without the scope to read it."""

    id: int


class ChangedSlug(Schema):
    """All that is told without the scope to read it."""

    slug: str


_NAMES: Final = {"id": ChangedId, "slug": ChangedSlug}


def found(rows: QuerySet[Row], **by: Any) -> Row:
    """Problem: it is not here."""
    row = rows.filter(**by).first()
    if row is None:
        raise Problem(Kind.NOT_FOUND, f"there is no {rows.model._meta.verbose_name} {next(iter(by.values()))}")
    return row


def named(model: type[Row], field: str, **by: Any) -> Row:
    """Something that a body names in `field`. Problem: it is not here."""
    row = model._default_manager.filter(**by).first()
    if row is None:
        what = f"there is no {model._meta.verbose_name} {next(iter(by.values()))}"
        raise Problem(Kind.RULE, what, [{"where": ["body", field], "message": what}])
    return row


def told(response: HttpResponse, shown: dict[str, Any]) -> dict[str, Any]:
    """With the ETag by which it can be changed."""
    response["ETag"] = etags.etag_of(shown)
    return shown


def changed(
    request: HttpRequest,
    read: Callable[[], Row],
    words: Words,
    save: Callable[[Row, dict[str, Any]], Any],
    shown: Shown,
) -> dict[str, Any]:
    """What `read` finds, compared with If-Match and changed, under the feed's lock: nothing comes between."""
    with writing():
        etags.check(request, shown(read()))
        said = words.model_dump()
        save(read(), {name: said[name] for name in words.model_fields_set})
        return shown(read())


def acted(
    request: HttpRequest, read: Callable[[], Row], act: Callable[[Row], Any], shown: Shown
) -> dict[str, Any]:
    """What `read` finds, compared with If-Match and then dealt with, likewise."""
    with writing():
        thing = read()
        etags.check(request, shown(thing))
        act(thing)
        return shown(read())


def deleted(
    request: HttpRequest, read: Callable[[], Row], delete: Callable[[list[Row]], None], shown: Shown
) -> None:
    """What `read` finds, compared with If-Match and deleted, likewise."""
    with writing():
        thing = read()
        etags.check(request, shown(thing))
        delete([thing])


def set_on(thing: Row, values: dict[str, Any]) -> Row:
    for name, value in values.items():
        setattr(thing, name, value)
    return thing


def _header(name: str) -> dict[str, Any]:
    schema = {"type": "string", "pattern": f"^{FORMS[name].pattern}$"}
    return {"in": "header", "name": name, "required": False, "schema": schema}
