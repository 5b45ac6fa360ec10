"""Addresses of reports, in the desk's own namespace."""

from django.urls import path

from hub.desk import reports

urlpatterns = [
    path("reports/", reports.reports_page, name="reports"),
    path("reports/<slug:name>.csv", reports.report_csv, name="reports_csv"),
    path("reports/benefits/", reports.benefits_page, name="benefit_reports"),
    path("reports/benefits/<slug:name>.csv", reports.benefits_csv, name="benefit_reports_csv"),
    path("reports/memberships/", reports.memberships_page, name="membership_reports"),
]
