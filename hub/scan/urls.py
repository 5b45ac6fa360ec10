"""Addresses of whoever scans a card: the scan page, the counter page, a partner's own pages.

A QR code holds its address in upper case, so `C` is as good as `c`.
"""

from django.urls import URLPattern, URLResolver, path, re_path

from hub.scan import counter, entrance, partner, partner_reports, views

app_name = "scan"
urlpatterns: list[URLPattern | URLResolver] = [
    path("c/use", views.use, name="use"),
    path("c/say", views.say, name="say"),
    path("c/done", views.done_page, name="done"),
    path("c/undo", views.undo, name="undo"),
    path("c/back", entrance.back, name="back"),
    path("c/photo/<str:token>", views.photo, name="photo"),
    path("counter/", counter.counter, name="counter"),
    path("counter/choose", counter.choose, name="counter_choose"),
    path("counter/scan", counter.scan, name="counter_scan"),
    path("partner/", partner.home, name="partner"),
    path("partner/figures/", partner_reports.figures, name="partner_figures"),
    path("partner/figures/<slug:name>.csv", partner_reports.figures_csv, name="partner_figures_csv"),
    path("partner/link", partner.open_link, name="partner_link"),
    path("partner/leave", partner.leave, name="partner_leave"),
    re_path(r"^[cC]/(?P<scanned>[^/]{1,512})/?$", views.open_card, name="card"),
]
