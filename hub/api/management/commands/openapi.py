"""`doorward-hub openapi`: prints the API's OpenAPI document, as /api/v1/openapi.json answers it."""

import json
from typing import Any

from django.core.management.base import BaseCommand

from hub.api.service import api


def document_text() -> str:
    """As docs/openapi.json holds it."""
    return json.dumps(api.get_openapi_schema(), indent=1, ensure_ascii=False, sort_keys=True) + "\n"


class Command(BaseCommand):
    help = "Prints the API's OpenAPI document (docs/openapi.json is it)."
    requires_system_checks: list[str] = []

    def handle(self, *_args: Any, **_options: Any) -> None:
        print(document_text(), end="")
