"""What the hub says of an edge becomes so, or leaves what stood: pins, doors by hand, and the way to the hub.

In order: each scenario goes on where the last one ended.
"""

import pytest

from contract.messages import CheckIn
from demo.processes import DemoError
from tests.machine import making
from tests.machine.installed import Installed
from tests.machine.limits import HUB_S
from tests.machine.wiring import CONFIGURATION, PULSE_S, UART, Wire
from tests.system.web_hub import EDGE, WebHub

TAKEN = 19
"""A pin that another program has."""
EXCHANGED = CONFIGURATION.replace(f"relay_pin = {Wire.RELAY}", f"relay_pin = {Wire.ALARM}").replace(
    f"alarm_pin = {Wire.ALARM}", f"alarm_pin = {Wire.RELAY}"
)
LONG_S = 20
A_LONG_PULSE = pytest.approx(LONG_S, rel=0.05)
"""Half of a tenth. What a loaded guest is late by does not grow with the pulse."""
NOBODY_LISTENS = '\n[broker]\nhost = "broker.example"\nport = 1884\ntls = false\n'
PATIENCE_S = 20
OPTIONS = f"DOORWARD_EDGE_OPTIONS=--unreachable-seconds={PATIENCE_S}\n"
A_NEW_MEMBER = """
from django.utils import timezone
from hub.members import codes, operations
from hub.members.models import Customer, Membership, Plan
customer = operations.save_customer(Customer(name="New member"))
plan = Plan.objects.get(name="Door only")
operations.save_membership(Membership(plan=plan, customer=customer, starts_at=timezone.now()))
print(codes.decrypt(operations.issue_card(customer)))
"""


def push(hub: WebHub, text: str, *how: str) -> str:
    """DemoError: it does not stand; its words are the hub's."""
    return hub.hub("config", "push", EDGE, str(hub.write("pushed.toml", text)), *(how or ("--wait", str(HUB_S))))


def arrives_once(online: Installed, hub: WebHub, checkin: CheckIn) -> bool:
    online.guest.until("the check-in at the hub", lambda: hub.at_hub().count(checkin.id), HUB_S)
    return hub.at_hub().count(checkin.id) == 1


def test_two_pins_are_exchanged_and_the_next_one_is_let_in_by_the_new_one_as_long_as_the_hub_says(
    online: Installed, hub: WebHub
) -> None:
    assert "stands" in push(hub, EXCHANGED.replace(f"pulse_seconds = {PULSE_S}", f"pulse_seconds = {LONG_S}"))
    online.forget()
    assert online.scan("full")["outcome"] == "granted"
    online.next("door_state", state="locked")
    making.say(f"a pulse of {LONG_S} s: {online.pins.pulses(Wire.ALARM)[0]:.2f} s")
    assert online.pins.pulses(Wire.ALARM) == [A_LONG_PULSE]
    assert online.pins.pulses(Wire.DOOR_GRANTED) == [A_LONG_PULSE]
    assert online.pins.moves(Wire.RELAY) == []
    assert "stands" in push(hub, EXCHANGED)


def test_a_pin_that_is_taken_and_a_scanner_that_is_missing_change_nothing(online: Installed, hub: WebHub) -> None:
    online.pins.take(TAKEN)
    with pytest.raises(DemoError, match=rf"refused: readers\[0\].*relay_pin.*GPIO {TAKEN} cannot be had"):
        push(hub, EXCHANGED.replace(f"relay_pin = {Wire.ALARM}", f"relay_pin = {TAKEN}"))
    with pytest.raises(DemoError, match=r"refused: readers\[1\].*device.*ttyACM9 is not there"):
        push(hub, EXCHANGED.replace(UART, "/dev/ttyACM9"))
    online.forget()
    assert online.scan("full")["outcome"] == "granted"
    assert len(online.pins.moves(Wire.ALARM)) > 0


def test_an_edge_that_starts_without_a_network_decides_and_is_heard_once(online: Installed, hub: WebHub) -> None:
    online.guest.write("/etc/default/doorward-edge", OPTIONS)
    online.guest.qemu.connect(False)
    began_s = online.guest.python("import time\nanswer = time.monotonic()")
    online.start()
    scan = online.scan("full")
    decided_s = online.guest.python("answer = time.monotonic()") - began_s
    making.say(f"the unit ended, and started without a network: {decided_s:.0f} s to the first decision")
    assert scan["outcome"] == "granted"
    checkin = online.checkin(scan)
    online.guest.qemu.connect(True)
    online.next("connected", limit_s=HUB_S)
    assert arrives_once(online, hub, checkin)


def test_a_broker_where_nobody_listens_is_gone_back_from(online: Installed, hub: WebHub) -> None:
    push(hub, CONFIGURATION + NOBODY_LISTENS, "--no-wait")
    online.next("configuration", trying=True)
    scan = online.scan("full")
    assert scan["outcome"] == "granted"
    checkin = online.checkin(scan)
    refused = online.next("configuration_refused", limit_s=PATIENCE_S + HUB_S)
    assert (refused["step"], f"within {PATIENCE_S} s" in refused["why"]) == ("unreachable", True)
    online.next("connected", limit_s=HUB_S)
    assert arrives_once(online, hub, checkin)
    assert "was refused: the hub was not reached" in hub.hub("config", "show", EDGE)
    assert f"relay_pin = {Wire.ALARM}" in hub.hub("config", "show", EDGE, "--reported")
    assert "stands" in push(hub, CONFIGURATION)
    online.guest.do("rm", "/etc/default/doorward-edge")


def test_whoever_joins_is_let_in(online: Installed, hub: WebHub) -> None:
    """The hub says so to the edge before its command has ended, mostly."""
    online.forget()
    code = hub.hub("shell", "-c", A_NEW_MEMBER).split()[-1]

    def let_in() -> bool:
        return bool(online.scans(code)["outcome"] == "granted")

    online.guest.until("the new member's door", let_in)
    online.guest.until("the relay", lambda: online.pins.moves(Wire.RELAY))


def test_a_lockdown_holds_at_once_and_until_its_end(online: Installed, hub: WebHub) -> None:
    online.guest.until("the end of the last one's pulse", lambda: not online.pins.level(Wire.RELAY))
    try:
        assert "It stands at 1 of 1 edges" in hub.hub("mode", "lockdown", "--everything", "--wait", str(HUB_S))
        online.forget()
        assert online.scan("full")["reason"] == "lockdown"
        assert online.pins.moves(Wire.RELAY) == []
    finally:  # other files go on with this guest
        hub.hub("mode", "clear", "--everything", "--wait", str(HUB_S))
    assert online.scan("full")["outcome"] == "granted"
