"""The API's addresses, under /api/."""

from django.urls import path, re_path

from hub.api.service import api
from hub.api.views import nothing_here, openapi_document

urlpatterns = [
    path("v1/openapi.json", openapi_document, name="api-openapi"),
    path("v1/", api.urls),
    re_path("", nothing_here),
]
