"""Addresses of reports, in the desk's own namespace."""

from django.urls import path

from hub.desk import reports

urlpatterns = [
    path("reports/", reports.reports_page, name="reports"),
    path("reports/<slug:name>.csv", reports.report_csv, name="report_csv"),
]
