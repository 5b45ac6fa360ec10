"""The page of one explanation, for staff who may view check-ins."""

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from hub.decisions.explaining import NoCheckIn, explain, find


def explain_page(request: HttpRequest, number: int) -> TemplateResponse:
    """Inside the admin, which has asked who it is. 403: may not view check-ins. 404: there is none."""
    if not request.user.has_perm("checkins.view_checkin"):
        raise PermissionDenied
    try:
        told = explain(find(str(number)))
    except NoCheckIn as error:
        raise Http404(str(error)) from error
    title = _("Why check-in %(number)s was denied")
    if told.granted:
        title = _("Why check-in %(number)s was granted")
    if told.checkin.over_limit:
        title = _("Why check-in %(number)s was granted, over the limit")
    context = {**admin.site.each_context(request), "title": title % {"number": number}, "told": told}
    return TemplateResponse(request, "decisions/explain.html", context)
