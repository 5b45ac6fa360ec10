"""How an endpoint is declared: its address, the scope it needs, what it answers. One way, for all of them."""

from collections.abc import Callable
from typing import Any, Final, TypeVar

from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from ninja import Router
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

    def post(self, path: str, scope: Scope, answer: Any, status: int = 201) -> Callable[[Endpoint], Endpoint]:
        return self._declared("POST", path, scope, {status: answer}, _header(IDEMPOTENCY_KEY))

    def patch(self, path: str, scope: Scope, answer: Any) -> Callable[[Endpoint], Endpoint]:
        return self._declared("PATCH", path, scope, {200: answer}, _header(etags.HEADER))

    def delete(self, path: str, scope: Scope) -> Callable[[Endpoint], Endpoint]:
        return self._declared("DELETE", path, scope, {204: None})

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


def set_on(thing: Row, values: dict[str, Any]) -> Row:
    for name, value in values.items():
        setattr(thing, name, value)
    return thing


def _header(name: str) -> dict[str, Any]:
    schema = {"type": "string", "pattern": f"^{FORMS[name].pattern}$"}
    return {"in": "header", "name": name, "required": False, "schema": schema}
