"""The edge as it is installed, with one thing added: each time its replica has moved on, a look-up is made as for
a scan, and the instant is noted at which it answers.

`python -m bench.watching_edge INSTANTS run ...`; when the edge has ended, INSTANTS has a line each: the sequence
that the look-up saw and the CLOCK_MONOTONIC instant in nanoseconds. That clock is the same in all processes.
"""

import sys
import time
from pathlib import Path

from contract.feed import Row
from edge.__main__ import main
from edge.storage.replica import Replica

_NO_CARD = bytes(32)


def run(instants_path: Path) -> int:
    instants: list[tuple[int, int]] = []
    apply = Replica.apply

    async def watched(replica: Replica, rows: list[Row], upto: int) -> int:
        digest = await apply(replica, rows, upto)
        found = await replica.look_up(_NO_CARD)
        if found is not None:
            instants.append((found.position.sequence, time.monotonic_ns()))
        return digest

    Replica.apply = watched  # type: ignore[method-assign]
    try:
        return int(main() or 0)
    finally:
        instants_path.write_text("".join(f"{sequence} {instant}\n" for sequence, instant in instants))


if __name__ == "__main__":
    path = Path(sys.argv.pop(1))
    sys.exit(run(path))
