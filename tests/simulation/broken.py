"""The real code broken on purpose, one place at a time, to see whether worlds notice.

`python -m tests.simulation.broken WORKTREE`, in a worktree of its own (git worktree add --detach), never in the
checkout that people work in: files are changed there, and put back.
"""

import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

SEEDS = 25


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
    Break("edge/core/unpassed.py", "if epoch == position.epoch and sequence <= position.sequence:", "if True:"),
    Break(
        "edge/core/floors.py",
        "if ack.epoch < self._epoch or (reached is not None and mark < reached):",
        "if False:",
    ),
    Break("edge/core/own_facts.py", "uses=tuple(_uses(facts, own, customer_id).values()),", "uses=facts.uses,"),
    Break("edge/storage/journal_tables.py", "epoch = ? AND sequence <= ?", "? + ? > 0"),
    Break("hub/sync/epochs.py", "(asked.epoch, asked.after) <= (page.epoch, page.head)", "True"),
    Break("hub/checkins/over_limit.py", "None if reach is None else last + reach,", "last,"),
    Break("hub/checkins/consequences.py", "if use.id not in gone)", "if True)"),
    Break("hub/feed/operations.py", "_digests(removed), _digests(moved))", "[], _digests(moved))"),
)


def main(root: Path) -> None:
    for each in BREAKS:
        path = root / each.file
        right = path.read_text()
        if each.right not in right:
            print(f"{each.file}: the place is not there any more", flush=True)
            continue
        path.write_text(right.replace(each.right, each.wrong, 1))
        try:
            print(f"{each.file}: {first_failure(root)}", flush=True)
        finally:
            path.write_text(right)


def first_failure(root: Path) -> str:
    command = [sys.executable, "-m", "tests.simulation", "--first", "1", "--seeds", str(SEEDS), "--processes", "1"]
    done = subprocess.run([*command, "--stop"], cwd=root, capture_output=True, text=True, check=False)
    if not done.returncode:
        return f"not found by {SEEDS} seeds"
    found = [line for line in done.stdout.splitlines() if line.startswith("make simulate")]
    return found[0] if found else done.stderr[-300:]


if __name__ == "__main__":
    main(Path(sys.argv[1]))
