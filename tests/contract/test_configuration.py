"""edge.toml: what is allowed, and for every field that is wrong its name, its value and what is allowed."""

import pytest

from contract.ask import Mode
from contract.configuration import (
    Broker,
    Configuration,
    ConfigurationError,
    PinFactory,
    ReaderKind,
    parse_configuration,
)

WHOLE = """
edge = "clubhouse"
feed = "everyone"
[broker]
host = "127.0.0.1"
port = 1884
[hardware]
pin_factory = "lgpio"
[[readers]]
name = "door"
kind = "door"
permission = "front-door"
device = "/dev/ttyACM0"
relay_pin = 17
granted_lamp_pin = 22
denied_lamp_pin = 27
buzzer_pin = 23
[[readers]]
name = "counter"
kind = "counter"
permission = "glass-of-wine"
mode = "identify"
device = "/dev/ttyACM1"
baud = 9600
pulse_seconds = 2
granted_lamp_pin = 5
"""


def changed(old: str, new: str) -> str:
    """WHOLE with the first `old` replaced."""
    assert old in WHOLE
    return WHOLE.replace(old, new, 1)


def error_of(text: str) -> str:
    with pytest.raises(ConfigurationError) as caught:
        parse_configuration(text)
    return str(caught.value)


def test_a_whole_configuration() -> None:
    configuration = parse_configuration(WHOLE)
    assert isinstance(configuration, Configuration)
    assert configuration.edge == "clubhouse"
    assert configuration.broker == Broker("127.0.0.1", 1884)
    assert configuration.hardware.pin_factory is PinFactory.LGPIO
    door, counter = configuration.readers
    assert (door.kind, door.mode, door.baud, door.pulse_seconds) == (ReaderKind.DOOR, Mode.REDEEM, None, 5.0)
    assert door.pins == {"relay_pin": 17, "granted_lamp_pin": 22, "denied_lamp_pin": 27, "buzzer_pin": 23}
    assert (counter.kind, counter.mode, counter.baud) == (ReaderKind.COUNTER, Mode.IDENTIFY, 9600)
    assert counter.pulse_seconds == 2.0
    assert counter.pins == {"granted_lamp_pin": 5}


def test_edge_feed_and_broker_may_be_left_to_enrolment() -> None:
    text = changed('edge = "clubhouse"\nfeed = "everyone"\n[broker]\nhost = "127.0.0.1"\nport = 1884\n', "")
    configuration = parse_configuration(text)
    assert (configuration.edge, configuration.feed, configuration.broker) == (None, None, None)


@pytest.mark.parametrize(
    "host",
    ["hub", "Hub.example.", "my_hub.local", "10.0.0.7", "::1", "fe80::1%eth0", "::ffff:10.0.0.7", "x" * 63 + ".a"],
)
def test_a_broker_has_a_name_or_an_address(host: str) -> None:
    broker = parse_configuration(changed('"127.0.0.1"', f'"{host}"')).broker
    assert broker is not None
    assert broker.host == host


def test_a_device_is_no_longer_than_a_path_is() -> None:
    assert parse_configuration(changed("/dev/ttyACM0", "/" + "x" * 254)).readers[0].device[-1] == "x"
    assert "255 letters at most" in error_of(changed("/dev/ttyACM0", "/" + "x" * 255))


def test_the_broker_has_a_default_port_and_pins_have_no_default() -> None:
    assert parse_configuration(changed("port = 1884\n", "")).broker == Broker("127.0.0.1", 8883, tls=True)
    assert error_of(changed('pin_factory = "lgpio"\n', "")).startswith("hardware.pin_factory is missing")
    assert error_of(changed('[hardware]\npin_factory = "lgpio"\n', "")).startswith("hardware is missing")


@pytest.mark.parametrize(
    ("old", "new", "says", "allowed"),
    [
        ('edge = "clubhouse"', 'edge = "Club House"', "edge is 'Club House'", "a name"),
        ('edge = "clubhouse"', 'edge = "clubhouse\\n"', "edge is 'clubhouse\\n'", "a name"),
        ('feed = "everyone"', "feed = 1", "feed is 1", "a name"),
        ('host = "127.0.0.1"', 'host = ""', "broker.host is ''", "host name"),
        ('"127.0.0.1"', '"mqtt://hub"', "broker.host is 'mqtt://hub'", "without a scheme"),
        ('"127.0.0.1"', '"hub:8883"', "broker.host is 'hub:8883'", "or a port"),
        ('"127.0.0.1"', '"a\\u0000b"', "broker.host is 'a\\x00b'", "host name"),
        ('"127.0.0.1"', '"ab:8883"', "broker.host is 'ab:8883'", "or a port"),
        ('"127.0.0.1"', '"-hub"', "broker.host is '-hub'", "host name"),
        ('"127.0.0.1"', f'"{"x" * 64}.example"', "broker.host is 'xxx", "host name"),
        ("port = 1884", "port = 0", "broker.port is 0", "1 to 65535"),
        ("port = 1884", "port = 65536", "broker.port is 65536", "1 to 65535"),
        ("port = 1884", 'port = "1884"', "broker.port is '1884'", "1 to 65535"),
        ("port = 1884", 'password = "x"', "broker.password is not known", "host, port, tls"),
        ("port = 1884", 'tls = "no"', "broker.tls is 'no'", "true or false, without quotes"),
        ('pin_factory = "lgpio"', 'pin_factory = "native"', "hardware.pin_factory is 'native'", '"mock"'),
        ('edge = "clubhouse"', 'edge = "a"\nplace = "b"', "place is not known", "edge, feed, site"),
        ('edge = "clubhouse"', 'edge = "a"\nsite = "B"', "site is 'B'", "a site's name at the hub, a name"),
        ('name = "door"', 'name = "-door"', "readers[0].name is '-door'", "a name"),
        ('kind = "counter"', 'kind = "gate"', "readers[1] (\"counter\").kind is 'gate'", '"door" or "counter"'),
        ('permission = "front-door"', "", 'readers[0] ("door").permission is missing', "a name"),
        (
            'mode = "identify"',
            'mode = "show"',
            "readers[1] (\"counter\").mode is 'show'",
            '"redeem" or "identify"',
        ),
        ('"/dev/ttyACM0"', '"/dev/\\u0000"', "readers[0] (\"door\").device is '/dev/\\x00'", "serial port"),
        ("baud = 9600", "baud = 9601", 'readers[1] ("counter").baud is 9601', "9600"),
        ("baud = 9600", "baud = true", 'readers[1] ("counter").baud is True', "9600"),
        (
            "pulse_seconds = 2",
            "pulse_seconds = 0",
            'readers[1] ("counter").pulse_seconds is 0',
            "0.1 to 60 seconds",
        ),
        (
            "pulse_seconds = 2",
            "pulse_seconds = 61",
            'readers[1] ("counter").pulse_seconds is 61',
            "0.1 to 60 seconds",
        ),
        (
            "pulse_seconds = 2",
            "pulse_seconds = nan",
            'readers[1] ("counter").pulse_seconds is nan',
            "0.1 to 60 seconds",
        ),
        (
            "pulse_seconds = 2",
            "pulse_seconds = inf",
            'readers[1] ("counter").pulse_seconds is inf',
            "0.1 to 60 seconds",
        ),
        ("pulse_seconds = 2", "pulse = 2", 'readers[1] ("counter").pulse is not known', "pulse_seconds"),
        (
            "pulse_seconds = 2",
            'partnr = "bar"',
            'readers[1] ("counter").partnr is not known (did you mean partner?)',
            "one of baud, parity",
        ),
        (
            "pulse_seconds = 2",
            "Pulse-Seconds = 2",
            'readers[1] ("counter").Pulse-Seconds is not known (did you mean pulse_seconds?)',
            "one of baud, parity",
        ),
        (
            "pulse_seconds = 2",
            'site = "clubhouse"',
            'readers[1] ("counter").site does not belong there',
            "at the top, above the first section",
        ),
        ("port = 1884", 'partner = "bar"', "broker.partner does not belong there", "in a [[readers]] section"),
        ('edge = "clubhouse"', 'edge = "a"\nhost = "b"', "host does not belong there", "in [broker]"),
        ("relay_pin = 17", "relay_pin = 28", 'readers[0] ("door").relay_pin is 28', "0 to 27"),
        ("relay_pin = 17", "relay_pin = -1", 'readers[0] ("door").relay_pin is -1', "0 to 27"),
        ("relay_pin = 17", "", 'readers[0] ("door").relay_pin is missing', "for a door"),
        (
            "granted_lamp_pin = 5",
            "relay_pin = 5",
            'readers[1] ("counter").relay_pin is 5',
            "left out for a counter",
        ),
        (
            "granted_lamp_pin = 22",
            "granted_lamp_pin = 2.5",
            'readers[0] ("door").granted_lamp_pin is 2.5',
            "0 to 27",
        ),
        ("denied_lamp_pin = 27", "denied_lamp_pin = 99", 'readers[0] ("door").denied_lamp_pin is 99', "0 to 27"),
        ("buzzer_pin = 23", 'buzzer_pin = "23"', "readers[0] (\"door\").buzzer_pin is '23'", "0 to 27"),
        (
            "buzzer_pin = 23",
            "buzzer_pin = 22",
            'readers[0] ("door").buzzer_pin is 22',
            'readers[0] ("door").granted_lamp_pin\'s',
        ),
        (
            "granted_lamp_pin = 5",
            "granted_lamp_pin = 17",
            'readers[1] ("counter").granted_lamp_pin is 17',
            "relay_pin's",
        ),
        (
            'name = "counter"',
            'name = "door"',
            "readers[1] (\"door\").name is 'door'",
            'readers[0] ("door").name\'s',
        ),
        (
            '"/dev/ttyACM1"',
            '"/dev/ttyACM0"',
            "readers[1] (\"counter\").device is '/dev/ttyACM0'",
            'readers[0] ("door").device\'s',
        ),
    ],
)
def test_each_wrong_field(old: str, new: str, says: str, allowed: str) -> None:
    error = error_of(changed(old, new))
    assert error.startswith(says)
    assert allowed in error.removeprefix(says)


def test_readers_are_needed() -> None:
    before = WHOLE[: WHOLE.index("[[readers]]")]
    assert error_of(before).startswith("readers is missing; it should be 1 to 100 [[readers]] sections")
    assert error_of("readers = []\n" + before).startswith("readers is []")


def test_a_section_that_is_none() -> None:
    text = changed('[broker]\nhost = "127.0.0.1"\nport = 1884\n', "")
    assert error_of('broker = "x"\n' + text) == "broker is 'x'; it should be a section with host, port and tls"


def test_a_long_value_is_cut() -> None:
    assert len(error_of(changed('edge = "clubhouse"', f'edge = "{"x" * 10_000}"'))) < 300


def test_a_key_in_the_wrong_place_is_not_shown() -> None:
    assert "5e" * 32 not in error_of(changed('edge = "clubhouse"', f'organization_key = "{"5e" * 32}"'))


def test_no_toml() -> None:
    assert error_of("edge = ").startswith("the text is no TOML")


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("port = 1884", 'port = "1884"', "broker.port is '1884'; it should be a number, without quotes: a TCP"),
        (
            "buzzer_pin = 23",
            'buzzer_pin = "x"',
            "buzzer_pin is 'x'; it should be a number, without quotes: a GPIO",
        ),
        ("feed = 1", 'feed = "1 2"', "feed is '1 2'; it should be a name"),
    ],
)
def test_a_number_that_was_given_as_text(old: str, new: str, says: str) -> None:
    text = WHOLE.replace('feed = "everyone"', "feed = 1") if old == "feed = 1" else WHOLE
    assert says in error_of(text.replace(old, new))


def test_a_reader_without_a_usable_name_has_its_place_alone() -> None:
    assert error_of(changed('name = "door"\n', "")).startswith("readers[0].name is missing")
    assert error_of(changed('name = "door"', 'name = "Front Door"')).startswith("readers[0].name is 'Front Door'")
    before = WHOLE[: WHOLE.index("[broker]")]
    after = WHOLE[WHOLE.index("[broker]") : WHOLE.index("[[readers]]")]
    assert error_of(before + "readers = [1]\n" + after).startswith("readers[0] is 1; it should be")


@pytest.mark.parametrize("text", ["a = " + "[" * 5_000, "a = " + "9" * 5_000], ids=["deep", "long number"])
def test_what_toml_itself_stumbles_over_is_no_toml(text: str) -> None:
    with pytest.raises(ConfigurationError, match="is no TOML"):
        parse_configuration(text)
