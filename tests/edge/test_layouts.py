"""The layouts against libxkbcommon, key by key, where it and its data are installed."""

import ctypes
from functools import cache
from typing import Any

import pytest

from contract import scanner_configuration
from edge.scanners.keyboard import keys
from edge.scanners.keyboard.layout import Typed, joined
from edge.scanners.keyboard.layouts import LAYOUTS, UnknownLayout, layout_named

_XKB_OFFSET = 8
"""XKB's codes of keys are the kernel's and 8."""
_DEAD = {
    **{"grave": "`", "acute": "´", "circumflex": "^", "tilde": "~", "diaeresis": "¨", "cedilla": "¸"},  # noqa: RUF001
    **{"abovering": "°", "caron": "ˇ"},
}
_AMERICAN = {"´": "'", "¨": '"'}  # noqa: RUF001
"""What the dead keys of the international American layout give by themselves."""
_DEAD_ON_WINDOWS = {("fr", "2"), ("fr", "7"), ("es", "4")}


class _RuleNames(ctypes.Structure):
    _fields_ = [(name, ctypes.c_char_p) for name in ("rules", "model", "layout", "variant", "options")]


@cache
def xkb() -> Any:
    try:
        library = ctypes.CDLL("libxkbcommon.so.0")
    except OSError:
        pytest.skip("libxkbcommon is not installed")
    library.xkb_context_new.restype = ctypes.c_void_p
    library.xkb_keymap_new_from_names.restype = ctypes.c_void_p
    return library


@cache
def keymap(layout: str) -> ctypes.c_void_p:
    name, _, variant = layout.rstrip(")").partition("(")
    names = _RuleNames(b"evdev", b"pc105", name.encode(), variant.encode(), b"")
    context = ctypes.c_void_p(xkb().xkb_context_new(0))
    found = xkb().xkb_keymap_new_from_names(context, ctypes.byref(names), 0)
    if not found:
        pytest.skip("xkb-data is not installed")
    return ctypes.c_void_p(found)


def typed_by_xkb(layout: str, key: int, level: int) -> Typed | None:
    symbols = ctypes.POINTER(ctypes.c_uint32)()
    count = xkb().xkb_keymap_key_get_syms_by_level(
        keymap(layout), key + _XKB_OFFSET, 0, level, ctypes.byref(symbols)
    )
    if not count:
        return None
    name = ctypes.create_string_buffer(64)
    xkb().xkb_keysym_get_name(symbols[0], name, 64)
    if (kind := name.value.decode()).startswith("dead_"):
        dead = _DEAD.get(kind.removeprefix("dead_"))
        return Typed(_AMERICAN.get(dead, dead) if layout == "us(intl)" else dead, True) if dead else None
    code = xkb().xkb_keysym_to_utf32(symbols[0])
    return Typed(chr(code)) if code else None


@pytest.mark.parametrize("layout", LAYOUTS)
def test_keys_without_altgr_are_those_of_xkb(layout: str) -> None:
    for key in keys.WRITTEN:
        for shift in (False, True):
            by_xkb = typed_by_xkb(layout, key, int(shift))
            assert LAYOUTS[layout].typed(key, shift, False, False) == by_xkb, (key, shift)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_what_is_typed_with_altgr_is_typed_by_xkb(layout: str) -> None:
    for name, key in keys.NAMES.items():
        for shift in (False, True):
            typed = LAYOUTS[layout].typed(key, shift, True, False)
            if typed is not None:
                expected = typed_by_xkb(layout, key, 2 + shift)
                if (layout, name) in _DEAD_ON_WINDOWS:
                    assert expected is not None
                    assert typed == Typed(expected.character, True)
                else:
                    assert typed == expected, (name, shift)


def test_a_configuration_may_name_each_of_them_and_no_other() -> None:
    assert tuple(LAYOUTS) == scanner_configuration.LAYOUTS


def test_a_layout_that_is_not_known_is_told_with_those_that_are() -> None:
    assert layout_named("ch(fr)") is LAYOUTS["ch(fr)"]
    with pytest.raises(UnknownLayout, match=r'no keyboard layout "ru" is known; .* "us", .* "de"'):
        layout_named("ru")


def test_joined() -> None:
    assert [joined("´", each) for each in ("e", "E", " ", "1", "\r")] == ["é", "É", "´", "´1", "´\r"]  # noqa: RUF001
    assert joined("?", "e") == "?e"
