"""Which hours of check-ins have changed, for whoever keeps figures of them. Writes in the caller's transaction."""

from collections.abc import Iterable
from datetime import UTC, datetime

from hub.checkins.models import TouchedHour


def note(instants: Iterable[datetime]) -> None:
    """Check-ins of these instants came, or count no more."""
    hours = {hour_of(each) for each in instants}
    TouchedHour.objects.bulk_create([TouchedHour(hour=each) for each in sorted(hours)])


def hour_of(at: datetime) -> datetime:
    return at.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
