"""`worker`: serves edges through the broker until it is told to stop. Its log is JSON lines on stdout."""

import signal
import sys
import threading
import time
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils import timezone

from hub import authority
from hub.sync.clocks import Clocks
from hub.sync.control import Answers
from hub.sync.inbox import Inbox
from hub.sync.log import Log
from hub.sync.mqtt import HubLink
from hub.sync.rights_keeper import RightsKeeper
from hub.sync.tls import tls_context
from hub.sync.worker import Worker
from hub.wire_keys.operations import establish


class Command(BaseCommand):
    help = "Serve edges through the MQTT broker: take check-ins, answer pulls, publish changes of the feed."
    requires_system_checks: list[str] = []

    def handle(self, *_args: Any, **_options: Any) -> None:
        stopping = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            # From a thread: Event.set() in a handler that interrupts another one would wait for itself.
            signal.signal(number, lambda _number, _frame: threading.Thread(target=stopping.set).start())
        log = Log(sys.stdout, timezone.now, time.monotonic)
        inbox = Inbox()
        answers = Answers() if settings.ENVIRONMENT.broker_rights else None
        link = _link(inbox, log, answers)
        keys = settings.ENVIRONMENT.keys
        worker = Worker(inbox, link, log, Clocks(timezone.now, time.monotonic), keys)
        for generation in establish(keys, timezone.now()):
            log.event("signing_key_adopted", generation=generation)
        link.start()
        if answers is not None:
            keeper = RightsKeeper(link, answers, log, time.monotonic)
            threading.Thread(target=keeper.run, args=(stopping,), name="rights", daemon=True).start()
        worker.run(stopping)
        link.stop()
        log.event("stopped")


def _link(inbox: Inbox, log: Log, answers: Answers | None) -> HubLink:
    environment = settings.ENVIRONMENT
    tls = None
    if environment.broker.tls:
        tls = tls_context(authority.load(environment.authority, settings.KEYS.authority), timezone.now())
    return HubLink(environment.broker, inbox, log, tls, answers)
