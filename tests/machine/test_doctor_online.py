"""`doorward-edge doctor` beside a hub: nothing is amiss; then somebody else has spoken in the hub's place."""

from paho.mqtt import publish

from contract.topics import FEED_HEAD, feed
from edge.doctor.findings import Level
from tests.machine.doctor import Fault, report_of, tells
from tests.machine.installed import Installed
from tests.machine.test_doctor import NOBODY_FEEDS_IT
from tests.system.web_hub import WebHub

NOT_THE_HUB_S = Fault("broker.kept", "does not count", "is the hub's worker running")
FOUND_WELL = {
    *("broker.name", "broker.port", "broker.session", "broker.rights", "broker.kept", "broker.edge"),
    *("scanners.open", "scanners.profile", "pins.chip", "pins.line", "pins.switch"),
    "clock.state",
}
"""Of what an edge without its hub, or without its board, has nothing to show."""


def test_nothing_is_amiss_beside_a_hub(online: Installed) -> None:
    online.clock.set_battery_clock()  # of the moment of the snapshot
    report = report_of(online.guest)
    assert tells(report, [NOBODY_FEEDS_IT])
    assert {each.check for each in report.findings if each.level is Level.OK} >= FOUND_WELL


def test_words_that_are_not_the_hub_s_do_not_count(online: Installed, hub: WebHub) -> None:
    hub.end("worker")  # else it would say its own, within a minute
    try:
        publish.single(feed("everyone", FEED_HEAD), b"nonsense", qos=1, retain=True, port=hub.port)
        assert tells(report_of(online.guest), [NOBODY_FEEDS_IT, NOT_THE_HUB_S])
    finally:
        hub.start_worker()
