"""`python -m edge.storage.bulk_child`: does what comes in on stdin, one request after another; answers on stdout.

It takes only the processor time that nobody else wants, and ends with whoever started it: it notices the end of
the pipe at once, whatever goes on. A fresh replica that was being loaded is thrown away by the edge's next start.
"""

import os
import signal
import sys
from contextlib import suppress
from queue import SimpleQueue
from threading import Thread
from typing import BinaryIO

from edge.storage.bulk_messages import End, Request, next_request, send
from edge.storage.bulk_work import BulkWork


def main() -> None:
    for number in (signal.SIGINT, signal.SIGTERM):  # of a whole group of processes: who started this one ends it
        signal.signal(number, signal.SIG_IGN)
    _stand_back()
    requests: SimpleQueue[Request] = SimpleQueue()
    Thread(target=_read, args=(sys.stdin.buffer, requests), daemon=True).start()
    work = BulkWork()
    while True:
        request = requests.get()
        send(sys.stdout.buffer, work.answer(request))
        if isinstance(request, End):
            return


def _stand_back() -> None:
    """SCHED_IDLE (sched(7)): whoever else wakes up is run at once. From whatever niceness the edge is run with."""
    os.setpriority(os.PRIO_PROCESS, 0, 19)
    with suppress(OSError):
        os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))


def _read(stream: BinaryIO, requests: "SimpleQueue[Request]") -> None:
    try:
        while (request := next_request(stream)) is not None:
            requests.put(request)
    finally:
        os._exit(0)  # in the middle of whatever is being done: nobody wants it any more


if __name__ == "__main__":
    with suppress(BrokenPipeError):
        main()
