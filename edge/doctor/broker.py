"""The way to the broker and to what the hub keeps there.

A broker that names clients by their certificates, as Doorward's mosquitto does, ends the session that a name has
when another begins. So beside an edge that runs and uses TLS no session is begun: its own is looked at instead,
and when the hub last answered there.
"""

import secrets
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from contract.instants import from_us
from contract.messages import Head, decode
from contract.seal import unseal
from contract.topics import FEED_HEAD, feed
from contract.trust import ClockState
from edge.core.configuration_events import Reach
from edge.doctor.findings import Finding, Level, failure, ok, warning
from edge.doctor.patient import Patient
from edge.doctor.spans import span
from edge.hub_link.broker_probe import Step, Tried, Visit, probe
from edge.hub_link.connection import BrokerAddress
from edge.hub_link.mail import topics_of
from edge.hub_link.tls import TlsFiles
from edge.storage.enrolment_file import EnrolledEdge

CERTIFICATE_SOON: Final = timedelta(days=14)
SILENT: Final = timedelta(minutes=5)
_WHY: Final = {
    Step.NAME: "without its address the hub is out of reach; doors go on by what the edge holds",
    Step.PORT: "the broker is down, elsewhere, or behind a firewall; doors go on by what the edge holds",
    Step.TLS: "the two do not take each other's certificate",
    Step.SESSION: "the broker does not let this edge in",
    Step.RIGHTS: "it would never hear of changes, orders or acknowledgements",
    Step.KEPT: "the hub says each minute where its feed stands; a hub that is up has said it here",
}
_TO_DO: Final = {
    Step.NAME: "`resolvectl query HOST` asks the same; correct broker_host at the hub, or the network's DNS",
    Step.PORT: "is it running, and the port open? `systemctl status mosquitto` there; correct host or port",
    Step.TLS: "compare the authority of hub and broker; enrol this edge again if its own is another",
    Step.SESSION: "has the hub revoked this edge? `doorward-edge enroll` enrols it again",
    Step.RIGHTS: "is the hub's worker running? It gives each edge its rights at the broker. Has the hub revoked "
    "this edge? `doorward-edge enroll` enrols it again",
    Step.KEPT: "is the hub's worker running at this broker, and does the feed exist at that hub?",
}


def reach(patient: Patient) -> Iterator[Finding]:
    edge, to = patient.enrolled, patient.reach
    if edge is None or to is None:
        return
    files = TlsFiles(edge.authority, edge.tls_certificate, edge.tls_key)
    address = BrokerAddress(to.broker.host, to.broker.port, files if to.broker.tls else None)
    shares_its_session = patient.running is not None and to.broker.tls
    visit = None if shares_its_session else _visit(patient, edge, to)
    for tried in probe(address, patient.known, visit):
        yield from _told(tried, patient)
    if patient.running is not None:
        session = _running_session(patient, to.broker.port)
        yield session
        if visit is None and session.level is Level.OK:
            yield from _answers(patient)


def _told(tried: Tried, patient: Patient) -> Iterator[Finding]:
    check = f"broker.{tried.step}"
    if tried.why is not None:
        to_do = tried.hint or _TO_DO[tried.step]
        yield failure(check, tried.why, _WHY[tried.step], to_do)
        return
    if tried.ends_at is not None and patient.known.at > tried.ends_at - CERTIFICATE_SOON:
        what = f"the broker's certificate ends at {tried.ends_at:%Y-%m-%d %H:%M} UTC"
        yield warning(
            check, what, "no edge will connect from then on", "renew it at the hub: doorward-hub broker_setup"
        )
        return
    if tried.said_at is not None and patient.known.state is not ClockState.UNKNOWN:
        yield _heard(check, tried.told, patient.known.at - tried.said_at)
        return
    yield ok(check, tried.told)


def _heard(check: str, told: str, ago: timedelta) -> Finding:
    told = f"{told}, said {span(max(0.0, ago.total_seconds()))} ago"
    if ago > SILENT:
        return failure(check, told, "the hub says it again each minute while it is up", _TO_DO[Step.KEPT])
    return ok(check, told)


def _running_session(patient: Patient, port: int) -> Finding:
    assert patient.running is not None
    connected = patient.running.is_connected_to(port)
    if connected:
        return ok("broker.edge", "the edge that runs is connected to it")
    if connected is None:
        why = "this user may not look at the edge's process"
        return warning("broker.edge", "whether the edge is connected cannot be seen", why, "ask again with sudo")
    return failure(
        "broker.edge",
        "the edge that runs is not connected to it",
        "it tries for ever; what it lacks, or what the broker has against it, stands in its log",
        "journalctl --unit doorward-edge, its lines no_broker and disconnected",
    )


def _answers(patient: Patient) -> Iterator[Finding]:
    """By what the edge has written down of its replica's age. None is known: `replica.age` says so."""
    age_s = patient.replica_age_s
    if age_s is None:
        return
    told = f"the hub told the edge {span(age_s)} ago that its replica is whole"
    if age_s > SILENT.total_seconds():
        why = "an edge asks each minute; whole replicas are pulled for longer, where they are large"
        yield warning("broker.hub", told, why, _TO_DO[Step.KEPT])
    else:
        yield ok("broker.hub", told)


def _visit(patient: Patient, edge: EnrolledEdge, to: Reach) -> Visit:
    kept = feed(to.feed, FEED_HEAD)
    at = patient.known.at

    def read(topic: str, payload: bytes) -> tuple[str, datetime]:
        head = decode(unseal(payload, edge.trusted, topic, at), Head)
        return f"sealed by the hub's key: the feed {to.feed} stands at {head.sequence}", from_us(head.at_us)

    client_id = f"doorward-doctor-{edge.edge}-{secrets.token_hex(4)}"
    return Visit(client_id, topics_of(edge.edge, to.feed), kept, read)
