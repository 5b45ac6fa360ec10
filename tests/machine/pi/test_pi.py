"""The package for arm64 on a Raspberry Pi 3 Model B, its relay seen from outside; scenarios of one boot, in order.

The Pi has no clock of its own and no network: it wakes in the year of its systemd, and the edge decides by the
time that its hub told last. By the Pi's own clock the membership that has ended would still run, and the other one
would not have begun.
"""

from tests.machine.pi.board import Board
from tests.machine.pi.card import PULSE_S, RELAY_PIN, Card

BOOT_S = 400
SCAN_S = 60


def test_the_relay_stays_off_from_power_on_until_the_edge_serves(pi: Board) -> None:
    pi.until("the edge", lambda: pi.events("started"), BOOT_S)
    assert not pi.was_high(RELAY_PIN)


def test_a_member_s_card_moves_the_relay_for_a_while(pi: Board, sd_card: Card) -> None:
    pi.plug_in_scanner()
    pi.until("the scanner", lambda: pi.events("reader_open"), SCAN_S)
    assert not pi.was_high(RELAY_PIN)
    pi.scan(sd_card.codes["door-only"])
    pi.until("the relay to be on", lambda: pi.level(RELAY_PIN), SCAN_S)
    pi.until("the relay to be off again", lambda: not pi.level(RELAY_PIN), SCAN_S)
    assert [scan["outcome"] for scan in pi.events("scan")] == ["granted"]


def test_a_card_whose_membership_has_ended_does_not(pi: Board, sd_card: Card) -> None:
    before = len(pi.events("scan"))
    assert not pi.level(RELAY_PIN)
    pi.was_high(RELAY_PIN)
    pi.scan(sd_card.codes["expired"])
    (denied,) = pi.until("the denial", lambda: pi.events("scan")[before:], SCAN_S)
    assert (denied["outcome"], denied["reason"]) == ("denied", "expired")
    pi.look_on(PULSE_S + 1)
    assert not pi.was_high(RELAY_PIN)
