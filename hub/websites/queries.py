"""Reading websites: who may frame our pages, whose visitor is whom, and what staff see of each at a glance."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from hub.members.models import Customer
from hub.websites.claims import Claims
from hub.websites.faults import Fault, TokenRefused
from hub.websites.models import Subject, Website, WebsiteKey
from hub.websites.token_operations import is_used
from hub.websites.verifying import parts_of, verified


class Light(NamedTuple):
    """`colour` is the desk's: green, amber, red or grey."""

    colour: str
    text: Promise | str


class WebsiteShown(NamedTuple):
    """`frames`: whether our page was seen in its frame. `tokens`: how its tokens do."""

    website: Website
    frames: Light
    tokens: Light


class KeyShown(NamedTuple):
    key: WebsiteKey
    light: Light
    may_end: bool


@dataclass(frozen=True, slots=True)
class TokenLook:
    """What somebody sees who tries a token: what is wrong with it, if anything, and what stands in it (as JSON,
    empty where it cannot be read). `claims` None: it would not count."""

    light: Light
    code: str
    header: str
    payload: str
    claims: Claims | None
    customer: Customer | None


def website_with(public_id: str) -> Website:
    """One that is switched on. Website.DoesNotExist."""
    return Website.objects.get(public_id=public_id, is_active=True)


def frame_origins(website: Website) -> list[str]:
    """For hub.page_policy.framed_by."""
    return list(website.origins) if website.is_active else []


def subject_of(website: Website, sub: str) -> Subject | None:
    """With its customer."""
    return Subject.objects.select_related("customer").filter(website=website, sub=sub).first()


def customer_of(website: Website, sub: str) -> Customer | None:
    """None: nobody here is known as this."""
    found = subject_of(website, sub)
    return None if found is None else found.customer


def subjects_of(customer: Customer) -> QuerySet[Subject]:
    """At which websites they are known, and as whom."""
    return Subject.objects.select_related("website").filter(customer=customer)


def websites_shown() -> list[WebsiteShown]:
    return [website_shown(each) for each in Website.objects.prefetch_related("keys")]


def website_shown(website: Website) -> WebsiteShown:
    return WebsiteShown(website, _frames(website), _tokens(website))


def keys_shown(website: Website, at: datetime) -> Sequence[KeyShown]:
    """Those that count first."""
    keys = sorted(website.keys.all(), key=lambda each: not each.counts(at))
    return [KeyShown(each, _of_key(each, at), each.counts(at) and each.until is None) for each in keys]


def look_at_token(website: Website, token: str, at: datetime) -> TokenLook:
    """As if a visitor came with it, but that it is not used up. hub.websites.sealing.SecretUnreadable."""
    try:
        header, payload = map(_pretty, parts_of(token))
    except TokenRefused as error:
        return _refused(error, "", "")
    try:
        found = verified(website, token, at)
        if is_used(found):
            raise TokenRefused(Fault.USED)
    except TokenRefused as error:
        return _refused(error, header, payload)
    who = customer_of(website, found.claims.sub)
    return TokenLook(Light("green", _("This token counts")), "", header, payload, found.claims, who)


def _refused(error: TokenRefused, header: str, payload: str) -> TokenLook:
    return TokenLook(Light("red", str(error)), error.fault.value, header, payload, None, None)


def _pretty(said: dict[str, Any]) -> str:
    return json.dumps(said, indent=2, ensure_ascii=True)


def _frames(website: Website) -> Light:
    if not website.is_active:
        return Light("grey", _("Switched off"))
    if not website.origins:
        return Light("amber", _("No origin may show it"))
    if website.framed_at is None:
        return Light("grey", _("Not seen yet"))
    return Light("green", _("Shows our page"))


def _tokens(website: Website) -> Light:
    """What came last says how it does: both are noted once a minute."""
    if not website.is_active:
        return Light("grey", _("Switched off"))
    if website.refused_at is not None and (website.used_at is None or website.used_at < website.refused_at):
        return _refused_last(website.refused_code)
    if website.used_at is None:
        return Light("grey", _("None came yet"))
    return Light("green", _("They count"))


def _refused_last(code: str) -> Light:
    """A page that is loaded again with its old token is nothing to mend."""
    if code == Fault.USED:
        return Light("amber", _("The last one was refused: used already"))
    return Light("red", _("The last one was refused: %(why)s") % {"why": code})


def _of_key(key: WebsiteKey, at: datetime) -> Light:
    if key.revoked_at is not None:
        return Light("grey", _("revoked"))
    if not key.counts(at):
        return Light("grey", _("ended"))
    return Light("green", _("counts")) if key.until is None else Light("amber", _("ends"))
