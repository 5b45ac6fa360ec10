"""Instants: exact both ways, and an error for what is none."""

from datetime import UTC, datetime, timedelta, timezone, tzinfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from contract.errors import ContractError
from contract.instants import InstantError, from_us, to_us

ZONES = st.integers(-23, 23).map(lambda hours: timezone(timedelta(hours=hours)))


def test_unix_epoch_and_one_microsecond() -> None:
    assert to_us(datetime(1970, 1, 1, tzinfo=UTC)) == 0
    assert to_us(datetime(1970, 1, 1, 0, 0, 0, 1, tzinfo=UTC)) == 1
    assert to_us(datetime(1969, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC)) == -1
    assert from_us(1_770_000_000_123_456) == datetime(2026, 2, 2, 2, 40, 0, 123_456, tzinfo=UTC)


@given(st.datetimes(timezones=ZONES))
def test_an_instant_survives_exactly_in_whatever_zone_it_was_said(at: datetime) -> None:
    assume(2 <= at.year <= 9998)
    assert from_us(to_us(at)) == at
    assert from_us(to_us(at)).tzinfo is UTC


@given(st.integers(-(2**64), 2**64))
def test_every_integer_is_an_instant_or_an_error(us: int) -> None:
    try:
        assert to_us(from_us(us)) == us
    except ContractError as error:
        assert isinstance(error, InstantError)


class NoOffset(tzinfo):
    def utcoffset(self, at: datetime | None) -> None:
        return None


@pytest.mark.parametrize("zone", [None, NoOffset()])
def test_an_instant_without_a_time_zone_is_refused(zone: tzinfo | None) -> None:
    with pytest.raises(InstantError, match="time zone"):
        to_us(datetime(2026, 1, 1, tzinfo=zone))
