"""An edge with a configuration, for the tests of orders."""

from datetime import timedelta
from typing import Any

from contract.instants import to_us
from contract.orders import Reported
from hub.feed.models import Feed
from hub.feed.operations import EVERYONE
from hub.fleet import operations as fleet
from hub.fleet.models import Edge, Schedule, Site
from hub.members import operations as members
from hub.members.models import Permission
from hub.orders.models import Configuration
from hub.partners import operations as partners
from hub.partners.models import Partner
from tests.hub.scans import AT

TOML = """
# a door and a bar
[hardware]
pin_factory = "mock"

[[readers]]
name = "door"
kind = "door"
permission = "front-door"
device = "/dev/ttyACM0"
relay_pin = 17
unlocked_schedule = "opening"
pulse_seconds = 4.5

[[readers]]
name = "bar"
kind = "counter"
permission = "glass"
partner = "wine-bar"
device = "/dev/ttyACM1"
undo_permission = "undo"
"""
AHEAD = int((AT + timedelta(hours=20)).timestamp() * 1_000)
"""An epoch of a hub that ran on until tomorrow, before it was put back from a backup."""
OTHER = TOML.replace("pulse_seconds = 4.5", "pulse_seconds = 6")


def house() -> Edge:
    """The edge east at the site house, with what TOML names."""
    site = fleet.save_site(Site(name="house", time_zone="Europe/Berlin"))
    for slug in ("front-door", "glass", "undo"):
        members.save_permission(Permission(slug=slug, name=slug))
    partners.save_partner(Partner(slug="wine-bar", name="Wine bar"))
    fleet.save_schedule(Schedule(slug="opening", name="Opening"))
    return another("east", site)


def another(name: str, site: Site) -> Edge:
    everyone = Feed.objects.get(name=EVERYONE)
    return fleet.save_edge(Edge(name=name, site=site, feed=everyone, signing_key=b"k" * 32))


def reported(n: int, seconds: float = 0, **changed: Any) -> Reported:
    """Said `seconds` after AT by an edge that has heard of nothing, but for what is changed."""
    fields: dict[str, Any] = {
        "start": 1,
        "n": n,
        "at_us": to_us(AT + timedelta(seconds=seconds)),
        "epoch": 0,
        "generation": 0,
        "mode_epoch": 0,
        "mode_generation": 0,
        "command_epoch": 0,
        "command": 0,
    }
    return Reported(**(fields | changed))


def standing(n: int, configuration: Configuration, **changed: Any) -> Reported:
    """Said by an edge where this one stands."""
    numbers = {"epoch": configuration.epoch, "generation": configuration.generation}
    return reported(n, **(numbers | changed))
