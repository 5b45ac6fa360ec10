"""A day and a time of day, as staff type them: by the clock of the zone that is set, in living years."""

from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from hub.desk.membership_forms import InstantField

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize("day", ["9999-12-31", "3000-01-01", "1899-12-31", "0001-01-01"])
def test_what_has_no_room_around_it_is_told_of(day: str) -> None:
    with timezone.override(BERLIN), pytest.raises(ValidationError, match="1900 to 2999"):
        InstantField().clean([day, ""])


def test_a_day_alone_is_its_midnight_in_the_zone_that_is_set() -> None:
    with timezone.override(BERLIN):
        assert InstantField().clean(["2026-03-01", ""]).isoformat() == "2026-03-01T00:00:00+01:00"
        assert InstantField().clean(["2999-12-31", "23:59"]).year == 2999
        assert InstantField(required=False).clean(["", ""]) is None
