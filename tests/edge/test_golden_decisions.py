"""The promised decisions on an edge: the club's feed in a real replica file, each card looked up there."""

from pathlib import Path

from edge.storage.replica import Replica
from tests.edge.feed_samples import numbered
from tests.edge.replica_runs import fill, run
from tests.golden.decisions import CASES, CHANGES


def test_an_edge_decides_as_promised(tmp_path: Path) -> None:
    async def work(replica: Replica) -> None:
        assert await fill(replica, numbered(CHANGES))
        decided = {}
        for case in CASES:
            found = await replica.look_up(case.card_hash)
            assert found is not None
            decided[case.name] = case.decide(found.position, found.rows)
        assert decided == {case.name: case.promised for case in CASES}

    run(tmp_path, work)
