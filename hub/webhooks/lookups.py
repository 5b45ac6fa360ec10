"""What machines' names stand for, asked of the system: it may take half a minute to say that nobody knows.

Each lookup has a thread of its own, which nothing waits for, so a name that hangs holds up neither other names nor
the end of the process. A name is asked for once at a time, by however many. Must not know what is sent there.
"""

import asyncio
import socket
import threading
from contextlib import suppress
from functools import partial
from typing import Final

LOOKUP_S: Final = 5.0
_Found = list[str] | OSError


class Lookups:
    """Of one event loop."""

    def __init__(self, lookup_s: float = LOOKUP_S) -> None:
        self._lookup_s = lookup_s
        self._going: dict[tuple[str, int], asyncio.Future[_Found]] = {}

    async def addresses_of(self, host: str, port: int) -> list[str]:
        """OSError: its name is not known. TimeoutError: nobody has said yet; it is still being asked for."""
        place = (host, port)
        if place not in self._going:
            self._begin(place)
        async with asyncio.timeout(self._lookup_s):
            found = await asyncio.shield(self._going[place])
        if isinstance(found, OSError):
            raise OSError(*found.args)
        return found

    def _begin(self, place: tuple[str, int]) -> None:
        loop = asyncio.get_running_loop()
        self._going[place] = loop.create_future()

        def look() -> None:
            found = _looked_up(*place)
            with suppress(RuntimeError):  # The loop has ended meanwhile.
                loop.call_soon_threadsafe(partial(self._end, place, found))

        threading.Thread(target=look, name="webhooks-name", daemon=True).start()

    def _end(self, place: tuple[str, int], found: _Found) -> None:
        self._going.pop(place).set_result(found)


def _looked_up(host: str, port: int) -> _Found:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as error:
        return error
    except UnicodeError as error:
        return OSError(str(error))
    return [str(each[4][0]).partition("%")[0] for each in found]
