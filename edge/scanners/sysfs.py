"""What sysfs says of a device: a file's text, and the USB device that it hangs on. Opens no device."""

import re
from pathlib import Path
from typing import Final

_USB_PORT: Final = re.compile(r"\d+-\d+(?:\.\d+)*")


def text_of(path: Path) -> str:
    """What is not told is empty."""
    try:
        return path.read_text("utf-8", "replace").strip()
    except OSError:
        return ""


def usb_device(device: Path) -> Path | None:
    """The folder of the USB device that `device`, a real path, is or belongs to: the nearest one that is named
    after a port and has USB's ids. A chip on an I2C bus is named alike (1-0048)."""
    above = (
        each
        for each in (device, *device.parents)
        if _USB_PORT.fullmatch(each.name) and (each / "idVendor").exists()
    )
    return next(above, None)
