"""Who works on an import: a thread beside the requests, or a command. The thread outlives its request, not its
process; what a killed process leaves is gone on with from its last whole piece."""

import logging
import threading
import traceback
from collections.abc import Callable
from datetime import datetime
from typing import Final

from django.db import Error, connection
from django.utils.translation import gettext as _

from hub.errors import HubError
from hub.exchange.job_operations import claim, halt, step
from hub.exchange.models import Job

_BREATH_S: Final = 0.05
"""Between two pieces others get at the database: on SQLite who waits looks again 10 times a second."""
_LOG = logging.getLogger("hub.exchange")
Clock = Callable[[], datetime]


def work(job: Job, now: Clock, told: Callable[[], None] = lambda: None) -> None:
    """To its end, in this thread; `told` after every piece. Refused: somebody works already."""
    _go_on(job.pk, claim(job, now()), now, told)


def start(job: Job, now: Clock) -> threading.Thread:
    """In a thread of its own. Refused: somebody works already."""
    runner = claim(job, now())
    thread = threading.Thread(target=_alone, args=(job.pk, runner, now), name=f"import-{job.pk}", daemon=True)
    thread.start()
    return thread


def _alone(job_id: int, runner: str, now: Clock) -> None:
    try:
        _go_on(job_id, runner, now, lambda: None)
    except (HubError, Error) as error:
        # What the database says may have a member's name in it: its kind is enough.
        _LOG.warning("import %d stopped: %s", job_id, type(error).__name__)
        _tell(job_id, runner, error)
    except Exception as error:  # noqa: BLE001 (nobody waits for this thread: what it does not tell, nobody learns)
        # Where it happened, and not what it said, for the same reason.
        frames = "".join(traceback.format_tb(error.__traceback__))
        _LOG.error("import %d stopped at a fault: %s\n%s", job_id, type(error).__name__, frames)
        _tell(job_id, runner, error)
    finally:
        connection.close()


def _go_on(job_id: int, runner: str, now: Clock, told: Callable[[], None]) -> None:
    breath = threading.Event()
    while step(job_id, runner, now()):
        told()
        breath.wait(_BREATH_S)
    told()


def _tell(job_id: int, runner: str, error: Exception) -> None:
    try:
        halt(job_id, runner, _reason(error))
    except Error:
        _LOG.warning("import %d could not say that it stopped", job_id)


def _reason(error: Exception) -> str:
    if isinstance(error, HubError):
        return str(error)
    if isinstance(error, Error):
        return _("The database did not take it: try to go on.")
    return _("It met a fault in the hub (%(kind)s): the hub's log says where.") % {"kind": type(error).__name__}
