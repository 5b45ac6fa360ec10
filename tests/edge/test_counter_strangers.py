"""Foreign pages in the browser of a counter's screen, listeners that leave, and requests that hold things up."""

import asyncio

import pytest

from tests.edge.counter_world import Listener, said
from tests.edge.link_runs import until
from tests.edge.test_counter_pages import CounterWorld, in_world, token_of


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example"},
        {"Origin": "http://127.0.0.1:PORT.evil.example"},
        {"Origin": "null"},
        {"Sec_Fetch_Site": "cross-site"},
        {"Sec_Fetch_Site": "same-site"},
    ],
)
@pytest.mark.parametrize("path", ["/bar", "/bar/events", "/screen.js"])
def test_a_foreign_page_gets_nothing(headers: dict[str, str], path: str) -> None:
    async def work(world: CounterWorld) -> None:
        own = {name: text.replace("PORT", str(world.port)) for name, text in headers.items()}
        assert (await said(world, f"GET {path}", **own))[0] == 403

    in_world(work)


def test_its_own_page_gets_it_and_nobody_else_may_embed_it() -> None:
    async def work(world: CounterWorld) -> None:
        for site in ("same-origin", "none"):
            status, headers, _ = await said(world, "GET /screen.js", Sec_Fetch_Site=site)
            assert status == 200
            assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
        assert (await said(world, "GET /bar", Host=f"0.0.0.0:{world.port}"))[0] == 421

    in_world(work)


def test_a_listener_that_has_left_holds_no_place(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("edge.counter.pages._STREAMS", 2)
    monkeypatch.setattr("edge.counter.pages.BEAT_S", 3_600.0)

    async def work(world: CounterWorld) -> None:
        for _ in range(8):
            listener = await Listener.begin(world)
            await listener.next()
            listener.close()
            await asyncio.sleep(0.05)
        listener = await Listener.begin(world)
        assert (await listener.next())["shown"] is None
        listener.close()

    in_world(work)


def test_streams_end_when_the_counters_are_shown_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("edge.counter.pages.LOOK_S", 0.02)

    async def work(world: CounterWorld) -> None:
        listener = await Listener.begin(world)
        await listener.next()
        world.port = None
        await listener.end()
        listener.close()

    in_world(work)


@pytest.mark.parametrize(("length", "is_answered"), [(4_096, True), (4_097, False)])
def test_a_body_that_is_too_long_gets_no_answer(length: int, is_answered: bool) -> None:
    async def work(world: CounterWorld) -> None:
        body = b'{"permission": "coffee"}'.ljust(length)
        reader, writer = await asyncio.open_connection("127.0.0.1", world.port)
        head = f"POST /bar/choose HTTP/1.1\r\nHost: localhost:{world.port}\r\nContent-Length: {length}\r\n"
        token = f"X-Doorward-Token: {await token_of(world)}\r\n\r\n"
        writer.write((head + token).encode() + body)
        try:
            answer = await reader.read()
        except ConnectionResetError:
            answer = b""
        assert (b"200" in answer) is (world.screen.permission() == "coffee") is is_answered
        writer.close()

    in_world(work)


def test_a_header_that_comes_twice_gets_no_answer() -> None:
    async def work(world: CounterWorld) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", world.port)
        host = f"Host: localhost:{world.port}\r\n"
        writer.write(f"GET /bar HTTP/1.1\r\n{host}{host}\r\n".encode())
        assert await reader.read() == b""
        writer.close()

    in_world(work)


def test_an_undo_goes_on_though_nobody_waits_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("edge.loopback_http.ANSWER_S", 0.2)
    undone: list[bytes] = []

    class SlowWorld(CounterWorld):
        async def undo(self, redemption: bytes) -> bool:
            await asyncio.sleep(0.5)
            undone.append(redemption)
            return True

    async def work(world: CounterWorld) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", world.port)
        body = b'{"id": "00"}'
        head = f"POST /bar/undo HTTP/1.1\r\nHost: localhost:{world.port}\r\nContent-Length: {len(body)}\r\n"
        token = f"X-Doorward-Token: {await token_of(world)}\r\n\r\n"
        writer.write((head + token).encode() + body)
        assert await reader.read() == b""
        await until(lambda: undone)
        writer.close()

    in_world(work, SlowWorld())
