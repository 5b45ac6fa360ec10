"""`doorward-edge doctor` beside a hub: nothing is amiss; then somebody else has spoken in the hub's place, a
broker knows nothing of this edge or is another hub's, and the replica is yesterday's.

In order: each scenario goes on where the last one ended.
"""

from pathlib import Path

from paho.mqtt import publish

from contract.topics import FEED_HEAD, feed
from edge.doctor.findings import Level
from edge.doctor.report import Report
from tests.machine.doctor import Fault, report_of, tells
from tests.machine.installed import UNIT, Installed
from tests.machine.limits import HUB_S, STOP_S
from tests.machine.replica import GuestReplica
from tests.machine.secure_broker import SecureBroker, in_place_of_its_own
from tests.machine.test_configuration import A_NEW_MEMBER
from tests.machine.test_doctor import NOBODY_FEEDS_IT, STATE, made
from tests.system.web_hub import WebHub

NOT_THE_HUB_S = Fault("broker.kept", "does not count", "is the hub's worker running")
ASIDE = "/var/tmp/orders"
FOUND_WELL = {
    *("broker.name", "broker.port", "broker.session", "broker.rights", "broker.kept", "broker.edge"),
    *("scanners.open", "scanners.profile", "pins.chip", "pins.line", "pins.switch"),
    "clock.state",
}
"""Of what an edge without its hub, or without its board, has nothing to show."""
YESTERDAY_S = (
    NOBODY_FEEDS_IT,
    Fault("watchdog.edge", "no edge runs", "systemctl start doorward-edge", level=Level.WARNING),
    Fault("replica.position", "feed everyone, sequence", "start the edge anew where it can reach its hub"),
)
WITHOUT_RIGHTS = Fault("broker.rights", "it may not hear dw/1/keys/+", "is the hub's worker running")
A_BAD_ONE_OF_ITS_OWN = Fault(
    "configuration.stands",
    "/etc/doorward.toml, cannot be used",
    "doorward-edge check --config",
    f"mkdir {ASIDE}; mv {STATE}/orders.json* {ASIDE}; echo 'site = 1' > /etc/doorward.toml; "
    f"""echo 'DOORWARD_EDGE_CONFIG="--config /etc/doorward.toml"' > /etc/default/doorward-edge""",
)
THE_HUBS_AGAIN = f"if [ -d {ASIDE} ]; then mv {ASIDE}/* {STATE}; rm /etc/default/doorward-edge; fi"
OF_ANOTHER_HUB = Fault("broker.tls", "the broker's certificate: ", "a certificate of the hub's own authority")
BY_TLS = """
import pathlib, zlib
enrolment = pathlib.Path("/var/lib/doorward/enrolment/enrolment.json")
as_enrolled = enrolment.read_bytes()
body = as_enrolled.partition(b"\\n")[2].replace(b'"broker_tls":false', b'"broker_tls":true')
enrolment.write_bytes(b"%08x\\n" % zlib.crc32(body) + body)
"""
AS_ENROLLED = "enrolment.write_bytes(as_enrolled)"


def well(report: Report) -> set[str]:
    return {each.check for each in report.findings if each.level is Level.OK}


def test_nothing_is_amiss_beside_a_hub(online: Installed) -> None:
    online.clock.set_battery_clock()  # of the moment of the snapshot
    report = report_of(online.guest)
    assert tells(report, [NOBODY_FEEDS_IT])
    assert well(report) >= FOUND_WELL


def test_words_that_are_not_the_hub_s_do_not_count(online: Installed, hub: WebHub) -> None:
    hub.end("worker")  # else it would say its own, within a minute
    try:
        publish.single(feed("everyone", FEED_HEAD), b"nonsense", qos=1, retain=True, port=hub.port)
        assert tells(report_of(online.guest), [NOBODY_FEEDS_IT, NOT_THE_HUB_S])
    finally:
        hub.start_worker()


def test_of_brokers_by_tls_and_a_replica_of_yesterday_which_the_hub_moves_on(
    online: Installed, hub: WebHub, tmp_path: Path
) -> None:
    replica, secure = GuestReplica(online.guest), SecureBroker(hub, tmp_path / "secure")
    replica.keep()
    stood_at = replica.stands_at()
    hub.hub("shell", "-c", A_NEW_MEMBER)
    online.guest.until("the replica to move on", lambda: replica.stands_at() > stood_at, HUB_S)
    online.guest.do("systemctl", "stop", UNIT, limit_s=STOP_S)
    replica.put_back()
    online.guest.python(BY_TLS)
    try:
        with in_place_of_its_own(hub, secure):
            report = report_of(online.guest)
            assert tells(report, (*YESTERDAY_S, WITHOUT_RIGHTS))
            assert well(report) >= {"broker.tls", "broker.session"}
            secure.is_another_hub_s()
            made(online, [A_BAD_ONE_OF_ITS_OWN])
            assert tells(report_of(online.guest), (*YESTERDAY_S, A_BAD_ONE_OF_ITS_OWN, OF_ANOTHER_HUB))
    finally:
        online.guest.shell(THE_HUBS_AGAIN)
        online.guest.python(AS_ENROLLED)
        online.start()
    online.guest.until("the replica that the hub has", lambda: replica.stands_at() > stood_at, HUB_S)
