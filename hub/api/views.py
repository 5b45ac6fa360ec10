"""What is read of the API itself: its OpenAPI document."""

import json

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from hub.api.gate import admitted
from hub.api.problems import Kind, Problem, answer_of
from hub.api.service import api


@require_GET
def openapi_document(request: HttpRequest) -> HttpResponse:
    """With any token; and to who makes tokens, whose page of the desk shows it."""
    try:
        if not request.user.has_perm("access.manage_tokens"):
            admitted(request, None)
    except Problem as problem:
        return answer_of(problem)
    return HttpResponse(json.dumps(api.get_openapi_schema()), "application/json")


def nothing_here(request: HttpRequest) -> HttpResponse:
    return answer_of(Problem(Kind.NOT_FOUND, "there is no such address in the API: see /api/v1/openapi.json"))
