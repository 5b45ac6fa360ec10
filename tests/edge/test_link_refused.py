"""A broker that lets an edge in, and refuses what it has to hear: told, and tried again until it is heard."""

import asyncio
import json
from pathlib import Path

from tests.brokers import Broker
from tests.edge.link_runs import edge_at, until

PLUGIN = "mosquitto_dynamic_security.so"
"""Debian has it in a folder for each architecture."""
WHY = "the broker refuses what this edge has to hear"


class StrictBroker(Broker):
    """Nobody may subscribe, until `relent` and a new start."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._rights = folder / "rights.json"
        self._let_subscribe(False)
        plugin = next(Path("/usr/lib").glob(f"*/{PLUGIN}"))
        with self._configuration.open("a") as configuration:
            # Started by root it would become a user who may not look into the test's folder.
            configuration.write(f"user root\nplugin {plugin}\nplugin_opt_config_file {self._rights}\n")

    def relent(self) -> None:
        self._let_subscribe(True)

    def _let_subscribe(self, allowed: bool) -> None:
        rights = {
            "publishClientSend": True,
            "publishClientReceive": True,
            "subscribe": allowed,
            "unsubscribe": True,
        }
        self._rights.write_text(json.dumps({"defaultACLAccess": rights, "clients": [], "groups": [], "roles": []}))


def test_an_edge_is_not_content_with_a_session_in_which_it_hears_nothing(tmp_path: Path) -> None:
    broker = StrictBroker(tmp_path / "broker")
    broker.start()

    async def work() -> None:
        async with edge_at(tmp_path / "edge", broker.port) as edge:
            await until(lambda: WHY in _whys(edge.log.all("no_broker")))
            assert {each["what"] for each in edge.log.all("dropped")} == {"subscription"}
            attempts = edge.link.dropped()
            await until(lambda: sum(edge.link.dropped().values()) > sum(attempts.values()))
            assert edge.log.all("connected") == []
            broker.stop()
            broker.relent()
            broker.start()
            await until(lambda: edge.log.all("connected"))

    try:
        asyncio.run(work())
    finally:
        broker.stop()


def _whys(told: list[dict[str, object]]) -> list[object]:
    return [each["why"] for each in told]
