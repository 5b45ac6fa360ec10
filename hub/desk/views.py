"""The desk's first page."""

from django.http import HttpRequest, HttpResponse

from hub.desk.answers import page
from hub.desk.first_steps import first_steps
from hub.desk.gate import desk
from hub.desk.member_requests import requests_for


@desk()
def home_page(request: HttpRequest) -> HttpResponse:
    """Where the day begins: the search, and what one may open."""
    has_role = bool(request.user.get_all_permissions())
    asked = requests_for(request.user)
    return page(request, "desk/home.html", has_role=has_role, asked=asked, steps=first_steps(request.user))
