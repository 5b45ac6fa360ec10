"""Who gets something of a counter's pages, and who may change something there: by requests on the loopback."""

import asyncio
from collections.abc import Awaitable, Callable

import msgspec
import pytest

from contract.reader_configuration import ReaderKind
from edge.counter.pages import CounterPages
from tests.edge.counter_world import BAR, CounterWorld, Listener, said, showing


def in_world(work: Callable[[CounterWorld], Awaitable[None]], world: CounterWorld | None = None) -> CounterWorld:
    world = world or CounterWorld()

    async def run() -> None:
        async with showing(world):
            await work(world)

    asyncio.run(run())
    return world


async def token_of(world: CounterWorld) -> str:
    listener = await Listener.begin(world)
    token = (await listener.next())["token"]
    listener.close()
    assert isinstance(token, str)
    return token


@pytest.mark.parametrize(
    ("request_line", "status"),
    [
        ("GET /bar", 200),
        ("HEAD /bar", 200),
        ("HEAD /bar/events", 200),
        ("GET /screen.js", 200),
        ("GET /screen.css", 200),
        ("GET /favicon.ico", 204),
        ("GET /", 404),
        ("GET /kitchen", 404),
        ("GET /bar/else", 404),
        ("GET /bar/../screen.html", 404),
        ("GET /screen.html", 404),
        ("DELETE /bar", 405),
    ],
)
def test_what_is_there(request_line: str, status: int) -> None:
    async def work(world: CounterWorld) -> None:
        answered, headers, body = await said(world, request_line)
        assert answered == status
        assert headers["Content-Security-Policy"].startswith("default-src 'none'")
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Cache-Control"] == "no-store"
        assert "Access-Control-Allow-Origin" not in headers
        assert (body == b"") == (status == 204 or request_line.startswith("HEAD"))

    in_world(work)


def test_a_page_loads_nothing_foreign_and_has_no_script_of_its_own() -> None:
    async def work(world: CounterWorld) -> None:
        _, _, page = await said(world, "GET /bar")
        assert b"http" not in page.replace(b"http-equiv", b"")
        assert b"onclick" not in page and b"style=" not in page and page.count(b"<script") == 1
        assert b"$" not in page

    in_world(work)


def test_a_door_has_no_page() -> None:
    async def work(world: CounterWorld) -> None:
        world.reader = msgspec.structs.replace(BAR, kind=ReaderKind.DOOR)
        assert (await said(world, "GET /bar"))[0] == 404

    in_world(work)


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:8070", "127.0.0.1", "127.0.0.1:1", "[::1]:8070", ""]
)
@pytest.mark.parametrize("path", ["/bar", "/bar/events", "/screen.js"])
def test_a_foreign_name_for_this_machine_gets_nothing(host: str, path: str) -> None:
    async def work(world: CounterWorld) -> None:
        status, _, body = await said(world, f"GET {path}", Host=host)
        assert status == 421
        assert b"Bar" not in body

    in_world(work)


@pytest.mark.parametrize("what", ["choose", "undo"])
def test_only_the_page_itself_may_change_something(what: str) -> None:
    async def work(world: CounterWorld) -> None:
        await world.scan("gold")
        token = await token_of(world)
        body = msgspec.json.encode({"permission": "coffee", "id": world.world.journal.checkins[0].id.hex()})
        for headers in (
            {},
            {"X_Doorward_Token": "wrong"},
            {"X_Doorward_Token": token, "Origin": "http://evil.example"},
            {"X_Doorward_Token": token, "Origin": "null"},
        ):
            status, _, _ = await said(world, f"POST /bar/{what}", body, **headers)
            assert status == 403
        assert world.screen.permission() == "glass-of-wine"
        assert len(world.world.journal.rows) == 1
        own = {"X_Doorward_Token": token, "Origin": f"http://127.0.0.1:{world.port}"}
        assert (await said(world, f"POST /bar/{what}", body, **own))[0] == 200
        assert world.screen.permission() == "coffee" or len(world.world.journal.rows) == 2

    in_world(work)


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/bar/choose", b'{"permission": "undo-at-bar"}', 409),
        ("/bar/choose", b'{"permission": 1}', 400),
        ("/bar/choose", b"\xff", 400),
        ("/bar/choose", b"[" * 4_000, 400),
        ("/bar/undo", b'{"id": "not hex"}', 400),
        ("/bar/undo", b'{"id": "00"}', 409),
        ("/bar/else", b"{}", 404),
        ("/kitchen/choose", b"{}", 404),
    ],
)
def test_what_cannot_be_asked_changes_nothing(path: str, body: bytes, status: int) -> None:
    async def work(world: CounterWorld) -> None:
        await world.scan("gold")
        token = await token_of(world)
        assert (await said(world, f"POST {path}", body, X_Doorward_Token=token))[0] == status
        assert world.screen.permission() == "glass-of-wine"
        assert len(world.world.journal.rows) == 1

    in_world(work)


def test_whoever_listens_hears_of_each_change_and_begins_with_what_stands() -> None:
    async def work(world: CounterWorld) -> None:
        await world.scan("gold")
        first = await Listener.begin(world)
        assert (await first.next())["shown"]["what"] == "Glass of wine"
        assert world.screen.choose("coffee")
        assert (await first.next())["asked"] == "Coffee"
        second = await Listener.begin(world)
        assert (await second.next())["asked"] == "Coffee"
        await world.scan("gold")
        for listener in (first, second):
            assert (await listener.next())["shown"]["what"] == "Coffee"
            listener.close()

    in_world(work)


def test_a_counter_that_is_none_any_more_says_nothing_to_who_listens() -> None:
    async def work(world: CounterWorld) -> None:
        listener = await Listener.begin(world)
        await listener.next()
        world.reader = msgspec.structs.replace(BAR, kind=ReaderKind.DOOR)
        world.screen.follow(world.reader)
        await listener.end()
        listener.close()

    in_world(work)


def test_a_listener_that_reads_nothing_holds_up_no_scan(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("edge.loopback_http.ANSWER_S", 0.2)

    async def work(world: CounterWorld) -> None:
        deaf = await Listener.begin(world)
        for _ in range(3_000):
            await world.scan("gold")
        assert len(world.world.journal.checkins) == 3_000
        assert len(world.signals.shown) == 3_000
        deaf.close()

    in_world(work)


def test_a_port_that_is_taken_is_told_once_and_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("edge.counter.pages.LOOK_S", 0.02)

    async def work(world: CounterWorld) -> None:
        other = CounterWorld()
        other.port = world.port
        other.pages = CounterPages(lambda: [other], lambda: other.port, other.world.trust, other.world.log)
        keeping = asyncio.create_task(other.pages.keep())
        await asyncio.sleep(0.2)
        assert len(other.world.log.all("no_counter_pages")) == 1
        world.port = None
        while not other.world.log.all("counter_pages"):
            await asyncio.sleep(0.01)
        assert (await said(other, "GET /bar"))[0] == 200
        keeping.cancel()
        await asyncio.wait({keeping})

    in_world(work)


def test_more_listeners_than_there_may_be_are_turned_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("edge.counter.pages._STREAMS", 2)

    async def work(world: CounterWorld) -> None:
        listeners = [await Listener.begin(world) for _ in range(2)]
        status, _, _ = await said(world, "GET /bar/events")
        assert status == 503
        assert (await said(world, "GET /bar"))[0] == 200
        for listener in listeners:
            listener.close()

    in_world(work)


@pytest.mark.parametrize("header", ["Content-Length: 4097", "Content-Length: -1", "Content-Length: ²", "No colon"])
def test_what_is_no_request_gets_no_answer(header: str) -> None:
    async def work(world: CounterWorld) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", world.port)
        writer.write(f"POST /bar/choose HTTP/1.1\r\n{header}\r\n\r\n".encode())
        assert await reader.read() == b""
        writer.close()

    in_world(work)
