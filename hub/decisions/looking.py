"""A look: what decide() answers now about a customer or a card that nobody has scanned. Writes nothing, and takes
nothing of what is left. The words that people and websites ask with end here."""

from dataclasses import dataclass, field, replace
from datetime import datetime

import msgspec
from django.utils.translation import gettext as _

from contract.ask import Ask, Circumstances, Mode, Policy, Posture
from contract.card import CardError, canonical_code
from contract.decision import Decision
from contract.facts import Facts
from hub.decisions.deciding import decide_at_hub, facts_of_card, with_held, with_static_codes
from hub.decisions.offering import facts_of_customer
from hub.errors import HubError
from hub.feed.operations import EVERYONE
from hub.fleet import rows as fleet_rows
from hub.fleet.models import Reader, Site
from hub.members import codes
from hub.members.models import Customer, Permission
from hub.orders import queries as orders
from hub.partners.models import Partner
from hub.thing_words import one_of


class NoSuchPlace(HubError):
    """A reader, a site, a partner or a permission that is not here; the text says which."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where the look is as if from. Without a reader nobody is locked down, and who asks is signed in."""

    policy: Policy = field(default_factory=Policy)
    posture: Posture = Posture.SECURE


def place_of(at: datetime, reader: str = "", site: str = "", partner: str = "") -> Place:
    """`reader` is EDGE/READER: site, partner and rules are its own then, but for those that are said besides.
    Where no site is said it is the first one, by whose hours the desk goes too. NoSuchPlace."""
    place = _place_of_reader(reader, at) if reader else Place(Policy(site=_first_site()))
    said = {"site": site, "partner": partner}
    for model, name_of, name in ((Site, "name", site), (Partner, "slug", partner)):
        if name and not model._default_manager.filter(**{name_of: name}).exists():
            raise NoSuchPlace(_("there is no %(kind)s %(name)s") % {"kind": one_of(model), "name": name})
    changed = {what: name for what, name in said.items() if name}
    return replace(place, policy=msgspec.structs.replace(place.policy, **changed))


def look_at_customer(customer: Customer, permission: str, place: Place, at: datetime) -> Decision:
    """Their cards aside: whoever it is, is known. NoSuchPlace: there is no such permission."""
    _check_permission(permission)
    return _decided(facts_of_customer(customer.pk, place.policy.site, at), permission, place, at)


def look_at_code(code: str, permission: str, place: Place, at: datetime) -> Decision:
    """As if the card were scanned. NoSuchPlace: there is no such permission."""
    _check_permission(permission)
    try:
        facts = facts_of_card(EVERYONE, codes.hash_of(canonical_code(code)), place.policy.site)
    except CardError as error:
        raise NoSuchPlace(str(error)) from error
    return _decided(with_held(facts, at), permission, place, at)


def _decided(facts: Facts, permission: str, place: Place, at: datetime) -> Decision:
    # To identify counts nothing, so that `remaining` is what is left before any use.
    ask = Ask(
        permission=permission,
        mode=Mode.IDENTIFY,
        policy=place.policy,
        circumstances=Circumstances(posture=place.posture),
    )
    return decide_at_hub(with_static_codes(ask), facts, at)


def _place_of_reader(name: str, at: datetime) -> Place:
    edge, _slash, reader_name = name.partition("/")
    found = Reader.objects.select_related("edge__site", "partner", "lockdown_permission")
    reader = found.filter(edge__name=edge, name=reader_name).first()
    if reader is None:
        raise NoSuchPlace(_("there is no reader %(name)s: say it as EDGE/READER") % {"name": name})
    locked = reader.posture == Posture.LOCKDOWN or orders.lockdowns_over(reader.edge, reader.name, at)
    return Place(fleet_rows.policy_of(reader), Posture.LOCKDOWN if locked else Posture.SECURE)


def _first_site() -> str | None:
    return Site.objects.order_by("pk").values_list("name", flat=True).first()


def _check_permission(slug: str) -> None:
    if not Permission.objects.filter(slug=slug).exists():
        raise NoSuchPlace(_("there is no permission %(slug)s") % {"slug": slug})
