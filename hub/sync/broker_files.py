"""The files that a mosquitto of Doorward's needs in its folder: configuration, certificates, first rights.

firmware_config/mosquitto/ holds what is made for /etc/mosquitto/doorward, to be read. Must not know the database.
"""

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from contract.seal import SEALED_BYTES_MAX
from hub.authority import Authority, new_key
from hub.errors import HubError
from hub.sync import broker_rights

PLUGIN: Final = "/usr/lib/x86_64-linux-gnu/mosquitto_dynamic_security.so"
_PLUGINS: Final = "*/mosquitto_dynamic_security.so"
_ALWAYS: Final = ("localhost", "127.0.0.1")
"""By these the hub on the same machine finds it."""
_MEMORY_BYTES: Final = 1024 * 1024 * 1024
"""What an edge could make the broker keep, at 2 MiB a topic, has an end before the machine's memory has."""

_CONFIGURATION: Final = """\
# mosquitto for Doorward: TLS both ways, and rights that the hub says. Made by `doorward-hub broker_setup`.
per_listener_settings false
allow_anonymous false

# The hub is its administrator (over the same connection as everything else); the file is the plugin's own.
plugin {plugin}
plugin_opt_config_file {folder}/dynamic-security.json

# Edges. A certificate of the hub's authority says who it is: its common name is the user, and the client's id as
# well, so that no edge can take another's session.
listener {port}{edges_address}
cafile {folder}/authority.crt
certfile {folder}/server.crt
keyfile {folder}/server.key
require_certificate true
use_identity_as_username true
use_username_as_clientid true

# The hub's workers, which share one certificate and are several: on this machine only, unless `--hub-address` and
# a firewall say who else.
listener {hub_port} {hub_address}
cafile {folder}/authority.crt
certfile {folder}/server.crt
keyfile {folder}/server.key
require_certificate true
use_identity_as_username true

# Changes arrive sooner: an acknowledgement is smaller than a segment.
set_tcp_nodelay true

# No message of Doorward's is larger; what an edge does not take is not kept for ever.
message_size_limit {message_bytes}
max_inflight_messages 100
max_queued_messages 1000
max_queued_bytes 67108864
max_keepalive 120
memory_limit {memory_bytes}

# Retained messages (heads, configurations, modes) outlive a restart.
persistence true
persistence_location {data}/
autosave_interval 60

log_dest {log}
log_type error
log_type warning
log_type notice
connection_messages true
"""


class CannotSetUp(HubError):
    """The broker's files cannot be written; the text says why and what to do."""


@dataclass(frozen=True, slots=True)
class BrokerPlace:
    """Where a broker's files lie (`folder`), what it keeps (`data`), and where it listens.

    `address` is of the listener for edges; empty: all of the machine's."""

    folder: Path
    data: Path
    port: int = 8883
    hub_port: int = 8884
    hub_address: str = "127.0.0.1"
    address: str = ""
    plugin: str = PLUGIN
    log: str = "stderr"


def configuration(place: BrokerPlace) -> str:
    """mosquitto.conf."""
    return _CONFIGURATION.format(
        **{name: getattr(place, name) for name in BrokerPlace.__slots__},
        edges_address=place.address and f" {place.address}",
        message_bytes=SEALED_BYTES_MAX,
        memory_bytes=_MEMORY_BYTES,
    )


def first_rights() -> str:
    """dynamic-security.json, as it is before the hub has said anything: nobody but the hub may do a thing."""
    return json.dumps(broker_rights.hubs_own(), indent=2) + "\n"


def write(place: BrokerPlace, hosts: Sequence[str], authority: Authority, at: datetime, force: bool) -> list[Path]:
    """All files; their paths. `hosts`: names and addresses by which edges find the broker. CannotSetUp.

    With `force` over those that are there, but for the rights: the plugin keeps them.
    """
    key = new_key()
    try:
        certificate = authority.server([*dict.fromkeys([*hosts, *_ALWAYS])], key.public_key(), at)
    except ValueError as error:
        raise CannotSetUp(f"--host should be DNS names and IP addresses: {error}") from error
    files: dict[str, bytes] = {
        "server.key": key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()),
        "server.crt": certificate.public_bytes(Encoding.PEM),
        "authority.crt": authority.certificate.public_bytes(Encoding.PEM),
        "mosquitto.conf": configuration(place).encode(),
    }
    rights = place.folder / "dynamic-security.json"
    try:
        place.folder.mkdir(parents=True, exist_ok=True)
        place.data.mkdir(parents=True, exist_ok=True)
        there = [name for name in files if (place.folder / name).exists()]
        if there and not force:
            raise CannotSetUp(
                f"{place.folder} has {', '.join(there)} already: write over it with --force, or choose another"
            )
        if not rights.exists():
            files[rights.name] = first_rights().encode()
        return [_write(place.folder / name, data) for name, data in files.items()]
    except OSError as error:
        raise CannotSetUp(
            f"{place.folder} cannot be written ({error.strerror}): choose another --folder"
        ) from error


def find_plugin(lib: Path = Path("/usr/lib")) -> str:
    """Where Debian's package put the plugin on this machine's architecture; PLUGIN where it is not installed."""
    found = sorted(lib.glob(_PLUGINS))
    return str(found[0]) if found else PLUGIN


def _write(path: Path, data: bytes) -> Path:
    """Keys and rights are their owner's alone; the draft takes the place of what was there at once."""
    mode = 0o644 if path.suffix in (".crt", ".conf") else 0o600
    draft = path.with_name(f".{path.name}.new")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
        os.fchmod(file.fileno(), mode)
        file.write(data)
        os.fsync(file.fileno())
    return draft.rename(path)
