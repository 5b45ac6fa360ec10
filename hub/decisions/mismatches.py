"""Where an edge's edge.toml and this hub do not fit: names that the hub has not, a reader that is set otherwise.

The check-in says what the edge was set to then; the hub's side is that of now. Pure.
"""

from collections.abc import Iterator
from typing import Any, Final

from django.utils.translation import gettext as _

from contract.ask import Ask
from hub.checkins.models import CheckIn
from hub.decisions.register import Register
from hub.fleet import rows
from hub.fleet.models import Reader

_FIELDS: Final = {
    "enabled": "enabled",
    "site": "site",
    "partner": "partner",
    "attended": "signed_in",
    "codes": "codes",
    "clock": "clock",
    "replica_age_seconds_max": "replica_age_seconds_max",
    "lockdown_permission": "lockdown_permission",
}
"""Words of edge.toml, and what the policy calls them."""
_OF_PASSAGE: Final = ("area", "direction", "passback", "passback_seconds")


def mismatches(checkin: CheckIn, ask: Ask, register: Register) -> list[str]:
    """Sentences, each of which says what to correct; none where all fits, or it was made at the hub itself."""
    if checkin.edge is None:
        return []
    found = list(_unknown(checkin, ask, register))
    if register.reader is not None:
        found += _differences(ask, register.reader)
    return found


def is_undo(ask: Ask, reader: Reader | None) -> bool:
    """Whether the card was asked for what undoes at its reader."""
    undoes = reader and reader.undo_permission
    return bool(undoes) and undoes.slug == ask.permission != reader.permission.slug


def _unknown(checkin: CheckIn, ask: Ask, register: Register) -> Iterator[str]:
    policy = ask.policy
    if register.reader is None:
        place = f"{checkin.edge.name}/{checkin.reader}"
        yield _("The hub has no reader %(place)s: add it, or correct its name in edge.toml.") % {"place": place}
    if policy.site is not None and not register.site_known:
        yield _("The hub has no site %(site)s, so UTC and no holidays held: correct site in edge.toml.") % {
            "site": policy.site
        }
    if ask.permission not in register.permissions:
        yield _("There is no permission %(permission)s at this hub: correct edge.toml.") % {
            "permission": ask.permission
        }
    if policy.partner is not None and policy.partner not in register.partners:
        yield _("The hub has no partner %(partner)s: correct partner in edge.toml.") % {"partner": policy.partner}
    passing = policy.lockdown_permission
    if passing is not None and passing not in register.permissions:
        yield _("There is no permission %(passing)s at this hub, for lockdowns: correct edge.toml.") % {
            "passing": passing
        }


def _differences(ask: Ask, reader: Reader) -> Iterator[str]:
    here = rows.policy_of(reader)
    undo = is_undo(ask, reader)
    if not undo:
        yield from _differs("permission", ask.permission, reader.permission.slug)
        yield from _differs("mode", ask.mode.value, reader.mode)
    fields = _FIELDS if undo else {**_FIELDS, **{name: name for name in _OF_PASSAGE}}
    for word, name in fields.items():
        hub_says = "site" if word == "site" else "reader"
        yield from _differs(word, getattr(ask.policy, name), getattr(here, name), hub_says)


def _differs(word: str, edge: Any, hub: Any, who: str = "reader") -> Iterator[str]:
    if edge == hub:
        return
    said = _("no %(word)s") % {"word": word} if edge is None else f"{word} {_said(edge)}"
    whole = _("edge.toml said %(said)s, the hub's reader says %(here)s.")
    if who == "site":
        whole = _("edge.toml said %(said)s, the hub's edge stands at %(here)s.")
    yield whole % {"said": said, "here": _("none") if hub is None else _said(hub)}


def _said(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
