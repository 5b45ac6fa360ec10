"""Virtual time: an event loop that never waits, and processes on it that can end in the middle of anything.

Whatever a node (edge/worker process) starts carries the node in its context; once the node is dead nothing of it
runs any more, no `finally` included: that is a kill. Threads' work is done on the loop, in order, after a delay
drawn from the seed. Knows nothing of what runs on it.
"""

import asyncio
import contextlib
import gc
import selectors
from collections.abc import Callable
from contextvars import Context, ContextVar, copy_context
from random import Random
from typing import Any

WORK_S = (0.0002, 0.004)
"""What a thread's work takes: a commit on a healthy card."""


class Killed(BaseException):
    """Unwinds the call in which a node was killed; nothing catches it."""


class Node:
    """A process. `alive` False: none of its callbacks runs any more."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.alive = True

    def step(self, callback: Callable[..., object], *args: object) -> None:
        if self.alive:
            with contextlib.suppress(Killed):
                callback(*args)


NODE: ContextVar[Node | None] = ContextVar("node", default=None)


def context_of(node: Node) -> Context:
    context = copy_context()
    context.run(NODE.set, node)
    return context


class _Task(asyncio.Task[Any]):
    """Knows whose it is, so that a dead node's tasks can be kept from being tidied up."""

    def __init__(self, coro: Any, *, loop: asyncio.AbstractEventLoop, context: Context | None = None) -> None:
        self.node = NODE.get() if context is None else context.get(NODE)
        super().__init__(coro, loop=loop, context=context)


class _NeverWaits(selectors.SelectSelector):
    def __init__(self) -> None:
        super().__init__()
        self.elapsed_s = 0.0

    def select(self, timeout: float | None = None) -> list[Any]:
        if timeout is None:
            raise RuntimeError("nothing will ever happen again in this world")
        if timeout > 0:
            self.elapsed_s += timeout
        return []


class VirtualLoop(asyncio.SelectorEventLoop):
    def __init__(self, rng: Random) -> None:
        self._virtual = _NeverWaits()
        super().__init__(self._virtual)
        self._rng = rng
        self._dead: list[_Task] = []
        self.on_exception: Callable[[dict[str, Any]], None] = lambda _: None
        self.on_signal_handler: Callable[[Callable[[], None]], None] = lambda _: None
        self.set_task_factory(lambda loop, coro, **kwargs: _Task(coro, loop=loop, **kwargs))

    def time(self) -> float:
        return self._virtual.elapsed_s

    def call_soon(self, callback: Any, *args: Any, context: Context | None = None) -> asyncio.Handle:
        node = NODE.get() if context is None else context.get(NODE)
        if node is None:
            return super().call_soon(callback, *args, context=context)
        return super().call_soon(node.step, callback, *args, context=context)

    def call_at(self, when: float, callback: Any, *args: Any, context: Any = None) -> asyncio.TimerHandle:
        node = NODE.get() if context is None else context.get(NODE)
        if node is None:
            return super().call_at(when, callback, *args, context=context)
        return super().call_at(when, node.step, callback, *args, context=context)

    def call_soon_threadsafe(self, callback: Any, *args: Any, context: Context | None = None) -> asyncio.Handle:
        return self.call_soon(callback, *args, context=context)

    def run_in_executor(self, executor: Any, func: Callable[..., Any], *args: Any) -> Any:
        future = self.create_future()
        self.call_later(self.work_s(), work, future, lambda: func(*args))
        return future

    def add_signal_handler(self, number: int, callback: Any, *args: Any) -> None:
        """Of a process that is one of many here: whoever stops it calls it (`on_signal_handler`)."""
        self.on_signal_handler(callback)

    def set_exception_handler(self, handler: Any) -> None:
        """Each process brings its own; here `on_exception` hears of what nobody handles."""

    def call_exception_handler(self, context: dict[str, Any]) -> None:
        self.on_exception(context)

    def work_s(self) -> float:
        """What the next piece of a thread's work takes."""
        return self._rng.uniform(*WORK_S)

    def bury(self, node: Node) -> None:
        """The node is dead: its tasks stay as they are, referred to, so that Python does not end them."""
        node.alive = False
        self._dead += [task for task in asyncio.all_tasks(self) if getattr(task, "node", None) is node]

    def end(self) -> None:
        """The world is over; what is left of its processes is dropped (`end_silently`)."""
        self.on_exception = lambda _: None
        self._dead += [task for task in asyncio.all_tasks(self) if isinstance(task, _Task)]
        for task in self._dead:
            task._log_destroy_pending = False
        self.close()
        self._dead.clear()
        self._ready.clear()
        self._scheduled.clear()
        gc.collect()


def work(future: asyncio.Future[Any] | None, function: Callable[[], Any]) -> Any:
    """A piece of a thread's work, and its outcome to whoever waits for it."""
    try:
        result = function()
    except Exception as error:  # noqa: BLE001 - as an executor does
        if future is not None and not future.done():
            future.set_exception(error)
        return None
    if future is not None and not future.done():
        future.set_result(result)
    return result
