"""What a door is set to at the hub goes above configuration and hours; a counter takes lockdown and secure."""

import pytest

from contract.ask import Posture
from contract.orders import Desired, Modes, ReaderMode
from contract.reader_configuration import Reader, ReaderKind
from edge.core.door_posture import DoorSetting, Standing, Why, posture_of, setting_of
from edge.core.saved_orders import NONE_YET, mark_of
from tests.edge.test_door_posture import EVERY_STANDING

DOOR = Reader(
    name="door", kind=ReaderKind.DOOR, permission="p", device="/dev/a", relay_pin=17, unlocked_schedule="daytime"
)
BAR = Reader(name="bar", kind=ReaderKind.COUNTER, permission="p", device="/dev/b", posture=Posture.LOCKDOWN)


@pytest.mark.parametrize("now", EVERY_STANDING)
@pytest.mark.parametrize("enabled", [True, False])
@pytest.mark.parametrize("configured", list(Posture))
def test_nothing_lifts_a_lockdown_by_mode(now: Standing, enabled: bool, configured: Posture) -> None:
    setting = DoorSetting(configured, enabled, "daytime", "clubhouse", Posture.LOCKDOWN)
    assert posture_of(setting, now) == (Posture.LOCKDOWN, Why.MODE)


@pytest.mark.parametrize("now", EVERY_STANDING)
@pytest.mark.parametrize("configured", list(Posture))
@pytest.mark.parametrize("mode", [Posture.SECURE, Posture.UNLOCKED, Posture.FREE])
def test_a_mode_goes_above_configuration_and_hours(now: Standing, configured: Posture, mode: Posture) -> None:
    setting = DoorSetting(configured, True, "daytime", "clubhouse", mode)
    assert posture_of(setting, now) == (mode, Why.MODE)


@pytest.mark.parametrize("mode", [Posture.SECURE, Posture.UNLOCKED, Posture.FREE])
def test_a_disabled_reader_is_unlocked_by_no_mode(mode: Posture) -> None:
    setting = DoorSetting(Posture.SECURE, False, mode=mode)
    assert posture_of(setting, EVERY_STANDING[0]) == (Posture.SECURE, Why.READER_DISABLED)


@pytest.mark.parametrize("mode", [*Posture, None])
def test_a_counter_takes_lockdown_and_secure(mode: Posture | None) -> None:
    assert setting_of(DOOR, "house", mode) == DoorSetting(Posture.SECURE, True, "daytime", "house", mode)
    taken = mode if mode in (Posture.LOCKDOWN, Posture.SECURE) else None
    assert setting_of(BAR, None, mode) == DoorSetting(Posture.LOCKDOWN, mode=taken)


def test_marks() -> None:
    modes = Modes(epoch=7, generation=2, readers=[ReaderMode(reader="door", posture=Posture.FREE)])
    assert mark_of(modes) == (7, 2)
    assert mark_of(Desired(epoch=7, generation=3, document={})) == (7, 3)
    assert mark_of(None) == NONE_YET
