"""What is read of the API itself: its OpenAPI document, and the page that shows it."""

import json

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from hub.api.gate import admitted
from hub.api.problems import Kind, Problem, answer_of
from hub.api.service import api


@require_GET
def openapi_document(request: HttpRequest) -> HttpResponse:
    """With any token, or signed in: the page below shows it to staff."""
    try:
        if not request.user.is_authenticated:
            admitted(request, None)
    except Problem as problem:
        return answer_of(problem)
    return HttpResponse(json.dumps(api.get_openapi_schema()), "application/json")


def docs_page(request: HttpRequest) -> HttpResponse:
    """Swagger UI as django-ninja brings it: nothing is loaded from anywhere else."""
    settings = {"url": reverse("api-openapi"), "deepLinking": True}
    return render(request, "api/docs.html", {"swagger": json.dumps(settings)})


def nothing_here(request: HttpRequest) -> HttpResponse:
    return answer_of(Problem(Kind.NOT_FOUND, "there is no such address in the API: see /api/v1/openapi.json"))
