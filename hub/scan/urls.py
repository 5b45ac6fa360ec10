"""Addresses of whoever scans a card: the scan page, the counter page, a partner's own pages."""

from django.urls import URLPattern, URLResolver

app_name = "scan"
urlpatterns: list[URLPattern | URLResolver] = []
