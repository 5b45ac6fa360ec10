"""Who gives an order at a terminal."""

import getpass
import os


def by() -> str:
    """The operating system's user, as in "root (doorward-hub)": it stands after "by"."""
    try:
        user = getpass.getuser()
    except (KeyError, OSError):  # a user that has no name on this machine
        user = f"user {os.getuid()}"
    return f"{user} (doorward-hub)"
