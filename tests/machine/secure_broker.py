"""The hub's broker as its `broker_setup` makes it, by TLS: nobody has rights there whom the hub has given none.

It stands in the place of the one in the clear that guests are enrolled at.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from demo.processes import free_port
from tests.brokers import Broker
from tests.enrolled import issued, make_authority
from tests.system.web_hub import WebHub

_HOST: Final = "broker.example"


class SecureBroker(Broker):
    """At the port of `hub`'s own broker, once that has ended; `folder` is its own."""

    def __init__(self, hub: WebHub, folder: Path) -> None:
        super().__init__(folder)
        self.port = hub.port
        self._folder = folder
        files = ("--folder", str(folder), "--data", str(folder / "data"))
        ports = ("--address", "127.0.0.1", "--port", str(hub.port), "--hub-port", str(free_port()))
        hub.hub("broker_setup", "--host", _HOST, *files, *ports)
        # Started by root it would become a user who may not look into the test's folder.
        self._configuration.write_text(f"{(folder / 'mosquitto.conf').read_text()}user root\n")

    def is_another_hub_s(self) -> None:
        """From now on it shows a certificate for its name, of an authority that is called as each hub's is."""
        issued("Doorward broker", _HOST, by=make_authority("Doorward authority")).write(self._folder, "server")
        self.stop()
        self.start()


@contextmanager
def in_place_of_its_own(hub: WebHub, broker: SecureBroker) -> Iterator[None]:
    """Its worker says nothing meanwhile."""
    hub.end("worker")
    hub.end("broker")
    try:
        broker.start()
        yield
    finally:
        broker.stop()
        hub.start_broker()
        hub.start_worker()
