"""Django's cache, shared by all processes of the hub through its database: codes that were used, and tries.

What is kept is read back as JSON, never by pickle: whoever writes into the database runs nothing here. What JSON
cannot say is not kept, as a cache may.
"""

import json
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any, Final

from django.core.cache.backends.base import DEFAULT_TIMEOUT, BaseCache
from django.db import IntegrityError, transaction

from hub.access.models import Cached

_FOR_EVER: Final = datetime(9000, 1, 1, tzinfo=UTC)


class SharedCache(BaseCache):
    def __init__(self, _location: str, params: dict[str, Any]) -> None:
        super().__init__(params)

    def get(self, key: str, default: Any = None, version: int | None = None) -> Any:
        name = self.make_and_validate_key(key, version)
        held = Cached.objects.filter(pk=name, until__gt=datetime.now(UTC)).first()
        return default if held is None else json.loads(held.value)

    def add(self, key: str, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        """Of several at once one alone is told True."""
        at = datetime.now(UTC)
        _tidy(at)
        with suppress(TypeError, IntegrityError), transaction.atomic():
            entry = self._entry(key, value, timeout, version)
            Cached.objects.filter(pk=entry.pk, until__lte=at).delete()
            entry.save(force_insert=True)
            return True
        return False

    def set(self, key: str, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> None:
        with suppress(TypeError):
            entry = self._entry(key, value, timeout, version)
            fields = {"unique_fields": ["key"], "update_fields": ["value", "until"]}
            Cached.objects.bulk_create([entry], update_conflicts=True, **fields)

    def touch(self, key: str, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        name = self.make_and_validate_key(key, version)
        counting = Cached.objects.filter(pk=name, until__gt=datetime.now(UTC))
        return bool(counting.update(until=self._until(timeout)))

    def delete(self, key: str, version: int | None = None) -> bool:
        return bool(Cached.objects.filter(pk=self.make_and_validate_key(key, version)).delete()[0])

    def clear(self) -> None:
        Cached.objects.all().delete()

    def _entry(self, key: str, value: Any, timeout: Any, version: int | None) -> Cached:
        name = self.make_and_validate_key(key, version)
        return Cached(key=name, value=json.dumps(value), until=self._until(timeout))

    def _until(self, timeout: Any) -> datetime:
        ends = self.get_backend_timeout(timeout)
        return _FOR_EVER if ends is None else datetime.fromtimestamp(ends, UTC)


@transaction.atomic
def _tidy(at: datetime) -> None:
    """What counts no more goes; what another process deletes just now is passed over."""
    lapsed = Cached.objects.filter(until__lte=at).select_for_update(skip_locked=True)
    Cached.objects.filter(pk__in=list(lapsed.values_list("pk", flat=True)[:1_000])).delete()
