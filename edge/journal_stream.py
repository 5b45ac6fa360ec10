"""Whether a line goes to systemd's journal, and the priority that it begins with there (sd-daemon(3)).

Apart from edge/log.py for those who say one line, and must be small or soon over: importing that takes 0.1 s.
"""

import os
from collections.abc import Mapping
from typing import Final

ERROR: Final = b"<3>"
WARNING: Final = b"<4>"
USUAL: Final = b"<6>"


def is_journal(descriptor: int, variables: Mapping[str, str]) -> bool:
    """Whether it is the journal's, as systemd.exec(5) says of JOURNAL_STREAM: "device:inode"."""
    status = os.fstat(descriptor)
    return variables.get("JOURNAL_STREAM") == f"{status.st_dev}:{status.st_ino}"
