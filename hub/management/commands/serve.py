"""`doorward-hub serve`: the whole hub in one terminal: pages, worker and, where asked for, a broker."""

import shutil
import signal
import socket
import sys
import threading
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from hub.errors import HubError
from hub.management.commands.web import check_address
from hub.serving import Child, supervise


class NoBroker(HubError):
    """No broker can be started here."""


class Command(BaseCommand):
    help = "Runs the pages and the worker together, for one machine; systemd's units do it for good."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--bind", default="127.0.0.1:8000", metavar="HOST:PORT")
        parser.add_argument("--workers", type=int, default=2, help="processes that serve pages (default 2)")
        parser.add_argument(
            "--broker",
            action="store_true",
            help="a mosquitto for this machine alone, too, unless one listens at DOORWARD_BROKER already",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        check_address(options["bind"])
        stopping = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            # From a thread: Event.set() in a handler that interrupts another one would wait for itself.
            signal.signal(number, lambda _number, _frame: threading.Thread(target=stopping.set).start())
        own = [sys.executable, "-m", "hub"]
        web = [*own, "web", "--bind", options["bind"], "--workers", str(options["workers"])]
        children = [Child("worker", [*own, "worker"]), Child("web", web)]
        if options["broker"] and not _listens():
            children.insert(0, Child("mosquitto", _mosquitto()))
        if code := supervise(children, stopping, self._tell):
            sys.exit(code)

    def _tell(self, line: str) -> None:
        self.stderr.write(f"doorward-hub: {line}")


def _listens() -> bool:
    broker = settings.ENVIRONMENT.broker
    with socket.socket() as client:
        client.settimeout(2)
        return client.connect_ex((broker.host, broker.port)) == 0


def _mosquitto() -> list[str]:
    """Without a configuration it listens on the loopback alone and forgets on restart; the hub says all again.

    NoBroker: DOORWARD_BROKER is elsewhere, or mosquitto is not installed.
    """
    broker = settings.ENVIRONMENT.broker
    if broker.tls or broker.host not in ("127.0.0.1", "localhost"):
        raise NoBroker("--broker starts one on this machine without TLS: DOORWARD_BROKER names another")
    program = shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin:/usr/local/sbin")
    if program is None:
        raise NoBroker("mosquitto is not installed: apt-get install mosquitto")
    return [program, "-p", str(broker.port)]
