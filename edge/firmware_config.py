"""Where this machine keeps what is known of scanners and boards: the folder firmware_config.

Owns the search for it, not what its files say.
"""

import os
from pathlib import Path
from typing import Final

VARIABLE: Final = "DOORWARD_FIRMWARE_CONFIG"
INSTALLED: Final = Path("/usr/share/doorward/firmware_config")
_IN_CHECKOUT: Final = Path(__file__).resolve().parent.parent / "firmware_config"


class FirmwareConfigError(Exception):
    """The folder is not there; the text says where it was looked for."""


def firmware_config() -> Path:
    """The folder that the environment names; else beside this package in a checkout; else installed.

    FirmwareConfigError: there is none.
    """
    named = os.environ.get(VARIABLE)
    places = (Path(named),) if named else (_IN_CHECKOUT, INSTALLED)
    for place in places:
        if place.is_dir():
            return place
    looked = " and ".join(map(str, places))
    raise FirmwareConfigError(f"no folder firmware_config: looked at {looked}; name it with {VARIABLE}=DIR")
