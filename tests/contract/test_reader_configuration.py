"""A reader's section of edge.toml: the policy that it makes, and what cannot be meant together."""

import pytest
from test_configuration import WHOLE, changed, error_of

from contract.ask import Codes, Direction, Passback, Policy, Posture
from contract.configuration import parse_configuration
from contract.reader_configuration import ROTATING_RESCAN_SECONDS, policy_of
from contract.trust import ClockState

DOOR_PIN, COUNTER_PIN = "relay_pin = 17", "granted_lamp_pin = 5"
EVERY_WORD = """
enabled = false
partner = "bar"
attended = false
codes = "rotating_strictly"
clock = "holdover"
replica_age_seconds_max = 86400
area = "hall"
passback = "hard"
passback_seconds = 3600
lockdown_permission = "fire-brigade"
posture = "free"
unlocked_schedule = "day"
confirm_seconds = 0.5
rescan_seconds = 3
"""


def test_a_reader_that_says_nothing_special() -> None:
    door, counter = parse_configuration(WHOLE).readers
    assert policy_of(door, None) == policy_of(counter, None) == Policy()
    assert (door.posture, door.unlocked_schedule) == (Posture.SECURE, None)
    assert (door.confirm_seconds, door.rescan_s, door.undo_permission) == (1.0, 0.0, None)


def test_a_reader_that_says_everything() -> None:
    text = changed('edge = "clubhouse"', 'edge = "clubhouse"\nsite = "harbour"').replace(
        DOOR_PIN, DOOR_PIN + EVERY_WORD
    )
    configuration = parse_configuration(text.replace(COUNTER_PIN, COUNTER_PIN + '\nundo_permission = "undo"'))
    door, counter = configuration.readers
    assert configuration.site == "harbour"
    assert policy_of(door, configuration.site) == Policy(
        enabled=False,
        site="harbour",
        partner="bar",
        signed_in=False,
        codes=Codes.ROTATING_STRICTLY,
        clock=ClockState.HOLDOVER,
        replica_age_seconds_max=86_400,
        area="hall",
        direction=Direction.IN,
        passback=Passback.HARD,
        passback_seconds=3_600,
        lockdown_permission="fire-brigade",
    )
    assert (door.posture, door.unlocked_schedule) == (Posture.FREE, "day")
    assert (door.confirm_seconds, door.rescan_s, counter.undo_permission) == (0.5, 3, "undo")


def test_rotating_codes_have_a_rescan_time_of_their_own() -> None:
    door, _ = parse_configuration(changed(DOOR_PIN, DOOR_PIN + '\ncodes = "rotating"')).readers
    assert door.rescan_s == ROTATING_RESCAN_SECONDS
    door, _ = parse_configuration(changed(DOOR_PIN, DOOR_PIN + '\ncodes = "rotating"\nrescan_seconds = 0')).readers
    assert door.rescan_s == 0


def test_a_way_out() -> None:
    door, _ = parse_configuration(changed(DOOR_PIN, DOOR_PIN + '\narea = "hall"\ndirection = "out"')).readers
    assert policy_of(door, None).direction is Direction.OUT


@pytest.mark.parametrize(
    ("pin", "words", "says", "allowed"),
    [
        (DOOR_PIN, 'enabled = "no"', "enabled is 'no'", "true or false, without quotes"),
        (DOOR_PIN, 'partner = "The Bar"', "partner is 'The Bar'", "a partner's name at the hub, a name"),
        (DOOR_PIN, "attended = 1", "attended is 1", "true or false"),
        (DOOR_PIN, 'codes = "totp"', "codes is 'totp'", '"static", "rotating" or "rotating_strictly"'),
        (DOOR_PIN, 'clock = "ok"', "clock is 'ok'", '"synced", "holdover" or "unknown"'),
        (DOOR_PIN, "replica_age_seconds_max = 0", "replica_age_seconds_max is 0", "1 to 31622400"),
        (DOOR_PIN, "replica_age_seconds_max = 31622401", "replica_age_seconds_max is 31622401", "366 days"),
        (DOOR_PIN, "replica_age_seconds_max = 1.5", "replica_age_seconds_max is 1.5", "whole seconds"),
        (DOOR_PIN, 'replica_age_seconds_max = "9"', "replica_age_seconds_max is '9'", "a number, without quotes"),
        (DOOR_PIN, 'area = ""', "area is ''", "a name"),
        (DOOR_PIN, 'area = "a"\ndirection = "up"', "direction is 'up'", '"in" or "out"'),
        (DOOR_PIN, 'direction = "out"', "area is missing", 'there where direction is "out"'),
        (DOOR_PIN, 'passback = "soft"', "area is missing", 'there where passback is "soft"'),
        (DOOR_PIN, 'area = "a"\npassback = "on"', "passback is 'on'", '"off", "soft" or "hard"'),
        (DOOR_PIN, "passback_seconds = 60", "passback_seconds is 60", 'left out where passback is "off"'),
        (DOOR_PIN, "passback_seconds = 0", "passback_seconds is 0", "1 to 604800 whole seconds (7 days)"),
        (
            DOOR_PIN,
            'area = "a"\ndirection = "out"\npassback = "hard"',
            'passback is "hard"',
            '"off" on the way out: nobody is kept in',
        ),
        (DOOR_PIN, "lockdown_permission = 1", "lockdown_permission is 1", "a permission, a name"),
        (DOOR_PIN, 'posture = "open"', "posture is 'open'", '"secure", "unlocked", "free" or "lockdown"'),
        (COUNTER_PIN, 'posture = "unlocked"', 'posture is "unlocked"', '"secure" or "lockdown" for a counter'),
        (COUNTER_PIN, 'posture = "free"', 'posture is "free"', '"secure" or "lockdown" for a counter'),
        (DOOR_PIN, 'unlocked_schedule = "A B"', "unlocked_schedule is 'A B'", "a schedule's name at the hub"),
        (COUNTER_PIN, 'unlocked_schedule = "day"', 'unlocked_schedule is "day"', "left out for a counter"),
        (DOOR_PIN, "confirm_seconds = 0.05", "confirm_seconds is 0.05", "0.1 to 10 seconds"),
        (DOOR_PIN, "confirm_seconds = 11", "confirm_seconds is 11", "0.1 to 10 seconds"),
        (DOOR_PIN, "rescan_seconds = -1", "rescan_seconds is -1", "0 to 60 seconds"),
        (DOOR_PIN, "rescan_seconds = 61", "rescan_seconds is 61", "0 to 60 seconds"),
        (DOOR_PIN, 'undo_permission = "undo"', 'undo_permission is "undo"', "left out for a door"),
        (
            COUNTER_PIN,
            'undo_permission = "glass-of-wine"',
            'undo_permission is "glass-of-wine"',
            "another than the reader's permission",
        ),
    ],
)
def test_each_wrong_word_of_a_policy(pin: str, words: str, says: str, allowed: str) -> None:
    reader = 'readers[0] ("door").' if pin == DOOR_PIN else 'readers[1] ("counter").'
    error = error_of(changed(pin, f"{pin}\n{words}"))
    assert error.startswith(reader + says)
    assert allowed in error.removeprefix(reader + says)


def test_hours_need_a_site() -> None:
    error = error_of(changed(DOOR_PIN, DOOR_PIN + '\nunlocked_schedule = "day"'))
    assert error.startswith("site is missing; it should be there for readers[0]")


def test_a_counter_in_a_lockdown() -> None:
    _, counter = parse_configuration(changed(COUNTER_PIN, COUNTER_PIN + '\nposture = "lockdown"')).readers
    assert counter.posture is Posture.LOCKDOWN
