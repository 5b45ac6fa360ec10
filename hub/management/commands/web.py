"""`doorward-hub web`: the hub's pages, served by gunicorn."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from gunicorn.app.base import BaseApplication


class Command(BaseCommand):
    help = "Serves the hub's pages."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--bind", default="127.0.0.1:8000", metavar="HOST:PORT")
        parser.add_argument("--workers", type=int, default=2, help="processes (default 2)")
        parser.add_argument("--threads", type=int, default=4, help="threads in each process (default 4)")

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"The hub's pages are at {settings.DOORWARD_URL}, served on {options['bind']}.")
        self.stdout.flush()
        _Web({name: options[name] for name in ("bind", "workers", "threads")}).run()


class _Web(BaseApplication):
    """gunicorn, configured by the command line alone: no file or variable of its own."""

    def __init__(self, options: dict[str, Any]) -> None:
        fixed = {"worker_class": "gthread", "proc_name": "doorward-hub-web", "control_socket_disable": True}
        self._options = options | fixed
        super().__init__()

    def load_config(self) -> None:
        for name, value in self._options.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        from hub.wsgi import application  # noqa: PLC0415

        return application
