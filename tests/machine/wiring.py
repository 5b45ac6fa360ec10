"""What is wired to the board's pins and plugged into the machine, and the configuration that says so."""

from enum import IntEnum
from typing import Final


class Wire(IntEnum):
    """By GPIO number (BCM): what of which reader."""

    CONTACT = 5
    EXIT_BUTTON = 6
    COUNTER_GRANTED = 12
    COUNTER_DENIED = 13
    COUNTER_CAUTION = 16
    RELAY = 17
    COUNTER_BUZZER = 20
    DOOR_GRANTED = 22
    DOOR_BUZZER = 23
    DOOR_CAUTION = 24
    ALARM = 25
    DOOR_DENIED = 27


CLOSED, OPEN = 0, 1
"""Levels at the contact."""
PRESSED, RELEASED = 0, 1
"""Levels at the button."""
PULSE_S: Final = 3.0
"""Long enough that a loaded guest is found in it."""
SILENCE_S: Final = 5
"""Between two keys: the next one is typed when a loaded guest has taken the last."""
HELD_OPEN_S: Final = 2
KEYBOARD: Final = "usb:0627:0001"
"""QEMU's own."""
UART: Final = "/dev/ttyS1"
CONFIGURATION: Final = f"""\
site = "clubhouse"

[hardware]
pin_factory = "lgpio"
board = "raspberry-pi-3b"

[[readers]]
name = "door"
kind = "door"
permission = "front-door"
device = "{KEYBOARD}"
silence_seconds = {SILENCE_S}
relay_pin = {Wire.RELAY}
granted_lamp_pin = {Wire.DOOR_GRANTED}
denied_lamp_pin = {Wire.DOOR_DENIED}
caution_lamp_pin = {Wire.DOOR_CAUTION}
buzzer_pin = {Wire.DOOR_BUZZER}
alarm_pin = {Wire.ALARM}
contact_pin = {Wire.CONTACT}
request_to_exit_pin = {Wire.EXIT_BUTTON}
pulse_seconds = {PULSE_S}
held_open_seconds = {HELD_OPEN_S}

[[readers]]
name = "counter"
kind = "counter"
permission = "glass-of-wine"
partner = "wine-bar"
device = "{UART}"
granted_lamp_pin = {Wire.COUNTER_GRANTED}
denied_lamp_pin = {Wire.COUNTER_DENIED}
caution_lamp_pin = {Wire.COUNTER_CAUTION}
buzzer_pin = {Wire.COUNTER_BUZZER}
pulse_seconds = 1
"""
