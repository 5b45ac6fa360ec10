"""What goes wrong, when the seed says so, and how all of it is mended in the end."""

import shutil
from collections.abc import Callable
from contextvars import Context
from datetime import timedelta
from pathlib import Path
from random import Random

from contract.topics import DOWN_ACK, DOWN_PAGE, down, feed
from tests.simulation.broker import Broker, Line
from tests.simulation.edge import EdgeMachine
from tests.simulation.hub import Hub
from tests.simulation.lockdowns import Lockdowns
from tests.simulation.loop import VirtualLoop
from tests.simulation.orders_held import modes_on_disk
from tests.simulation.trace import Trace

LASTS_S = (1.0, 45.0)
HEALTHY_DELAY_S = (0.001, 0.02)
KILLED_S = ((0.0, 0.1), (0.1, 3.0))
"""After an ack: before it stands on disk, or then."""
FEED_TOPICS = (feed("+", "+"), down("+", DOWN_PAGE))


class Faults:
    """`marks_damaged`: edges that lost marks and orders, by damage or by an old image of the disk."""

    def __init__(  # noqa: PLR0917
        self,
        rng: Random,
        loop: VirtualLoop,
        broker: Broker,
        hub: Hub,
        edges: list[EdgeMachine],
        lockdowns: Lockdowns,
        trace: Trace,
    ) -> None:
        self._rng = rng
        self._loop = loop
        self._broker = broker
        self._hub = hub
        self._edges = edges
        self._trace = trace
        self._reboots: dict[str, bool] = {}
        self._lockdowns = lockdowns
        self._images: dict[str, tuple[float, Path]] = {}
        self.marks_damaged: set[str] = set()
        often = [
            self.kill_edge_at_a_commit,
            self.kill_edge_at_a_commit,
            self.kill_edge,
            self.stop_edge,
            self.kill_worker_at_a_commit,
            self.kill_worker_at_a_commit,
            self.kill_worker,
            self.cut_line,
            self.cut_line,
            self.silence_line,
            self.silence_line,
            self.slow_line,
            self.delay_feed,
            self.delay_feed,
            self.kill_edge_after_an_ack,
            self.mess_line,
            self.restart_broker,
            self.step_clock,
            self.fill_disk,
            self.back_up_hub,
        ]
        rare = [self.restore_hub, self.damage_replica, self.damage_journal, self.damage_trust, self.put_image_back]
        # Each world has its own kinds of trouble, so that some are seen alone.
        kinds = rng.sample(often, rng.randint(4, len(often))) + rng.sample(rare, rng.randint(0, 2))
        self._kinds: list[Callable[[], None]] = kinds

    def happen(self) -> None:
        fault = self._rng.choice(self._kinds)
        self._trace.note(fault.__name__.replace("_", " "))
        fault()

    def mend(self) -> None:
        """Everything is as it should be from now on."""
        self._broker.start()
        for edge in self._edges:
            self._mend_line(edge.line)
            edge.line.heard = _nothing
            edge.clock.set_right()
            if edge.disk is not None:
                edge.disk.fill(False)
            if edge.runs:
                edge.disk.spare()
            else:
                edge.start()
        for worker in self._hub.workers:
            self._mend_line(worker.line)
            if worker.node is None:
                worker.start()
            else:
                worker.disk.spare()

    def may_reboot(self, edge: EdgeMachine) -> None:
        """A process that ended may have taken its machine along; not all have a clock that goes on meanwhile."""
        if self._rng.random() < 0.3:
            edge.clock.boot(battery=self._rng.random() < 0.5)
            self._later(edge.clock.set_right)

    # Processes

    def kill_edge(self) -> None:
        self._edge().kill()

    def stop_edge(self) -> None:
        self._edge().stop()

    def kill_edge_at_a_commit(self) -> None:
        edge = self._edge()
        if edge.disk is not None and edge.runs:
            edge.disk.kill_in(self._rng.randint(0, 9))

    def kill_edge_after_an_ack(self) -> None:
        """And what the ack speaks of comes later than the edge is back."""
        edge = self._edge()
        self._delay_feed(edge.line)

        def heard(topic: str) -> None:
            if topic == down(edge.name, DOWN_ACK):
                edge.line.heard = _nothing
                self._loop.call_later(self._rng.uniform(*self._rng.choice(KILLED_S)), edge.kill, context=Context())

        edge.line.heard = heard

    def kill_worker(self) -> None:
        self._rng.choice(self._hub.workers).kill()

    def kill_worker_at_a_commit(self) -> None:
        worker = self._rng.choice(self._hub.workers)
        if worker.disk is not None:
            worker.disk.kill_in(self._rng.randint(0, 5))

    # Lines and the broker

    def cut_line(self) -> None:
        line = self._line()
        line.cut = True
        self._broker.cut(line)
        self._later(lambda: self._mend_line(line))

    def silence_line(self) -> None:
        line = self._line()
        line.silent = True
        self._broker.line_went_silent(line)
        self._later(lambda: self._mend_line(line))

    def slow_line(self) -> None:
        line = self._line()
        line.delay_s = (0.3, self._rng.uniform(0.5, 6.0))
        self._later(lambda: self._mend_line(line))

    def mess_line(self) -> None:
        line = self._line()
        line.mess = self._rng.uniform(0.1, 0.6)
        self._later(lambda: self._mend_line(line))

    def delay_feed(self) -> None:
        """An edge hears what the hub says of the feed long after all else, acks among it."""
        self._delay_feed(self._edge().line)

    def _delay_feed(self, line: Line) -> None:
        line.late_topics = FEED_TOPICS
        line.late_s = self._rng.uniform(1.0, 30.0)
        self._later(lambda: self._mend_line(line))

    def restart_broker(self) -> None:
        self._broker.stop(forgets=self._rng.random() < 0.5)
        self._later(self._broker.start)

    def _mend_line(self, line: Line) -> None:
        line.cut = line.silent = False
        line.mess = line.late_s = 0.0
        line.delay_s = HEALTHY_DELAY_S
        self._broker.line_is_back(line)

    # Machines

    def step_clock(self) -> None:
        clock = self._edge().clock
        clock.wrong_by = timedelta(seconds=self._rng.choice((-86_400, -900, -200, -30, 30, 200, 900, 86_400)))
        clock.was_ever_wrong = True
        clock.synchronized = self._rng.random() < 0.5
        self._later(clock.set_right)

    def fill_disk(self) -> None:
        edge = self._edge()
        if edge.disk is not None:
            edge.disk.fill(True, to_the_byte=self._rng.random() < 0.7)
            self._later(lambda: edge.disk.fill(False))

    # Files, of an edge that does not run

    def damage_replica(self) -> None:
        edge = self._edge()
        edge.kill()
        for path in sorted(edge.state_dir.glob("replica.*.db")):
            self._flip_bytes(path)

    def damage_journal(self) -> None:
        edge = self._edge()
        edge.kill()
        edge.damaged_at_s = self._loop.time()
        edge.last_when_damaged.update(list(edge.kept)[-1:])
        for name in ("journal.db", "journal.db-wal"):
            if (edge.state_dir / name).exists():
                self._flip_bytes(edge.state_dir / name)

    def damage_trust(self) -> None:
        edge = self._edge()
        edge.kill()
        for path in sorted(edge.state_dir.glob("*.json")):
            self._flip_bytes(path)
        self._forget_marks(edge)

    def put_image_back(self) -> None:
        """The disk as it was when this happened to the edge the last time."""
        edge = self._edge()
        edge.kill()
        if edge.name not in self._images:
            path = edge.folder / f"image-{edge.starts}"
            shutil.copytree(edge.state_dir, path)
            self._images[edge.name] = (self._loop.time(), path)
            return
        made_at_s, image = self._images.pop(edge.name)
        edge.torn_s.append((made_at_s, self._loop.time()))
        shutil.rmtree(edge.state_dir)
        shutil.copytree(image, edge.state_dir)
        self._forget_marks(edge)

    def _forget_marks(self, edge: EdgeMachine) -> None:
        edge.marks = {}
        edge.acked = {}
        self.marks_damaged.add(edge.name)
        if self._hub.restored_at_s is not None:
            self._lockdowns.edge_forgets(edge.name)

    def _flip_bytes(self, path: Path) -> None:
        content = bytearray(path.read_bytes())
        for _ in range(self._rng.randint(1, 60)):
            if content:
                content[self._rng.randrange(len(content))] ^= 1 << self._rng.randrange(8)
        path.write_bytes(content)

    # The hub

    def back_up_hub(self) -> None:
        self._hub.back_up()

    def restore_hub(self) -> None:
        if not self._hub.backups:
            self._hub.back_up()
        else:
            self._hub.restore(self._rng.choice(self._hub.backups))
            self._lockdowns.hub_forgets({edge.name: modes_on_disk(edge.state_dir) for edge in self._edges})

    def _edge(self) -> EdgeMachine:
        return self._rng.choice(self._edges)

    def _line(self) -> Line:
        """Of an edge or, less often, of a worker."""
        lines = [edge.line for edge in self._edges] * 2 + [worker.line for worker in self._hub.workers]
        return self._rng.choice(lines)

    def _later(self, mending: Callable[[], None]) -> None:
        self._loop.call_later(self._rng.uniform(*LASTS_S), mending, context=Context())


def _nothing(_topic: str) -> None:
    """Heard, and nothing comes of it."""
