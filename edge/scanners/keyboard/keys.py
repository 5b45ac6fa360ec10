"""Keys by their numbers, as the kernel names them (linux/input-event-codes.h). Knows no layout."""

from typing import Final

EV_SYN: Final = 0x00
EV_KEY: Final = 0x01
EV_LED: Final = 0x11
SYN_REPORT: Final = 0
SYN_DROPPED: Final = 3
"""The kernel had no room for more events: some are lost, up to the next SYN_REPORT."""
LED_CAPSL: Final = 0x01
UP, DOWN = 0, 1

ENTER: Final = 28
TAB: Final = 15
SPACE: Final = 57
KP_ENTER: Final = 96
KP_DECIMAL: Final = 83
ENDS: Final = frozenset((ENTER, KP_ENTER, TAB))
"""What ends a scan."""
CAPS_LOCK: Final = 58
RO: Final = 89
"""Left of the right Shift on Brazilian keyboards."""
LEFT_CTRL, RIGHT_CTRL = 29, 97
LEFT_SHIFT, RIGHT_SHIFT = 42, 54
LEFT_ALT, RIGHT_ALT = 56, 100
LEFT_META, RIGHT_META = 125, 126
SHIFTS: Final = frozenset((LEFT_SHIFT, RIGHT_SHIFT))
CTRLS: Final = frozenset((LEFT_CTRL, RIGHT_CTRL))
ALTS: Final = frozenset((LEFT_ALT, RIGHT_ALT))
METAS: Final = frozenset((LEFT_META, RIGHT_META))
MODIFIERS: Final = SHIFTS | CTRLS | ALTS | METAS

WRITTEN: Final = (41, *range(2, 14), *range(16, 28), *range(30, 41), 43, 86, *range(44, 54))
"""The 48 keys that layouts differ by, row by row: ` to =, Q to ], A to ' and \\, then < (beside the left Shift; a
US keyboard has no such key) and Z to /, as they are called on a US keyboard."""
NAMES: Final = dict(zip("`1234567890-=qwertyuiop[]asdfghjkl;'\\<zxcvbnm,./", WRITTEN, strict=True))
"""The same by what they type on a US keyboard."""
OF_WHAT_TYPES: Final = frozenset((ENTER, NAMES["1"], NAMES["a"]))
"""Who has these keys is a keyboard: a mouse and a volume knob have none of them."""
KEYPAD: Final = {
    **dict(zip((82, 79, 80, 81, 75, 76, 77, 71, 72, 73), "0123456789", strict=True)),
    **{55: "*", 74: "-", 78: "+", 98: "/", 117: "=", 121: ","},
}
"""What keypads type. A scanner never means Home or an arrow by them, so num lock makes no difference."""
