"""What a door is set to at the hub goes above configuration and hours; a counter takes lockdown and secure."""

import pytest
from msgspec.structs import replace

from contract.ask import Posture
from contract.orders import Desired, Modes, ReaderMode
from contract.reader_configuration import Reader, ReaderKind
from edge.core.door_posture import DoorSetting, Standing, Why, mode_of, posture_of, setting_of
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


OUT = Reader(name="out", kind=ReaderKind.DOOR, permission="p", device="/dev/c", door="door")
LOCKDOWN, SECURE, UNLOCKED, FREE = Posture.LOCKDOWN, Posture.SECURE, Posture.UNLOCKED, Posture.FREE


def modes_of(**postures: Posture) -> Modes:
    return Modes(epoch=7, generation=1, readers=[ReaderMode(reader=k, posture=v) for k, v in postures.items()])


@pytest.mark.parametrize(
    ("configured", "enabled", "modes", "mode"),
    [
        (SECURE, True, None, None),
        (LOCKDOWN, True, None, LOCKDOWN),
        (LOCKDOWN, False, None, LOCKDOWN),
        (SECURE, True, modes_of(door=LOCKDOWN), LOCKDOWN),
        (SECURE, True, modes_of(door=LOCKDOWN, out=SECURE), LOCKDOWN),
        (LOCKDOWN, True, modes_of(out=SECURE), LOCKDOWN),
        (LOCKDOWN, True, modes_of(door=SECURE), None),
        (LOCKDOWN, False, modes_of(door=SECURE), LOCKDOWN),
        (SECURE, True, modes_of(out=LOCKDOWN), LOCKDOWN),
        (SECURE, True, modes_of(out=SECURE), SECURE),
        (SECURE, True, modes_of(out=UNLOCKED), None),
        (SECURE, True, modes_of(out=FREE, door=FREE), None),
        (SECURE, True, Modes(epoch=7, generation=1, edge=UNLOCKED), None),
        (SECURE, True, Modes(epoch=7, generation=1, edge=LOCKDOWN), LOCKDOWN),
    ],
)
def test_who_opens_anothers_door_is_locked_with_it_and_holds_nothing_open(
    configured: Posture, enabled: bool, modes: Modes | None, mode: Posture | None
) -> None:
    assert mode_of(OUT, replace(DOOR, posture=configured, enabled=enabled), modes) is mode


def test_whose_door_is_not_there_holds_nothing_open_either() -> None:
    assert mode_of(OUT, None, modes_of(out=UNLOCKED, door=UNLOCKED)) is None


def test_whoever_has_a_door_of_its_own_is_set_by_its_own_mode() -> None:
    assert mode_of(DOOR, None, modes_of(out=LOCKDOWN, door=UNLOCKED)) is UNLOCKED
    assert mode_of(DOOR, None, None) is None


def test_marks() -> None:
    modes = Modes(epoch=7, generation=2, readers=[ReaderMode(reader="door", posture=Posture.FREE)])
    assert mark_of(modes) == (7, 2)
    assert mark_of(Desired(epoch=7, generation=3, document={})) == (7, 3)
    assert mark_of(None) == NONE_YET
