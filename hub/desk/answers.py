"""What a desk's view answers with: a page, or the inside of a dialog where htmx asks; afterwards the way back."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django_htmx.http import HttpResponseClientRedirect


def page(request: HttpRequest, template: str, status: int = 200, **context: Any) -> TemplateResponse:
    """Templates that may be a dialog extend `frame`; all others extend desk/base.html."""
    frame = "desk/dialog.html" if request.htmx else "desk/base.html"
    return TemplateResponse(request, template, {"frame": frame, **context}, status=status)


def goes_to(request: HttpRequest, address: str) -> HttpResponse:
    """After something was done: the whole page anew, also where a dialog did it."""
    return HttpResponseClientRedirect(address) if request.htmx else HttpResponseRedirect(address)
