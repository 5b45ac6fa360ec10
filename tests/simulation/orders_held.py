"""What has to hold of orders: what stands is what the hub wants, numbers only rise, a command is done once.

Judged by the files of edges, what their readers were set to and what was done at them.
"""

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from contract.orders import CommandKind, Modes
from edge.core.saved_marks import SavedMarks
from edge.core.saved_orders import SavedOrders, mark_of
from edge.storage.small_file import checked
from hub.fleet.edge_marks import EdgeMark
from hub.fleet.models import Edge
from hub.orders import queries
from hub.orders.mode_operations import stale_edges
from hub.orders.models import CommandOrder

if TYPE_CHECKING:
    from tests.simulation.edge import EdgeMachine
    from tests.simulation.world import World

Marks = dict[str, tuple[int, ...]]


# What is on an edge's disk


def orders_on_disk(state_dir: Path) -> SavedOrders:
    """Of the two files the newest whole one, as the edge reads them."""
    names = ("orders.json", "orders.json.before")
    raw = [path.read_bytes() for name in names if (path := state_dir / name).exists()]
    found = [saved for each in raw if (saved := checked(each, SavedOrders)) is not None]
    return max(found, key=lambda saved: saved.written, default=SavedOrders())


def modes_on_disk(state_dir: Path) -> Modes | None:
    return orders_on_disk(state_dir).modes


def marks_on_disk(state_dir: Path) -> Marks:
    """All that may only rise, by a name of its own."""
    orders = orders_on_disk(state_dir)
    found: Marks = {
        "modes": mark_of(orders.modes),
        "configurations settled": orders.configuration.heard,
        "orders written": (orders.written,),
    }
    path = state_dir / "marks.json"
    saved = checked(path.read_bytes(), SavedMarks) if path.exists() else None
    if saved is not None:
        found["start"] = (saved.start,)
        found |= {f"{each.sender}'s {each.kind}": (each.epoch, each.n) for each in saved.marks}
    return found


# Once it rests


def unrest(world: "World") -> list[str]:
    """Edges that have not said that they heard their orders.

    One that lost its marks while its clock had been ahead, or could not write them and was behind the next time,
    is not heard until that time has come: of it, only its own files are looked at.
    """
    deaf = [edge for edge in world.edges if edge.name in world.faults.marks_damaged or _starts_below(edge)]
    unheard = sorted(set(queries.unheard()) - {edge.name for edge in deaf})
    return [*(f"{name} has not answered its orders" for name in unheard), *_not_as_ordered(world, deaf)]


def _starts_below(edge: "EdgeMachine") -> bool:
    """A start that no disk took, and the hub has heard of it."""
    start, *_ = marks_on_disk(edge.state_dir).get("start", (0,))
    return edge.marks_unkept and EdgeMark.objects.filter(edge__name=edge.name, start__gt=start).exists()


def judge(world: "World") -> list[str]:
    stale = stale_edges(Edge.objects.order_by("name"))
    found = [f"what {edge} is told is not what is set" for edge, _ in stale]
    return [*found, *_not_as_ordered(world, world.edges), *_lifted(world), *_done_twice(world)]


def _not_as_ordered(world: "World", machines: list["EdgeMachine"]) -> list[str]:
    """An edge stands where the hub wants it, or has told it why not; modes are those of what staff have set."""
    found = []
    for machine in machines:
        orders = orders_on_disk(machine.state_dir)
        edge = Edge.objects.get(name=machine.name)
        state = queries.state_of(edge)
        stands, wanted = orders.configuration.stands, queries.desired_of([edge.name]).get(edge.name)
        if machine.name in world.faults.marks_damaged and mark_of(orders.configuration.refused) == mark_of(wanted):
            continue
        if state.state is queries.Standing.REFUSED:
            if not state.newest.refused_why:
                found.append(f"{edge} has refused its configuration without a word")
        elif stands is None or stands != wanted:
            found.append(f"{edge} stands at {mark_of(stands)}, and the hub says {state.state}")
        if orders.modes != queries.modes_for(edge):
            found.append(f"{edge}'s modes are not the hub's: {orders.modes}, {queries.modes_for(edge)}")
    return found


def _lifted(world: "World") -> list[str]:
    found = []
    for edge in world.edges:
        modes = modes_on_disk(edge.state_dir)
        found += world.club.lockdowns.broken_by(edge.name, modes)
        found += world.club.lockdowns.not_heard_by(edge.name, modes)
    return found


def _done_twice(world: "World") -> list[str]:
    """By the edges' own logs, and by what was seen at doors: nothing opened that nobody had asked for. Where marks
    were taken from an edge, or commands from the hub's database, one cannot be told from another."""
    times = Counter(world.trace.commands_done)
    given: Counter[str] = Counter(
        CommandOrder.objects.filter(kind=CommandKind.UNLOCK_ONCE).values_list("edge__name", flat=True)
    )
    opened = Counter(world.trace.unlocked)
    found = [
        f"command {number} of epoch {epoch} was done {count} times at {edge}"
        for (edge, epoch, number), count in times.items()
        if count > 1 and edge not in world.faults.marks_damaged
    ]
    if world.hub.restored_at_ms is None:
        found += [
            f"{edge} unlocked {count} times, {given[edge]} were asked for"
            for edge, count in opened.items()
            if count > given[edge] and edge not in world.faults.marks_damaged
        ]
    return found
