"""What the hub is told by its environment, checked: where its data lie, its database, address and broker.

Must not know Django: settings are built from this.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote, urlsplit

from hub.errors import HubError

_BROKER: Final = "mqtt://127.0.0.1:1883"
_PORT: Final = 1883
_PORT_TLS: Final = 8883
_RIGHTS: Final = "dynamic-security"
_NO_RIGHTS: Final = "none"
_MAIL_IS: Final = (
    "DOORWARD_MAIL should be smtps://USER:PASSWORD@HOST, smtp://USER:PASSWORD@HOST:587 (STARTTLS), file:///FOLDER "
    "or console: (in a user or a password write %40 for @, %3A for :, %2F for /, %23 for #, %3F for ?, %25 for %)"
)


STRIPE_URL: Final = "https://api.stripe.com"


class EnvironmentProblem(HubError):
    """A variable that cannot be meant; the text names it, its value (never a password) and what is allowed."""


@dataclass(frozen=True, slots=True)
class BrokerAddress:
    """`tls`: with a certificate of the hub's own authority at either end."""

    host: str
    port: int
    tls: bool


@dataclass(frozen=True, slots=True)
class MailWay:
    """How letters leave the hub, by one of Django's backends, and the address that they are from.

    A server has `host`, `port` and perhaps a user; `tls` is "tls" from the start, "starttls", or empty. A `folder`
    has a file for each letter. With neither they go to the terminal.
    """

    backend: str
    sender: str
    host: str = ""
    port: int = 0
    tls: str = ""
    user: str = ""
    password: str = field(default="", repr=False)
    folder: Path | None = None

    def __str__(self) -> str:
        """Without user and password."""
        if self.folder is not None:
            return f"file://{self.folder}"
        return f"{'smtps' if self.tls == 'tls' else 'smtp'}://{self.host}:{self.port}" if self.host else "console:"


@dataclass(frozen=True, slots=True)
class StripeWay:
    """How Stripe is asked. `secrets`: of its webhooks, several while one takes another's place."""

    key: str = field(repr=False)
    secrets: tuple[str, ...] = field(repr=False)
    url: str = STRIPE_URL

    @property
    def live(self) -> bool:
        """Money moves."""
        return "_live_" in self.key


@dataclass(frozen=True, slots=True)
class Environment:
    """`url` is the hub's public address, scheme and host only: cards carry it.

    `broker` is where the hub finds the broker, `broker_for_edges` where edges are told to look for it.
    `broker_rights`: the hub says, through mosquitto's dynamic-security plugin, who may read and write what.
    `second_factor`: the names of the roles (hub/access) that need one to work here.
    `mail`: None: no letter leaves this hub.
    `stripe`: None: nobody pays by it here.
    `wallet`: the folder of what signs Apple's and Google's passes; `google_issuer`: our number there, or empty.
    """

    data: Path
    database: dict[str, Any]
    url: str
    broker: BrokerAddress
    broker_for_edges: BrokerAddress
    broker_rights: bool
    second_factor: frozenset[str]
    mail: MailWay | None
    stripe: StripeWay | None
    wallet: Path
    google_issuer: str

    @property
    def keys(self) -> Path:
        return self.data / "keys"

    @property
    def authority(self) -> Path:
        """The certificate of the hub's own authority; its key is among the keys."""
        return self.data / "authority.crt"

    @property
    def host(self) -> str:
        return urlsplit(self.url).hostname or ""

    @property
    def secure(self) -> bool:
        return self.url.startswith("https:")

    @property
    def passkeys(self) -> bool:
        """Browsers keep them for names alone, and only where nobody between could change a page."""
        return self.host == "localhost" or (self.secure and not _is_ip_address(self.host))


def read(variables: Mapping[str, str]) -> Environment:
    """The environment in `variables` (as os.environ). EnvironmentProblem: one of them does not fit."""
    data = data_folder(variables)
    broker = _broker("DOORWARD_BROKER", variables.get("DOORWARD_BROKER") or _BROKER)
    for_edges = variables.get("DOORWARD_BROKER_FOR_EDGES")
    return Environment(
        data=data,
        database=database(variables.get("DATABASE_URL") or _credential(variables, "database_url"), data),
        url=_url(variables.get("DOORWARD_URL", "http://127.0.0.1:8000")),
        broker=broker,
        broker_for_edges=_broker("DOORWARD_BROKER_FOR_EDGES", for_edges) if for_edges else broker,
        broker_rights=_rights(variables.get("DOORWARD_BROKER_RIGHTS"), broker),
        second_factor=_names(variables.get("DOORWARD_SECOND_FACTOR", "")),
        mail=_mail(
            variables.get("DOORWARD_MAIL") or _credential(variables, "mail"),
            variables.get("DOORWARD_MAIL_FROM", ""),
        ),
        stripe=_stripe(variables),
        wallet=Path(variables.get("DOORWARD_WALLET") or data / "wallet").resolve(),
        google_issuer=_google_issuer(variables.get("DOORWARD_GOOGLE_ISSUER", "")),
    )


def _credential(variables: Mapping[str, str], name: str) -> str:
    """What systemd has handed over as a file (LoadCredential=); empty where it has not, or there is nothing in it.

    EnvironmentProblem: it cannot be read.
    """
    folder = variables.get("CREDENTIALS_DIRECTORY")
    if not folder:
        return ""
    try:
        return (Path(folder) / name).read_text("utf-8").strip()
    except FileNotFoundError:
        return ""
    except (OSError, UnicodeDecodeError) as error:
        raise EnvironmentProblem(
            f"the credential {name} cannot be read: it should be a file of one line"
        ) from error


def data_folder(variables: Mapping[str, str]) -> Path:
    return Path(variables.get("DOORWARD_DATA") or "doorward-data").resolve()


def _url(text: str) -> str:
    if not re.fullmatch(r"https?://(\[[0-9A-Fa-f:]+\]|[A-Za-z0-9.-]+)(:[0-9]{1,5})?/?", text):
        raise EnvironmentProblem(
            f"DOORWARD_URL is {text!r}: it should be scheme and host only, as in https://club.example"
        )
    return text.rstrip("/").lower()


def _broker(name: str, text: str) -> BrokerAddress:
    found = re.fullmatch(r"(mqtts?)://(\[[0-9A-Fa-f:]+\]|[A-Za-z0-9.-]+)(?::([0-9]{1,5}))?/?", text)
    tls = found is not None and found.group(1) == "mqtts"
    port = int(found.group(3) or (_PORT_TLS if tls else _PORT)) if found else 0
    if not found or not 0 < port < 65536:
        raise EnvironmentProblem(
            f"{name} should be mqtt://HOST:PORT, as in {_BROKER}, or mqtts://HOST:PORT for one with TLS"
        )
    return BrokerAddress(found.group(2).strip("[]"), port, tls)


def _rights(text: str | None, broker: BrokerAddress) -> bool:
    if text not in (None, "", _RIGHTS, _NO_RIGHTS):
        raise EnvironmentProblem(f"DOORWARD_BROKER_RIGHTS is {text!r}: it should be {_RIGHTS} or {_NO_RIGHTS}")
    return text == _RIGHTS if text else broker.tls


def _mail(text: str, sender: str) -> MailWay | None:
    """Its value is in no error: it may hold a password."""
    if not text:
        return None
    if not re.fullmatch(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9.-]+", sender):
        raise EnvironmentProblem(
            "DOORWARD_MAIL_FROM should be the address that letters are from, as in mail@club.example; "
            "the organization's name comes before it by itself"
        )
    if text in ("console", "console:"):
        return MailWay("console", sender)
    try:
        return _mail_way(text, sender)
    except ValueError as error:
        raise EnvironmentProblem(_MAIL_IS) from error


def _mail_way(text: str, sender: str) -> MailWay:
    """ValueError: it is none. EnvironmentProblem: a password would be heard."""
    parts = urlsplit(text)
    if parts.scheme == "file" and parts.path.startswith("/") and not (parts.netloc or parts.query):
        return MailWay("filebased", sender, folder=Path(unquote(parts.path)))
    host, query = parts.hostname or "", parts.query
    known = query in ("", "tls=off") if parts.scheme == "smtp" else parts.scheme == "smtps" and not query
    if not (known and re.fullmatch(r"[0-9A-Fa-f:]+|[A-Za-z0-9.-]+", host) and parts.path in ("", "/")):
        raise ValueError("no way")
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    if bool(user) != bool(password) or parts.fragment or parts.port == 0:
        raise ValueError("half of what signs in")
    near = host == "localhost" or (_is_ip_address(host) and ip_address(host).is_loopback)
    tls = "tls" if parts.scheme == "smtps" else "" if near or query else "starttls"
    if password and not (tls or near):
        raise EnvironmentProblem("DOORWARD_MAIL would send its password for anybody to hear: leave ?tls=off away")
    port = parts.port or {"tls": 465, "starttls": 587}.get(tls, 25)
    return MailWay("smtp", sender, host, port, tls, user, password)


def _stripe(variables: Mapping[str, str]) -> StripeWay | None:
    """No key is in an error."""
    key = variables.get("DOORWARD_STRIPE_KEY") or _credential(variables, "stripe_key")
    if not key:
        return None
    if not re.fullmatch(r"(sk|rk)_(test|live)_[A-Za-z0-9_]+", key):
        raise EnvironmentProblem("DOORWARD_STRIPE_KEY should be a secret or a restricted key, sk_... or rk_...")
    said = variables.get("DOORWARD_STRIPE_WEBHOOK_SECRET") or _credential(variables, "stripe_webhook_secret")
    secrets = tuple(said.replace(",", " ").split())
    if not secrets or not all(secret.startswith("whsec_") for secret in secrets):
        raise EnvironmentProblem(
            "DOORWARD_STRIPE_WEBHOOK_SECRET should be the secret of the webhook at Stripe, whsec_...; "
            "two, with a comma between, while one takes the other's place"
        )
    url = (variables.get("DOORWARD_STRIPE_URL") or STRIPE_URL).rstrip("/")
    if url != STRIPE_URL and not re.fullmatch(r"http://(127\.0\.0\.1|localhost):[0-9]{1,5}", url):
        raise EnvironmentProblem(
            f"DOORWARD_STRIPE_URL is {url!r}: it should be left away, or http://127.0.0.1:PORT for one to try out"
        )
    if url != STRIPE_URL and "_live_" in key:
        raise EnvironmentProblem("DOORWARD_STRIPE_KEY is one for real money: leave DOORWARD_STRIPE_URL away")
    return StripeWay(key, secrets, url)


def _google_issuer(text: str) -> str:
    if not re.fullmatch(r"[0-9]{0,32}", text):
        raise EnvironmentProblem(
            f"DOORWARD_GOOGLE_ISSUER is {text!r}: it should be the issuer's number, digits only"
        )
    return text


def _names(text: str) -> frozenset[str]:
    return frozenset(filter(None, (name.strip().lower() for name in text.split(","))))


def _is_ip_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def database(text: str, data: Path) -> dict[str, Any]:
    """As Django is told of it; empty: SQLite in `data`. EnvironmentProblem."""
    # Here, so that what is missing can be told where the hub's packages are not installed.
    import dj_database_url  # noqa: PLC0415

    try:
        database = dict(dj_database_url.parse(text or f"sqlite:///{data / 'hub.db'}"))
    except (ValueError, dj_database_url.ParseError) as error:
        raise EnvironmentProblem(
            "DATABASE_URL should be postgresql://USER:PASSWORD@HOST/NAME or sqlite:////FOLDER/FILE"
        ) from error
    engine = database["ENGINE"]
    if engine == "django.db.backends.sqlite3":
        # IMMEDIATE: a transaction that starts by reading could not become a writer behind another's back.
        pragmas = "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
        database["OPTIONS"] = {"transaction_mode": "IMMEDIATE", "timeout": 20, "init_command": pragmas}
    elif engine != "django.db.backends.postgresql":
        raise EnvironmentProblem(f"DATABASE_URL names {engine}: Doorward's hub runs on PostgreSQL or SQLite")
    return database | {"CONN_MAX_AGE": 600, "CONN_HEALTH_CHECKS": True}
