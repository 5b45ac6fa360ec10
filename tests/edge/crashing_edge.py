"""`python -m tests.edge.crashing_edge FOLDER PORT POINT`: an edge at a broker that is killed at POINT, as the
kernel or a power cut would end it. All its bulk work is done by processes.

It says on stdout how far it has come, a word a line; at "whole" it has made two check-ins.
"""

import asyncio
import os
import signal
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from contract.high_water import Mark
from edge.hub_link.replica_deeds import ReplicaDeeds
from edge.marks import EdgeMarks
from edge.storage.bulk_process import BulkProcess
from edge.storage.fresh_replica import FreshInProcess
from edge.storage.journal import SqliteJournal
from edge.storage.replica import Replica
from edge.storage.replica_file import ReplicaFile
from tests.edge import link_runs
from tests.edge.link_runs import edge_at, until

CHECKINS = 2
Method = Callable[..., Any]

POINTS: dict[str, tuple[type, str]] = {
    "begin": (Replica, "start_fresh"),
    "load": (Replica, "load"),
    "finish": (Replica, "finish_fresh"),
    "prove": (FreshInProcess, "finish"),
    "open": (FreshInProcess, "opened"),
    "swap": (Replica, "_swap_in"),
    "old": (ReplicaFile, "delete"),
    "apply": (Replica, "apply"),
    "own": (ReplicaDeeds, "note_passed"),
    "marks": (EdgeMarks, "_write"),
    "ack": (SqliteJournal, "acknowledge"),
    "journal": (SqliteJournal, "append"),
}
"""Each is a point before and one after a method."""


def end() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def end_child(process: BulkProcess) -> None:
    os.kill(process.pid, signal.SIGKILL)


def arm(point: str) -> None:
    when, _, what = point.partition(" ")
    if when == "child":
        _kill_child_once(what)
        return
    if when == "asked":
        _end_once_asked(what)
        return
    owner, name = POINTS[what]
    method: Method = getattr(owner, name)

    def before(*args: Any, **kwargs: Any) -> Any:
        end()
        return method(*args, **kwargs)

    def then(*args: Any, **kwargs: Any) -> Any:
        done = method(*args, **kwargs)
        if asyncio.iscoroutine(done):
            return _and_end(done)
        end()
        return done

    setattr(owner, name, before if when == "before" else then)


async def _and_end(done: Awaitable[Any]) -> None:
    await done
    end()


def _kill_child_once(what: str) -> None:
    """The process that does the bulk work is killed as it is asked for `what`; this one lives."""
    ask, left = BulkProcess.ask, [1]

    async def asked(process: BulkProcess, request: Any, within_s: float) -> Any:
        if type(request).__name__ == what and left:
            left.pop()
            os.kill(process.pid, signal.SIGSTOP)
            asyncio.get_running_loop().call_later(0.02, end_child, process)
        return await ask(process, request, within_s)

    BulkProcess.ask = asked  # type: ignore[method-assign]


def _end_once_asked(what: str) -> None:
    """This process ends while the other one is at work."""
    ask = BulkProcess.ask

    async def asked(process: BulkProcess, request: Any, within_s: float) -> Any:
        if type(request).__name__ == what:
            asyncio.get_running_loop().call_later(0.002, end)
        return await ask(process, request, within_s)

    BulkProcess.ask = asked  # type: ignore[method-assign]


class BulkReplica(Replica):
    @classmethod
    async def open(
        cls, folder: Path, stood: Callable[[str], Mark | None] = lambda _: None, large: int = 0
    ) -> Replica:
        return await super().open(folder, stood, large=0)


async def serve(folder: Path, port: int, point: str) -> None:
    link_runs.Replica = BulkReplica  # type: ignore[misc]
    phase, _, point = point.partition(": ")
    if phase == "first":
        arm(point)
    async with edge_at(folder, port) as edge:
        await until(edge.replica.position)
        if phase == "then":
            arm(point)
        say("whole")
        last = await edge.journal.last_sequence()
        for number in range(last + 1, last + 1 + CHECKINS):
            await edge.check_in(number)
        say("checked in")
        shown = 0
        while True:
            await asyncio.sleep(0.01)
            for failed in edge.log.all("replica_failed")[shown:]:
                shown += 1
                say(f"failed {failed['what']}")
            if any(each.get("epoch", 0) > 1_000 for each in edge.log.all("replica")):
                say("anew")
                await asyncio.sleep(3_600)


def say(word: str) -> None:
    print(word, flush=True)


if __name__ == "__main__":
    asyncio.run(serve(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3]))
