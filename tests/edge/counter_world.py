"""A bar with a screen: a gate with the fakes of edge/ports.py, and its page on a real port of the loopback."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any, Final

import msgspec

from contract.calendar import Calendar
from contract.card import lookup_hash, new_code
from contract.facts import Card, Customer
from contract.grant import Grant
from contract.hours import Site
from contract.limits import Limit
from contract.membership import Holder, HolderKind, Membership, Plan
from contract.plan_rows import plan_change, site_change
from contract.reader_configuration import Reader, ReaderKind
from contract.rows import card_change, customer_change, membership_change
from edge.counter.pages import CounterPages
from edge.counter.screen import Screen
from tests.edge.fakes import NOON, FakeSignals
from tests.edge.gate_world import KEY, World, stored

BAR: Final = Reader(
    name="bar",
    kind=ReaderKind.COUNTER,
    permission="glass-of-wine",
    device="/dev/b",
    partner="corner-bar",
    benefits=("coffee", "slice-of-cake"),
    undo_permission="undo-at-bar",
)
WEEK_S: Final = 7 * 86_400
PLANS: Final = {
    "gold": (
        Grant("glass-of-wine", (Limit(2, WEEK_S),)),
        Grant("coffee"),
        Grant("slice-of-cake", (Limit(1, 86_400),)),
    ),
    "staff": (Grant("undo-at-bar"),),
    "old": (Grant("glass-of-wine"),),
}


def code_of(plan: str) -> str:
    return new_code((plan + "-" * 10)[:10].encode())


class CounterWorld:
    """Members by their plan: "gold", "staff", and one whose "old" membership is over."""

    def __init__(self, reader: Reader = BAR, name: str = "Given Family") -> None:
        self.world = World()
        self.world.site = "clubhouse"
        self.reader = reader
        self.is_open = True
        self.screen = Screen(reader, self.world.clock)
        self.signals = FakeSignals()
        self.gate = self.world.gate(reader, self.signals, self.screen)
        self.port: int | None = None
        self.pages = CounterPages(lambda: [self], lambda: self.port, self.world.trust, self.world.log)
        for number, plan in enumerate(PLANS, start=1):
            self._enrol(number, plan, name)

    @property
    def name(self) -> str:
        return self.reader.name

    async def undo(self, redemption: bytes) -> bool:
        return await self.gate.undo(redemption)

    async def scan(self, plan: str) -> None:
        await self.gate.handle(self.world.reading(code_of(plan).encode()))

    def later(self, seconds: float) -> None:
        self.world.clock.elapsed_s += seconds
        self.world.clock.at += timedelta(seconds=seconds)

    def _enrol(self, number: int, plan: str, name: str) -> None:
        ends = NOON + timedelta(days=-1 if plan == "old" else 30, hours=-14)
        holder = Holder(HolderKind.CUSTOMER, number)
        card_hash = lookup_hash(KEY, code_of(plan))
        self.world.replica.rows[card_hash] = [
            stored(card_change(card_hash, Card(number))),
            stored(customer_change(Customer(number, name))),
            stored(plan_change(Plan(number, plan.capitalize(), PLANS[plan]))),
            stored(membership_change(Membership(number, holder, number, NOON - timedelta(days=90), ends))),
            stored(site_change("clubhouse", Site(Calendar("Europe/Madrid")))),
        ]


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


@asynccontextmanager
async def showing(world: CounterWorld, port: int | None = None) -> AsyncIterator[str]:
    """The address at which its counter is shown."""
    world.port = port or free_port()
    keeping = asyncio.create_task(world.pages.keep())
    try:
        while not world.world.log.all("counter_pages"):
            await asyncio.sleep(0.01)
        yield f"http://127.0.0.1:{world.port}/{world.name}"
    finally:
        keeping.cancel()
        await asyncio.wait({keeping})


async def said(
    world: CounterWorld, request: str, body: bytes = b"", **headers: str
) -> tuple[int, dict[str, str], bytes]:
    """Status, headers and body of an answer that ends."""
    assert world.port is not None
    reader, writer = await asyncio.open_connection("127.0.0.1", world.port)
    lines = {"Host": f"127.0.0.1:{world.port}"} | {name.replace("_", "-"): text for name, text in headers.items()}
    if body:
        lines["Content-Length"] = str(len(body))
    head = [f"{request} HTTP/1.1", *(f"{name}: {text}" for name, text in lines.items() if text), "\r\n"]
    writer.write("\r\n".join(head).encode() + body)
    answer = await reader.read()
    writer.close()
    top, _, rest = answer.partition(b"\r\n\r\n")
    first, *others = top.decode().split("\r\n")
    return int(first.split()[1]), dict(line.split(": ", 1) for line in others), rest


class Listener:
    """Whoever listens to a counter's events; `next` is the next state."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    @classmethod
    async def begin(cls, world: CounterWorld) -> "Listener":
        reader, writer = await asyncio.open_connection("127.0.0.1", world.port)
        writer.write(f"GET /{world.name}/events HTTP/1.1\r\nHost: localhost:{world.port}\r\n\r\n".encode())
        await reader.readuntil(b"\r\n\r\n")
        return cls(reader, writer)

    async def next(self) -> dict[str, Any]:
        event = b""
        while not event.startswith(b"data: "):
            event = await self._reader.readuntil(b"\n\n")
        state: dict[str, Any] = msgspec.json.decode(event.removeprefix(b"data: "))
        return state

    async def until_shown(self) -> dict[str, Any]:
        """The state of something that is shown."""
        while (state := await self.next())["shown"] is None:
            pass
        return state

    async def end(self) -> None:
        """Returns once nothing more will come."""
        await self._reader.read()

    def close(self) -> None:
        self._writer.close()
