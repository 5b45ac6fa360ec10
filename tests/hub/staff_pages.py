"""Staff's pages in the admin, for the tests: where they are, what is sent to them, what they remember."""

from django.contrib.admin.models import LogEntry
from django.contrib.admin.utils import quote
from django.contrib.contenttypes.models import ContentType
from django.db.models import Model
from django.test import Client
from django.urls import reverse


def address(model: type, page: str, *arguments: object) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=arguments)


def inline(prefix: str, *forms: dict[str, object], initial: int = 0) -> dict[str, object]:
    """The fields of an inline's formset."""
    fields: dict[str, object] = {f"{prefix}-TOTAL_FORMS": len(forms), f"{prefix}-INITIAL_FORMS": initial}
    for number, form in enumerate(forms):
        fields |= {f"{prefix}-{number}-{name}": value for name, value in form.items()}
    return fields


def post(client: Client, url: str, **fields: object) -> None:
    response = client.post(url, fields)
    assert response.status_code == 302, response.content.decode()


def history(thing: Model) -> list[str]:
    """What the admin's history says was done to it."""
    kind = ContentType.objects.get_for_model(thing)
    entries = LogEntry.objects.filter(content_type=kind, object_id=quote(str(thing.pk))).order_by("id")
    return [entry.get_change_message() for entry in entries]
