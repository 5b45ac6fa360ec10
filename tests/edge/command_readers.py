"""Readers that commands are for: doors with and without a lamp, and a counter."""

from contract.reader_configuration import Reader, ReaderKind

DOOR = Reader(name="door", kind=ReaderKind.DOOR, permission="p", device="/dev/a", relay_pin=17)
GATE = Reader(name="gate", kind=ReaderKind.DOOR, permission="p", device="/dev/b", relay_pin=18, denied_lamp_pin=2)
BAR = Reader(name="bar", kind=ReaderKind.COUNTER, permission="p", device="/dev/c", granted_lamp_pin=3)
