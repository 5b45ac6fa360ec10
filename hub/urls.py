"""The hub's addresses, and what is said to whoever asks for it by another host's name."""

import logging

from django.contrib import admin
from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.urls import include, path
from django.views.defaults import bad_request
from django.views.generic import RedirectView

from hub.access.views import back_office_sign_in
from hub.decisions.views import explain_page
from hub.enrolment.views import enrol
from hub.health import healthz, readyz
from hub.page_policy import ONE_PAGE, text_of
from hub.watch.metrics import metrics_page

_WRONG_HOST = """<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Doorward: another address</title>
<body style="font: 16px/1.5 system-ui, sans-serif; max-width: 36rem; margin: 4rem auto; padding: 0 1rem">
<h1>This hub has another address</h1>
<p>It answers at the address that its setting <code>DOORWARD_URL</code> names; you have opened it by another.</p>
<p>If you run this hub: set <code>DOORWARD_URL</code> to the address that browsers use, as in
<code>DOORWARD_URL=https://club.example</code>, and start <code>doorward-hub web</code> again.</p>
"""
_LOG = logging.getLogger("hub.urls")


def refuse(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400. A page that names the setting where the host was wrong; what was asked for is not repeated."""
    if not isinstance(exception, DisallowedHost):
        return bad_request(request, exception)
    _LOG.warning("refused a request for another host than that of DOORWARD_URL, which browsers have to use")
    return HttpResponseBadRequest(_WRONG_HOST, headers={"Content-Security-Policy": text_of(ONE_PAGE)})


handler400 = refuse
# Not as Django starts: the worker and the commands have no pages.
admin.autodiscover()
urlpatterns = [
    path("", RedirectView.as_view(pattern_name="desk:home")),
    path("desk/", include("hub.desk.urls")),
    path("", include("hub.scan.urls")),
    path("card/", include("hub.wallet.urls")),
    path("", include("hub.signup.urls")),
    path("billing/stripe/", include("hub.billing.stripe.urls")),
    path("healthz", healthz),
    path("readyz", readyz),
    path("metrics", metrics_page),
    path("admin/checkins/checkin/<int:number>/why/", admin.site.admin_view(explain_page), name="explain_checkin"),
    path("admin/fleet/edge/<int:number>/enrol/", RedirectView.as_view(pattern_name="desk:enrol")),
    path(
        "admin/fleet/edge/<int:number>/configuration/",
        RedirectView.as_view(pattern_name="desk:edge_configuration"),
    ),
    path("admin/lockdown/", RedirectView.as_view(pattern_name="desk:modes")),
    path("admin/lockdown/set/", RedirectView.as_view(pattern_name="desk:set_mode", query_string=True)),
    path("enrol", enrol),
    # Where the fleet was shown once.
    path("now/", RedirectView.as_view(pattern_name="desk:fleet", query_string=True)),
    path("now/<slug:name>/", RedirectView.as_view(pattern_name="desk:edge_by_name")),
    path("account/", include("hub.access.urls")),
    path("admin/login/", back_office_sign_in),
    path("admin/password_change/", RedirectView.as_view(pattern_name="account_change_password")),
    path("api/", include("hub.api.urls")),
    path("admin/", admin.site.urls),
]
