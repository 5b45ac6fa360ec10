"""The real code broken on purpose, one place at a time, to see whether worlds notice.

`python -m tests.simulation.broken WORKTREE`, in a worktree of its own (git worktree add --detach), never in the
checkout that people work in: files are changed there, and put back. `--only NAME` takes the places whose file has
that name, `--seeds A-B` (or one number) the worlds.
"""

import argparse
import subprocess
import sys
import time
from pathlib import Path
from typing import NamedTuple

SEEDS = "1-25"


class Break(NamedTuple):
    """In `file`, `right` becomes `wrong`."""

    file: str
    right: str
    wrong: str


BREAKS = (
    Break("edge/recorder.py", "if redeems and sequence is None:", "if False:"),
    Break(
        "edge/core/outbox.py",
        "            return self._go_back(upto, at_s)\n        if",
        "            return []\n        if",
    ),
    Break(
        "edge/core/unpassed.py",
        "if _is_of_epoch(at, position) and at.sequence <= position.sequence:",
        "if True:",
    ),
    Break("edge/core/floors.py", "if is_over or mark < self._acked.get(of, mark):", "if False:"),
    Break("edge/core/own_facts.py", "uses=tuple(_uses(facts, own, customer_id).values()),", "uses=facts.uses,"),
    Break("edge/storage/journal_tables.py", "epoch = ? AND sequence <= ?", "? + ? > 0"),
    Break("hub/sync/epochs.py", "(asked.epoch, asked.after) <= (page.epoch, page.head)", "True"),
    Break("hub/checkins/over_limit.py", "None if reach is None else last + reach,", "last,"),
    Break("hub/checkins/consequences.py", "if use.id not in gone)", "if True)"),
    Break("hub/feed/operations.py", "_digests(removed), _digests(moved))", "[], _digests(moved))"),
    Break(
        "edge/readers/reader_set.py",
        "            each.set_mode(self._mode_of(each.reader, readers))",
        "            pass",
    ),
    Break(
        "edge/readers/reader_set.py",
        "            await reader.follow(wanted[reader.name], site)",
        "            pass",
    ),
    Break(
        "edge/readers/running_reader.py",
        "            policy=policy,\n            recorder",
        "            recorder",
    ),
    Break("edge/orders.py", "            self._take_modes(self._saved.modes)", "            pass"),
    Break("contract/seal.py", "if not key.verifies(", "if False and not key.verifies("),
    Break(
        "contract/seal.py",
        "    if key is None:\n        raise",
        "    if key is None:\n        return envelope.payload\n        raise",
    ),
    Break("edge/journal_care.py", "lost = self._losses.first(self._new_id)", "lost = None"),
    Break(
        "edge/commands.py",
        "            await self._marks.keep_reached(HUB, COMMAND, Mark(command.epoch, command.number))\n",
        "",
    ),
    Break("edge/core/commands.py", "    return at >= from_us(command.expires_us)", "    return False"),
    Break("edge/core/commands.py", "any(door.posture is Posture.LOCKDOWN for door in doors)", "False"),
    Break("hub/fleet/edge_marks.py", "        if said < reached:", "        if False:"),
)


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.simulation.broken")
    parser.add_argument("root", type=Path, help="a worktree of its own")
    parser.add_argument("--only", default="", help="part of the file's name: own_facts")
    parser.add_argument("--seeds", default=SEEDS, help="the first and the last: 1-25")
    parser.add_argument("--chaos-s", default="240", help="how long things go wrong in a world, virtual seconds")
    asked = parser.parse_args(arguments)
    for each in BREAKS:
        if asked.only in each.file:
            print(f"{each.file}: {_found(each, asked)}", flush=True)


def _found(broken: Break, asked: argparse.Namespace) -> str:
    path = asked.root / broken.file
    right = path.read_text()
    if broken.right not in right:
        return "the place is not there any more"
    path.write_text(right.replace(broken.right, broken.wrong, 1))
    try:
        return first_failure(asked.root, asked.seeds, asked.chaos_s)
    finally:
        path.write_text(right)


def first_failure(root: Path, seeds: str, chaos_s: str) -> str:
    first, _, last = seeds.partition("-")
    worlds = int(last or first) - int(first) + 1
    began_s = time.monotonic()
    command = [sys.executable, "-m", "tests.simulation", "--first", first, "--seeds", str(worlds)]
    command += ["--processes", "1", "--chaos-s", chaos_s, "--stop"]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    took = f"({time.monotonic() - began_s:.0f} s)"
    if not done.returncode:
        return f"not found by seeds {seeds} {took}"
    found = [line for line in done.stdout.splitlines() if line.startswith("make simulate")]
    return f"{found[0] if found else done.stderr[-300:]} {took}"


if __name__ == "__main__":
    main(sys.argv[1:])
