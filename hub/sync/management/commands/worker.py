"""`worker`: serves edges through the broker until it is told to stop. Its log is JSON lines on stdout."""

import gc
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from typing import Any, Final

from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils import timezone

from hub import authority, life
from hub.cards.passes.configuration import wallets
from hub.sync.beat import Beat
from hub.sync.billing import BillingRound
from hub.sync.clocks import Clocks
from hub.sync.control import Answers
from hub.sync.inbox import Inbox
from hub.sync.log import Log
from hub.sync.mail import MailRound
from hub.sync.mqtt import HubLink
from hub.sync.passes import PassRound
from hub.sync.rights_keeper import RightsKeeper
from hub.sync.tls import tls_context
from hub.sync.webhooks import Webhooks
from hub.sync.worker import Worker
from hub.wire_keys.operations import establish

_LAST_BEAT_S: Final = 2.0
"""How long a worker that stops waits to have said so: on a busy database it is missed a little later."""


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
        clocks = Clocks(timezone.now, time.monotonic)
        alive = life.Alive(time.monotonic, life.alive_every_s(os.environ))
        worker, beat = Worker(inbox, link, log, clocks, keys, alive), Beat(log, clocks)
        for generation in establish(keys, timezone.now()):
            log.event("signing_key_adopted", generation=generation)
        for trouble in wallets(timezone.now()).troubles:
            log.event("wallet_files", error=trouble)
        gc.freeze()  # what was imported lives as long as the process: not to be looked at for garbage again
        link.start()
        beating = _start("beat", beat.run, stopping, lambda: link.connected() > 0)
        telling = _start("webhooks", Webhooks(log, clocks).run, stopping)
        mailing = _start("mail", MailRound(log, clocks).run, stopping)
        passing = _start("passes", PassRound(log, clocks).run, stopping)
        billing = _start("billing", BillingRound(log, clocks).run, stopping)
        if answers is not None:
            _start("rights", RightsKeeper(link, answers, log, time.monotonic).run, stopping)
        life.say(life.READY)
        worker.run(stopping)
        life.say(life.STOPPING)
        link.stop()
        beating.join(_LAST_BEAT_S)
        telling.join(_LAST_BEAT_S)
        mailing.join(_LAST_BEAT_S)
        passing.join(_LAST_BEAT_S)
        billing.join(_LAST_BEAT_S)
        log.event("stopped")


def _start(name: str, run: Callable[..., None], *arguments: Any) -> threading.Thread:
    thread = threading.Thread(target=run, args=arguments, name=name, daemon=True)
    thread.start()
    return thread


def _link(inbox: Inbox, log: Log, answers: Answers | None) -> HubLink:
    environment = settings.ENVIRONMENT
    tls = None
    if environment.broker.tls:
        tls = tls_context(authority.load(environment.authority, settings.KEYS.authority), timezone.now())
    return HubLink(environment.broker, inbox, log, tls, answers)
