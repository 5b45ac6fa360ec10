"""The example club as processes: started as a list, ended as that list backwards."""

import json
import secrets
import shutil
import sys
import threading
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from demo.first_owner import choose_password
from demo.processes import DemoError, Process, free_port, run_to_end, wait_until_listening
from demo.scanner import Scanner

OWNER = "owner@club.example"
READERS = ("door", "lounge", "counter")
_HUB_PORT, _WEBSITE_PORT = 8000, 8300
# rumqttd's own limit is 20 kB; a page of 1,000 rows is about 100 kB.
BROKER_CONFIG = """\
id = 0
[router]
id = 0
max_connections = 100
max_outgoing_packet_count = 200
max_segment_size = 104857600
max_segment_count = 10
[v4.1]
name = "v4-1"
listen = "127.0.0.1:{port}"
next_connection_delay_ms = 1
[v4.1.connections]
connection_timeout_ms = 60000
max_payload_size = 4194304
max_inflight_count = 100
dynamic_filters = true
"""
EDGE_CONFIG = """\
# Which edge, feed, site and broker, enrolment and the hub have said.
site = "clubhouse"

[hardware]
pin_factory = "mock"  # no pins on this machine: said here, never assumed

[[readers]]
name = "door"
kind = "door"
permission = "front-door"
device = "{folder}/door.tty"
pulse_seconds = 3.0
relay_pin = 17
granted_lamp_pin = 22
denied_lamp_pin = 27
buzzer_pin = 23

[[readers]]
name = "lounge"
kind = "door"
permission = "lounge"
codes = "rotating"  # a photo of a card is not enough here
rescan_seconds = 0  # a code works once
device = "{folder}/lounge.tty"
relay_pin = 18
granted_lamp_pin = 24
denied_lamp_pin = 25

[[readers]]
name = "counter"
kind = "counter"
permission = "glass-of-wine"
partner = "wine-bar"
undo_permission = "undo"  # a card that has it takes the last redemption back
mode = "redeem"
device = "{folder}/counter.tty"
granted_lamp_pin = 5
denied_lamp_pin = 6
buzzer_pin = 13
"""


@dataclass(frozen=True)
class ScanResult:
    """One scan as the edge decided it and as the hub holds it."""

    reader: str
    who: str
    outcome: str
    reason: str
    latency_ms: float
    arrived: bool


@dataclass
class Club:
    """The running club. `say` tells a person what is being started."""

    folder: Path
    say: Callable[[str], None]
    password: str = field(default_factory=lambda: secrets.token_urlsafe(9))
    seeded: dict[str, Any] = field(default_factory=dict)
    hub_url: str = ""
    website_url: str = ""
    _provider_keys: dict[str, str] = field(default_factory=dict)
    _running: ExitStack = field(default_factory=ExitStack)
    _scanners: dict[str, Scanner] = field(default_factory=dict)
    _one_scan_at_a_time: threading.Lock = field(default_factory=threading.Lock)

    def start(self) -> None:
        try:
            self._start()
        except BaseException:
            self.stop()
            raise

    def _start(self) -> None:
        self._provider_keys = _made_up_keys()
        shutil.rmtree(self.folder, ignore_errors=True)
        self._logs.mkdir(parents=True)
        self._broker_port = free_port()
        port = free_port(_HUB_PORT)
        if port != _HUB_PORT:
            self.say(f"port {_HUB_PORT} is taken by something else, so the hub gets {port}")
        self.hub_url = f"http://127.0.0.1:{port}"
        # By another name: to browsers that is another site, whose cookies they block in a frame.
        self._website_port, self._provider_port = free_port(_WEBSITE_PORT), free_port()
        self.website_url = f"http://localhost:{self._website_port}"
        self._init_hub()
        self._start_broker()
        self._start_provider()
        self._start_hub()
        self._start_website()
        self._start_edge()

    def stop(self) -> None:
        self._running.close()

    def scan(self, reader: str, data: bytes) -> ScanResult:
        """Send `data` as the reader's scanner would, and follow it to the hub."""
        if reader not in self._scanners:
            raise DemoError(f"there is no reader {reader!r} here; readers: {', '.join(self._scanners)}")
        with self._one_scan_at_a_time:
            seen_at_edge, seen_at_hub = self._edge.event_count(), self._checkins.event_count()
            self._scanners[reader].scan(data)
            scan = self._edge.wait_for(
                lambda event: event.get("event") == "scan" and event["reader"] == reader,
                "scan",
                after=seen_at_edge,
            )
            try:
                at_hub = self._checkins.wait_for(
                    lambda event: event.get("id") == scan["id"], "check-in", after=seen_at_hub, seconds=15
                )
            except DemoError:
                at_hub = None
        who = (at_hub or {}).get("customer") or "-"
        return ScanResult(reader, who, scan["outcome"], scan["reason"], scan["latency_ms"], at_hub is not None)

    def keeps_time(self) -> bool:
        """Whether the edge believes this machine's clock."""
        states = [event["to"] for event in self._edge.events() if event.get("event") == "clock"]
        return bool(states) and states[-1] != "unknown"

    def lock_down(self) -> None:
        """Every door and counter of the edge; returns once it stands."""
        self._set_mode("lockdown")

    def end_lockdown(self) -> None:
        self._set_mode("clear")

    def _set_mode(self, mode: str) -> None:
        seen = self._edge.event_count()
        self._hub("mode", mode, "--edge", self.seeded["edge"])
        self._edge.wait_for(lambda event: event.get("event") == "modes", "modes", after=seen)

    def revoke_membership(self, slug: str) -> None:
        """A change at the hub; returns once the edge has applied it."""
        seen = self._edge.event_count()
        self._hub("revoke_membership", str(self.card(slug)["membership_id"]))
        self._edge.wait_for(lambda event: event.get("event") == "applied", "change of the feed", after=seen)

    def card(self, slug: str) -> dict[str, Any]:
        found: dict[str, Any] = next(card for card in self.seeded["cards"] if card["slug"] == slug)
        return found

    @property
    def _logs(self) -> Path:
        return self.folder / "log"

    @property
    def mail_folder(self) -> Path:
        """Where the hub's letters lie."""
        return self.folder / "mail"

    @property
    def _hub_env(self) -> dict[str, str]:
        return {
            **self._provider_keys,
            "DOORWARD_STRIPE_URL": f"http://127.0.0.1:{self._provider_port}",
            "DOORWARD_MAIL": f"file://{self.mail_folder.resolve()}",
            "DOORWARD_MAIL_FROM": "club@club.example",
            "DOORWARD_DATA": str(self.folder / "hub"),
            "DOORWARD_URL": self.hub_url,
            "DOORWARD_BROKER": f"mqtt://127.0.0.1:{self._broker_port}",
            "DATABASE_URL": "",
        }

    def _hub(self, *arguments: str) -> str:
        command = [sys.executable, "-m", "hub", *arguments]
        return run_to_end(command, self._hub_env, self._logs / f"hub-{arguments[0]}.log")

    def _process(self, name: str, *arguments: str, env: dict[str, str] | None = None) -> Process:
        process = Process(name, [sys.executable, "-m", *arguments], env or {}, self._logs)
        self._running.callback(process.stop)
        return process

    def _init_hub(self) -> None:
        self.say("hub: keys and database")
        said = self._hub("init", "--owner", OWNER)
        self._link = next(line.strip() for line in said.splitlines() if "#" in line)
        self.say("hub: the example club")
        self.seeded = json.loads(self._hub("example_club", "--json", "--website", self.website_url))

    def _start_broker(self) -> None:
        self.say(f"broker: 127.0.0.1:{self._broker_port}")
        config = self.folder / "broker.toml"
        config.write_text(BROKER_CONFIG.format(port=self._broker_port))
        broker = self._process("broker", "iotcore", "--config", str(config), "--log-level", "CRITICAL")
        wait_until_listening(self._broker_port, broker)

    def _start_provider(self) -> None:
        self.say(f"a payment provider for trying out: 127.0.0.1:{self._provider_port}")
        told = ("--port", str(self._provider_port), "--webhook", f"{self.hub_url}/billing/stripe/webhook")
        provider = self._process("provider", "demo.fake_stripe", *told, env=self._provider_keys)
        wait_until_listening(self._provider_port, provider)

    def _start_website(self) -> None:
        self.say(f"a website of the club's: {self.website_url}")
        known = self.seeded.pop("website")
        said = {"DOORWARD_HUB": self.hub_url, "DOORWARD_ISSUER": known["id"], "DOORWARD_KEY": known["key"]}
        website = self._process("website", "demo.website", "--port", str(self._website_port), env=said)
        wait_until_listening(self._website_port, website)

    def _start_hub(self) -> None:
        address = self.hub_url.removeprefix("http://")
        self.say(f"hub: MQTT worker, web {self.hub_url}")
        web = self._process("hub-web", "hub", "web", "--bind", address, env=self._hub_env)
        worker = self._process("hub-worker", "hub", "worker", env=self._hub_env)
        self._checkins = self._process("hub-checkins", "hub", "checkins", "--follow", "--json", env=self._hub_env)
        worker.wait_for(lambda event: event.get("event") == "worker_ready", "connection to the broker")
        wait_until_listening(int(address.rpartition(":")[2]), web)
        choose_password(self._link, self.password)

    def _start_edge(self) -> None:
        self._plug_in_scanners()
        self.say("edge: enrolled with a one-time code, as one would type it at a Pi")
        self._enrol_edge()
        self._edge = self._process("edge", "edge", "run", "--state", str(self._edge_state))
        self._edge.wait_for(lambda event: event.get("event") == "started", "start")
        replica = self._edge.wait_for(lambda event: event.get("event") == "replica", "whole replica")
        self.say(f"edge: its replica is whole, at sequence {replica['sequence']}")
        config = self.folder / "edge.toml"
        config.write_text(EDGE_CONFIG.format(folder=self.folder))
        self._hub("config", "push", self.seeded["edge"], str(config))
        self.say("edge: its configuration, pushed from the hub, stands: two doors and a counter")

    def _plug_in_scanners(self) -> None:
        for reader in READERS:
            scanner = Scanner(self.folder / f"{reader}.tty")
            self._running.callback(scanner.close)
            self._scanners[reader] = scanner

    def _enrol_edge(self) -> None:
        said = self._hub("enrol", self.seeded["edge"])
        lines = [line.strip() for line in said.splitlines() if line.startswith("  ")]
        typed, code = lines[0].partition("doorward-edge ")[2].split(), lines[1]
        command = [sys.executable, "-m", "edge", *typed, "--state", str(self._edge_state)]
        run_to_end(command, {}, self._logs / "edge-enroll.log", typed=f"{code}\n")

    @property
    def _edge_state(self) -> Path:
        return self.folder / "edge"


def _made_up_keys() -> dict[str, str]:
    """Of the provider for trying out, of this run alone."""
    return {
        "DOORWARD_STRIPE_KEY": f"sk_test_{secrets.token_hex(12)}",
        "DOORWARD_STRIPE_WEBHOOK_SECRET": f"whsec_{secrets.token_hex(16)}",
    }
