"""`http://127.0.0.1:PORT/NAME`: a page for each counter's screen, and what is asked of it there.

On the loopback alone. A foreign page in the same browser gets nothing (edge/loopback_http.py); what changes
something is a POST with the page's own token (CSRF) besides, and nothing foreign is loaded.
What is shown is edge/counter/view.py's affair.
"""

import asyncio
import secrets
from collections.abc import AsyncGenerator, Callable, Iterable
from functools import cache
from html import escape
from http import HTTPStatus
from pathlib import Path
from string import Template
from typing import Any, Final, Protocol

import msgspec

from contract.reader_configuration import Reader, ReaderKind
from edge.counter import texts
from edge.counter.screen import Screen
from edge.counter.view import notes_of, said, state_of
from edge.loopback_http import LoopbackServer, Request, Response
from edge.ports import Log, Trust

BEAT_S: Final = 2.0
"""How often a page hears that all is as it was. It says so itself when it hears nothing three times over."""
LOOK_S: Final = 1.0
_AT_ONCE: Final = 16
_STREAMS: Final = 32
_FOLDER: Final = Path(__file__).parent / "page"
_FILES: Final = {"/screen.css": "text/css; charset=utf-8", "/screen.js": "text/javascript; charset=utf-8"}
_HEADERS: Final = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}


class Counter(Protocol):
    """A reader that runs, as far as its page goes."""

    reader: Reader
    screen: Screen

    @property
    def name(self) -> str: ...

    @property
    def is_open(self) -> bool: ...

    async def undo(self, redemption: bytes) -> bool:
        """Undo the last redemption, if it still is that one and can be undone; whether it was."""
        ...


class _Choice(msgspec.Struct):
    permission: str


class _Undo(msgspec.Struct):
    id: str


class CounterPages:
    """`readers` are those that run now, `port` where the counters among them are shown; None: nowhere."""

    def __init__(
        self, readers: Callable[[], Iterable[Counter]], port: Callable[[], int | None], trust: Trust, log: Log
    ) -> None:
        self._readers = readers
        self._port = port
        self._trust = trust
        self._log = log
        self._token = secrets.token_urlsafe(24)
        self._failed_at: int | None = None
        self._undoing: set[asyncio.Task[bool]] = set()

    async def keep(self) -> None:
        """Until it is cancelled. A port that cannot be had is told, and tried again: no reader waits for it."""
        while True:
            port = self._port()
            if port is not None:
                await self._show_at(port)
            await asyncio.sleep(LOOK_S)

    async def _show_at(self, port: int) -> None:
        """As long as they are to be shown there."""
        server = LoopbackServer(self.answer, _AT_ONCE, _STREAMS)
        try:
            for path in ("/screen.html", *_FILES):
                await asyncio.to_thread(_file, path[1:])
            await server.start(port)
        except OSError as error:
            if self._failed_at != port:
                self._log("no_counter_pages", port=port, why=error.strerror)
            self._failed_at = port
            return
        self._failed_at = None
        self._log("counter_pages", port=port)
        try:
            while self._port() == port:  # noqa: ASYNC110 (a configuration that changes tells nobody)
                await asyncio.sleep(LOOK_S)
        finally:
            await server.stop()

    async def answer(self, request: Request) -> Response:
        """As the server does."""
        counters = {each.name: each for each in self._shown()}
        _, name, what = (*request.path.split("/", 2), "", "")[:3]
        if request.method == "POST":
            return await self._asked(request, counters.get(name), what)
        if request.method not in ("GET", "HEAD"):
            return _text("GET or POST it\n", HTTPStatus.METHOD_NOT_ALLOWED)
        if request.path == "/favicon.ico":
            return _text("", HTTPStatus.NO_CONTENT)
        if request.path in _FILES:
            return _response(_file(request.path[1:]), _FILES[request.path])
        if name not in counters or what not in ("", "events"):
            there = ", ".join(f"/{each}" for each in counters) or "none"
            return _text(f"the counters here: {there}\n", HTTPStatus.NOT_FOUND)
        if what == "events":
            return self._events(counters[name])
        return _response(self._page(counters[name]).encode(), "text/html; charset=utf-8")

    # What is shown

    def _shown(self) -> list[Counter]:
        """The counters among the readers that run now."""
        return [each for each in self._readers() if each.reader.kind is ReaderKind.COUNTER]

    def _page(self, counter: Counter) -> str:
        words = {name.lower(): value for name, value in vars(texts).items() if isinstance(value, str)}
        place = said(counter.reader.partner or counter.name)
        words |= {"name": counter.name, "place": place, "token": self._token}
        template = Template(_file("screen.html").decode())
        return template.substitute({name: escape(value) for name, value in words.items()})

    def _events(self, counter: Counter) -> Response:
        return Response(
            b"retry: 1000\n\n", content_type="text/event-stream", headers=_HEADERS, stream=self._stream(counter)
        )

    async def _stream(self, counter: Counter) -> AsyncGenerator[bytes, None]:
        """All that stands now, at each change and each beat; so whoever comes back has missed nothing.

        It ends with the counter: whoever comes back then hears of another one by that name, or that there is none.
        """
        while counter in self._shown():
            number = counter.screen.number
            yield b"data: %s\n\n" % msgspec.json.encode(self._state(counter))
            try:
                async with asyncio.timeout(BEAT_S):
                    await counter.screen.changed(number)
            except TimeoutError:
                continue

    def _state(self, counter: Counter) -> dict[str, Any]:
        trust = self._trust
        notes = notes_of(trust.in_contact(), trust.replica_age_s(), trust.clock_state(), counter.is_open)
        return {"token": self._token, **state_of(counter.screen, trust.now(), notes, counter.is_open)}

    # What is asked

    async def _asked(self, request: Request, counter: Counter | None, what: str) -> Response:
        token = request.headers.get("x-doorward-token", "")
        if not secrets.compare_digest(token.encode(), self._token.encode()):
            return _text("only the page itself may ask for this\n", HTTPStatus.FORBIDDEN)
        if counter is None or what not in ("choose", "undo"):
            return _text("nothing like this is here\n", HTTPStatus.NOT_FOUND)
        try:
            if what == "choose":
                permission = msgspec.json.decode(request.body, type=_Choice).permission
                return _told("" if counter.screen.choose(permission) else texts.NOT_CHOSEN)
            redemption = bytes.fromhex(msgspec.json.decode(request.body, type=_Undo).id)
        except (msgspec.MsgspecError, ValueError):
            return _text("that is no such request\n", HTTPStatus.BAD_REQUEST)
        return _told("" if await self._undo(counter, redemption) else texts.NOTHING_TO_UNDO.headline)

    async def _undo(self, counter: Counter, redemption: bytes) -> bool:
        """Whoever tires of waiting stops none that is on its way to the disk."""
        undoing = asyncio.create_task(counter.undo(redemption))
        self._undoing.add(undoing)
        undoing.add_done_callback(self._undoing.discard)
        return await asyncio.shield(undoing)


@cache
def _file(name: str) -> bytes:
    """Read once, before any request: the event loop waits for no SD card."""
    return (_FOLDER / name).read_bytes()


def _told(why: str) -> Response:
    """`why` it was not done; empty: it was."""
    status = HTTPStatus.CONFLICT if why else HTTPStatus.OK
    return _response(msgspec.json.encode({"why": why}), "application/json", status)


def _text(text: str, status: HTTPStatus) -> Response:
    return _response(text.encode(), "text/plain; charset=utf-8", status)


def _response(body: bytes, content_type: str, status: HTTPStatus = HTTPStatus.OK) -> Response:
    return Response(body, status, content_type, _HEADERS)
