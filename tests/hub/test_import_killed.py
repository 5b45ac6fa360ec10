"""An import whose process is killed: what is there is whole, and going on comes to the same as if it never was."""

import os
import signal
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

from django.utils import timezone

from hub.audit.models import Entry
from hub.exchange import queries
from hub.exchange.job_operations import LEASE
from hub.exchange.kinds import PIECE_ROWS
from hub.exchange.models import Job
from hub.exchange.running import work
from hub.feed.models import FeedRow
from hub.members.models import Customer
from tests.hub.conftest import Database
from tests.hub.csv_files import counts, imported

ROWS = 6 * PIECE_ROWS
DEADLINE_S = 120
LOOK_AGAIN_S = 0.02


def test_whole_pieces_are_left_and_going_on_comes_to_the_same(database: Database, tmp_path: Path) -> None:
    text = "external_id,name\n" + "".join(f"A{number},Member {number}\n" for number in range(ROWS))
    file = tmp_path / "customers.csv"
    file.write_text(text, "utf-8")
    process = subprocess.Popen(
        [sys.executable, "-m", "hub", "import", "customers", str(file)],
        env=os.environ | database.environment,
        stdout=subprocess.DEVNULL,
    )
    deadline = time.monotonic() + DEADLINE_S
    while not Customer.objects.exists():
        assert process.poll() is None and time.monotonic() < deadline
        time.sleep(LOOK_AGAIN_S)
    process.send_signal(signal.SIGKILL)
    process.wait()
    job = Job.objects.get()
    assert job.state == Job.State.WRITING and 0 < job.rows_done < ROWS
    assert Customer.objects.count() == Entry.objects.filter(action="created").count() == job.rows_done
    later = timezone.now() + LEASE + timedelta(seconds=1)
    assert queries.progress_of(job, later).stands
    work(job, lambda: later)
    job.refresh_from_db()
    assert (job.state, counts(job)) == (Job.State.DONE, (ROWS, 0, 0, 0))
    assert Customer.objects.count() == FeedRow.objects.count() == ROWS
    assert counts(imported("customers", text)) == (0, 0, ROWS, 0)
