"""`doorward-hub web`: the hub's pages, served by gunicorn."""

import errno
import gc
import os
import re
import socket
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from django.urls import get_resolver
from django.utils import timezone
from gunicorn.app.base import BaseApplication

from hub import life
from hub.cards.passes.configuration import wallets
from hub.errors import HubError


class CannotServe(HubError):
    """The address to serve on is no address, or it cannot be had; the text says which to choose."""


class Command(BaseCommand):
    help = "Serves the hub's pages."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--bind", default="127.0.0.1:8000", metavar="HOST:PORT")
        parser.add_argument("--workers", type=int, default=2, help="processes (default 2)")
        parser.add_argument("--threads", type=int, default=4, help="threads in each process (default 4)")

    def handle(self, *args: Any, **options: Any) -> None:
        address = check_address(options["bind"])
        self.stdout.write(f"The hub's pages are at {settings.DOORWARD_URL}, served on {options['bind']}.")
        self.stdout.flush()
        if trouble := other_port(settings.DOORWARD_URL, options["bind"]):
            self.stderr.write(f"doorward-hub: {trouble}")
        for trouble in wallets(timezone.now()).troubles:
            self.stderr.write(f"doorward-hub: {trouble}")
        Web({name: options[name] for name in ("bind", "workers", "threads")}, *address).run()


def check_address(bind: str) -> tuple[str, int]:
    """Host and port. CannotServe: `bind` is not HOST:PORT, or cannot be bound right now."""
    found = re.fullmatch(r"(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9.-]+):([0-9]{1,5})", bind)
    if found is None or not 0 < int(found.group(2)) < 65536:
        raise CannotServe(f"--bind is {bind!r}: it should be HOST:PORT, as in 127.0.0.1:8000")
    host, port = found.group(1).strip("[]"), int(found.group(2))
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        socket.create_server((host, port), family=family).close()
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise CannotServe(f"port {port} is taken: choose another with --bind") from error
        reason = error.strerror or "no such address"
        raise CannotServe(f"{bind} cannot be served ({reason}): choose another with --bind") from error
    return host, port


def other_port(url: str, bind: str) -> str:
    """What to set where `url` (DOORWARD_URL) names another port than `bind` (HOST:PORT); empty: nothing.

    https always ends at a proxy in front, which passes on to whatever port it likes.
    """
    found, port = urlsplit(url), int(bind.rpartition(":")[2])
    host, _, named = re.fullmatch(r"(.*?)(:([0-9]+))?", found.netloc).groups()  # type: ignore[union-attr]
    if found.scheme == "https" or int(named or 80) == port:
        return ""
    return (
        f"cards and the lines that enrol edges say {url}, and port {port} is served: set"
        f" DOORWARD_URL=http://{host}:{port} in each of this hub's terminals, unless a proxy passes on to it"
    )


class Web(BaseApplication):
    """gunicorn, configured by the command line alone: no file or variable of its own. It tells systemd itself when
    it is ready; each of its processes asks at the address that it serves whether the watchdog is to be fed."""

    def __init__(self, options: dict[str, Any], host: str, port: int) -> None:
        fixed = {"worker_class": "gthread", "proc_name": "doorward-hub-web", "control_socket_disable": True}
        self._options = options | fixed
        if "WATCHDOG_USEC" in os.environ:
            own = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - not served, but asked
            every_s = life.alive_every_s(os.environ)
            self._options["post_worker_init"] = lambda _worker: life.keep_asking(own, port, every_s)
        super().__init__()

    def load_config(self) -> None:
        for name, value in self._options.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        from hub.wsgi import application  # noqa: PLC0415

        # Views are imported with the first request otherwise. All of it lives as long as the process: looking at
        # it for garbage held up one page in a hundred for 130 ms (F11).
        _ = get_resolver().url_patterns
        gc.freeze()
        return application
