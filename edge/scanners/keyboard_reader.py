"""A scanner that types: a keyboard whose keys go to nobody else.

Owns the device: finds it, opens and grabs it, reads it, and when it is unplugged or was never there, tries again
for ever. Turns its keys into frames and knows nothing of what they mean.
"""

from functools import partial

from edge.scanners.device_reader import CannotOpen, DeviceReader
from edge.scanners.keyboard.device import EvdevKeyboard, open_keyboard
from edge.scanners.keyboard.errors import KeyboardError
from edge.scanners.keyboard.plugged import NotPlugged
from edge.scanners.keyboard.scans import KeyEvent, KeyScans


class KeyboardReader(DeviceReader):
    letters = "characters"

    async def _open_and_read(self) -> str:
        try:
            scans = KeyScans(self._settings)
            keyboard = await self._opened(partial(open_keyboard, self._settings.device))
        except KeyboardError as error:
            raise CannotOpen(str(error), type(error) is NotPlugged) from error
        try:
            self._look(keyboard, scans)
            return await self._read_until_lost(keyboard.fileno(), lambda: self._read(keyboard, scans))
        except OSError as error:
            raise CannotOpen(f"{self._settings.device} cannot be asked: {error}") from error
        finally:
            keyboard.close()

    def _read(self, keyboard: EvdevKeyboard, scans: KeyScans) -> str | None:
        """Why the keyboard is lost, if it is."""
        try:
            events = keyboard.read()
            self._handle(keyboard, scans, events)
        except BlockingIOError:
            return None
        except OSError as error:
            return str(error)
        return None if events else "the keyboard is gone"

    def _look(self, keyboard: EvdevKeyboard, scans: KeyScans) -> None:
        scans.look(keyboard.held(), keyboard.caps_lock(), self._clock.monotonic_s())
        self._look_for_silence(scans)

    def _handle(self, keyboard: EvdevKeyboard, scans: KeyScans, events: list[KeyEvent]) -> None:
        broken = scans.broken_scans
        self._take(scans, partial(scans.handle, events))
        if scans.must_look:
            self._look(keyboard, scans)
        self._tell_dropped("scans", "the kernel lost some of their keys", scans.broken_scans - broken)
