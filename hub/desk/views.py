"""The desk's first page."""

from django.http import HttpRequest, HttpResponse

from hub.desk.answers import page
from hub.desk.gate import desk


@desk()
def home_page(request: HttpRequest) -> HttpResponse:
    """Where the day begins: the search, and what one may open."""
    return page(request, "desk/home.html", has_role=bool(request.user.get_all_permissions()))
