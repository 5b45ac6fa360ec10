"""The API put together: its resources, how errors of the domain are told, and its OpenAPI document."""

import json
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS
from django.core.exceptions import ValidationError as FieldsDoNotFit
from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError
from ninja.parser import Parser

from contract.errors import ContractError
from hub.api.openapi import document_of
from hub.api.problems import Kind, Problem, answer_of
from hub.api.resources import (
    access,
    cards,
    checkins,
    companies,
    customers,
    edges,
    membership_actions,
    memberships,
    permissions,
    plans,
)
from hub.api.words import RULE
from hub.errors import HubError
from hub.members.operations import CardTaken
from hub.members.writing import InUse

VERSION = "1"


class _Json(Parser):
    def parse_body(self, request: HttpRequest) -> Any:
        """ValueError: it is no JSON; NaN and depths that nothing here has are none either."""
        try:
            return json.loads(request.body, parse_constant=_refuse)
        except RecursionError as error:
            raise ValueError("nested too deeply") from error


def _refuse(name: str) -> None:
    raise ValueError(f"{name} is no JSON")


class _Api(NinjaAPI):
    def get_openapi_schema(self, **kwargs: Any) -> dict[str, Any]:
        return document_of(super().get_openapi_schema(**kwargs))


api = _Api(
    title="Doorward",
    version=VERSION,
    urls_namespace="api-v1",
    openapi_url=None,
    docs_url=None,
    parser=_Json(),
    description="Memberships, who holds them, and what they may do. docs/api.md tells how to get a token.",
)
for address, resource in (
    ("/customers", customers.endpoints),
    ("/customers", access.of_customer),
    ("/companies", companies.companies),
    ("/links", companies.links),
    ("/plans", plans.endpoints),
    ("/permissions", permissions.endpoints),
    ("/memberships", memberships.endpoints),
    ("/memberships", membership_actions.endpoints),
    ("/cards", cards.endpoints),
    ("/check-ins", checkins.endpoints),
    ("/edges", edges.endpoints),
    ("/access", access.access),
):
    api.add_router(address, resource.router)


@api.exception_handler(Problem)
def _problem(request: HttpRequest, error: Problem) -> HttpResponse:
    return answer_of(error)


@api.exception_handler(ValidationError)
def _misfit(request: HttpRequest, error: ValidationError) -> HttpResponse:
    """What does not fit the schema, and what no schema can tell: that is a rule's matter."""
    errors = [{"where": _where(each["loc"]), "message": each["msg"]} for each in error.errors]
    rules = all(each["type"] == RULE for each in error.errors)
    return answer_of(
        Problem(Kind.RULE if rules else Kind.INVALID, "; ".join(_said(e) for e in errors[:3]), errors)
    )


@api.exception_handler(FieldsDoNotFit)
def _refused_fields(request: HttpRequest, error: FieldsDoNotFit) -> HttpResponse:
    by_field = error.message_dict if hasattr(error, "error_dict") else {NON_FIELD_ERRORS: error.messages}
    errors = [
        {"where": ["body"] if field == NON_FIELD_ERRORS else ["body", field], "message": message}
        for field, messages in by_field.items()
        for message in messages
    ]
    return answer_of(Problem(Kind.RULE, " ".join(each["message"] for each in errors), errors))


@api.exception_handler(InUse)
def _in_use(request: HttpRequest, error: InUse) -> HttpResponse:
    return answer_of(Problem(Kind.IN_USE, str(error)))


@api.exception_handler(CardTaken)
def _taken(request: HttpRequest, error: CardTaken) -> HttpResponse:
    """Not whose it is: a card that somebody found would tell."""
    return answer_of(Problem(Kind.RULE, "this code is on another card already: use another code"))


@api.exception_handler(HubError)
@api.exception_handler(ContractError)
def _refused(request: HttpRequest, error: Exception) -> HttpResponse:
    return answer_of(Problem(Kind.RULE, str(error)))


@api.exception_handler(HttpError)
def _unreadable(request: HttpRequest, error: HttpError) -> HttpResponse:
    """The one that ninja raises itself: a body that is no JSON."""
    return answer_of(Problem(Kind.BAD_REQUEST, "the body is not JSON"))


def _where(loc: tuple[Any, ...]) -> list[Any]:
    """Without the name that an endpoint gives its body."""
    return list(loc[:1] + loc[2:] if loc[:2] == ("body", "body") else loc)


def _said(error: dict[str, Any]) -> str:
    return f"{'.'.join(map(str, error['where']))}: {error['message']}"
