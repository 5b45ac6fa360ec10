"""`doorward-hub broker_setup`: writes what a mosquitto needs to be this hub's broker."""

import os
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from hub import authority
from hub.sync import broker_files
from hub.sync.broker_files import BrokerPlace

_NEXT = """
Next:
  1. chown -R mosquitto: {folder} {data}    (if mosquitto runs as a user of its own, as Debian's does)
  2. Run `mosquitto -c {folder}/mosquitto.conf`. As Debian's service: `systemctl edit mosquitto`, with
       [Service]
       ExecStart=
       ExecStart=/usr/sbin/mosquitto -c {folder}/mosquitto.conf
     then `systemctl restart mosquitto`.
  3. Set these for the hub's `web` and `worker`, and start them again:
       DOORWARD_BROKER=mqtts://{hub}:{hub_port}
       DOORWARD_BROKER_FOR_EDGES=mqtts://{host}:{port}
  4. Enrol each edge: `doorward-hub enrol EDGE`
After a second run (--force): 1 again, then restart mosquitto. The hub and the edges connect anew by themselves;
what was enrolled stays enrolled.
"""


class Command(BaseCommand):
    help = "Writes the configuration, certificates and first rights of a mosquitto that is this hub's broker."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        place = BrokerPlace(Path("/etc/mosquitto/doorward"), Path("/var/lib/mosquitto"))
        parser.add_argument("--folder", type=Path, required=True, metavar="DIR", help=f"as in {place.folder}")
        parser.add_argument(
            "--host", action="append", required=True, help="a name or address by which edges find it; repeatable"
        )
        parser.add_argument("--data", type=Path, default=place.data, metavar="DIR", help=f"({place.data})")
        parser.add_argument("--port", type=int, default=place.port, help=f"for edges ({place.port})")
        parser.add_argument("--address", default=place.address, help="where it listens for edges (all addresses)")
        parser.add_argument("--hub-port", type=int, default=place.hub_port, help=f"for the hub ({place.hub_port})")
        parser.add_argument(
            "--hub-address", default=place.hub_address, help=f"where it listens for the hub ({place.hub_address})"
        )
        parser.add_argument("--force", action="store_true", help="write over what is there, but for rights")

    def handle(self, *args: Any, **options: Any) -> None:
        os.umask(0o022)
        own = authority.load(settings.ENVIRONMENT.authority, settings.KEYS.authority)
        place = BrokerPlace(
            folder=options["folder"].resolve(),
            data=options["data"].resolve(),
            port=options["port"],
            hub_port=options["hub_port"],
            address=options["address"],
            hub_address=options["hub_address"],
            plugin=broker_files.find_plugin(),
        )
        for path in broker_files.write(place, options["host"], own, timezone.now(), options["force"]):
            self.stdout.write(f"wrote {path}")
        hosts = {"host": options["host"][0], "hub": place.hub_address}
        places = {name: getattr(place, name) for name in ("folder", "data", "port", "hub_port")}
        self.stdout.write(_NEXT.format(**hosts, **places))
