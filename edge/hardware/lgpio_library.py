"""The lgpio library, loaded so that its pipe lies in nobody's way.

Loads little itself, no pathlib and no tempfile: the dead man's switch (edge/dead_man.py) has it in its memory.
"""

import contextlib
import importlib
import os
import sys
from collections.abc import Iterator
from typing import Any, Final

IN_MEMORY: Final = "/dev/shm"  # noqa: S108 - a folder of a name of its own is made in it
"""systemd mounts it for everybody."""
_IN_AN_ENVIRONMENT: Final = ", and a virtual environment that sees it (python3 -m venv --system-site-packages)"


class HardwareError(Exception):
    """A pin or all pins cannot be had; the text says why and what to do. `field`: the reader's, if it is one's."""

    def __init__(self, text: str, field: str | None = None) -> None:
        super().__init__(text)
        self.field: Final = field


def load_lgpio() -> Any:
    """The lgpio library, or HardwareError. Machines without pins don't have it."""
    if (loaded := sys.modules.get("lgpio")) is not None:
        return loaded
    try:
        with _folder_for_its_pipe():
            return importlib.import_module("lgpio")
    except ImportError as error:
        seen = _IN_AN_ENVIRONMENT if sys.prefix != sys.base_prefix else ""
        raise HardwareError(
            'pin_factory = "lgpio" needs the lgpio library: apt install python3-lgpio, which Raspberry Pi OS has '
            f'and Debian itself has not{seen}. Without any pins: pin_factory = "mock"'
        ) from error
    except OSError as error:
        raise HardwareError(f'pin_factory = "lgpio": the lgpio library cannot begin: {error}') from error


@contextlib.contextmanager
def _folder_for_its_pipe() -> Iterator[None]:
    """As it is imported, lgpio makes a pipe in the working directory and opens it by that name (lgpio.py of 0.2.2,
    _callback_thread; joan2937/lg issues 12 and 22). A service's is not writable, and two processes in one
    directory would take each other's. Once it is open its name is not needed.
    """
    folder = os.path.join(_folder_in_memory(), f"doorward-{os.urandom(8).hex()}")
    os.mkdir(folder, 0o700)
    before = os.environ.get("LG_WD")
    os.environ["LG_WD"] = folder
    try:
        with contextlib.chdir(folder):
            yield
    finally:
        del os.environ["LG_WD"]
        if before is not None:
            os.environ["LG_WD"] = before
        for name in os.listdir(folder):
            os.unlink(os.path.join(folder, name))
        os.rmdir(folder)


def _folder_in_memory() -> str:
    """The service's, or everybody's: a disk may be full, or not to be written to. Neither: whichever there is."""
    service = os.environ.get("RUNTIME_DIRECTORY", "").partition(":")[0]
    for folder in (service, IN_MEMORY):
        if os.access(folder, os.W_OK | os.X_OK):
            return folder
    import tempfile  # noqa: PLC0415 (nearly nobody needs it)

    return tempfile.gettempdir()
