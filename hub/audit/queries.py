"""Reading the audit log."""

from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from hub.audit.models import Entry


def customers_changed_since(at: datetime) -> QuerySet[Entry, Any]:
    """Ids of customers of whom, or of whose things, something was changed at `at` or later."""
    return Entry.objects.filter(at__gte=at, customer_id__isnull=False).order_by().values("customer_id")
