"""Errors as application/problem+json (RFC 9457): one table of their kinds, and how each becomes an answer.

docs/api.md has a line for each kind, under its `type`.
"""

import json
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Final, NamedTuple

from django.http import HttpResponse

CONTENT_TYPE: Final = "application/problem+json"
TYPE: Final = "urn:doorward:problem:"


class _Of(NamedTuple):
    status: int
    title: str


class Kind(Enum):
    """The name is the last part of `type`; statuses may have several kinds."""

    BAD_REQUEST = _Of(400, "The request cannot be read")
    NO_TOKEN = _Of(401, "A token is needed, and this one does not count")
    SCOPE_MISSING = _Of(403, "The token has not the scope for this")
    NOT_FOUND = _Of(404, "There is no such thing")
    METHOD_NOT_ALLOWED = _Of(405, "This address does not know this method")
    IN_USE = _Of(409, "Something else still needs it")
    AMBIGUOUS = _Of(409, "Several customers fit")
    CHANGED_MEANWHILE = _Of(412, "It was changed meanwhile")
    TOO_LARGE = _Of(413, "The request is too large")
    NOT_JSON = _Of(415, "The body has to be application/json")
    INVALID = _Of(422, "The request does not fit its schema")
    RULE = _Of(422, "What was asked for cannot be")
    KEY_REUSED = _Of(422, "This Idempotency-Key was used for another request")
    TOO_MANY = _Of(429, "Too many requests")
    ERROR = _Of(500, "The hub has failed")
    UNAVAILABLE = _Of(503, "The hub cannot answer now")

    @property
    def slug(self) -> str:
        return self.name.lower().replace("_", "-")

    @property
    def status(self) -> int:
        return self.value.status

    @property
    def title(self) -> str:
        return self.value.title


@dataclass
class Problem(Exception):
    """`detail` says what was the case and what to do; `errors` where in the request, where that is known."""

    kind: Kind
    detail: str = ""
    errors: list[dict[str, Any]] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)


def answer_of(problem: Problem) -> HttpResponse:
    kind = problem.kind
    said: dict[str, Any] = {"type": TYPE + kind.slug, "title": kind.title, "status": kind.status}
    if problem.detail:
        said["detail"] = problem.detail
    if problem.errors:
        said["errors"] = problem.errors
    return HttpResponse(json.dumps(said), CONTENT_TYPE, kind.status, headers=problem.headers)


OF_STATUS: Final = {
    400: Kind.BAD_REQUEST,
    401: Kind.NO_TOKEN,
    403: Kind.SCOPE_MISSING,
    404: Kind.NOT_FOUND,
    405: Kind.METHOD_NOT_ALLOWED,
    413: Kind.TOO_LARGE,
    415: Kind.NOT_JSON,
    429: Kind.TOO_MANY,
    503: Kind.UNAVAILABLE,
}
"""What is told where Django itself has refused."""
