"""A card as Google's Wallet takes it: a generic object, and the signed link by which a member saves it.

Fields are those of the Google Wallet API's references of GenericObject, RotatingBarcode and Jwt. There a code can
rotate. A rotating card's secret goes to Google by its API alone: it stands in no link.
"""

from datetime import datetime
from typing import Any, Final

import jwt
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import override

from contract.rotating import DIGITS, STEP_SECONDS, wallet_pattern
from hub.cards.barcodes import symbol_of
from hub.cards.models import WalletPass
from hub.cards.passes.configuration import Google
from hub.cards.passes.facts import Facts
from hub.members.codes import scan_text, typed_text

SAVE_URL: Final = "https://pay.google.com/gp/v/save/"
LINK_LETTERS_MAX: Final = 1_800
"""Of a signed link's token, by Google's guide: browsers may cut longer addresses."""
_CLASS: Final = "doorward-card"
_CARD_PATH: Final = "/card/"
_LOGO_PATH: Final = "/card/icon-512.png"
_SHORT: Final = 30
"""Letters of names in a link, whatever they are made of."""


def class_id(google: Google) -> str:
    """All our cards are of one class, which says nothing."""
    return f"{google.issuer}.{_CLASS}"


def object_id(wallet_pass: WalletPass, google: Google) -> str:
    return f"{google.issuer}.{wallet_pass.serial}"


def object_of(facts: Facts, wallet_pass: WalletPass, google: Google) -> dict[str, Any]:
    """All of it."""
    said = _essentials(facts, wallet_pass, google, facts.club, facts.name)
    with override(facts.language):
        texts = [("status", _("Status"), facts.word)]
        if facts.until:
            texts.append(("until", _("Valid until"), facts.until))
        said["textModulesData"] = [{"id": key, "header": head, "body": body} for key, head, body in texts]
        live = {"id": "card", "uri": f"{settings.DOORWARD_URL}{_CARD_PATH}", "description": _("Live card")}
    said["linksModuleData"] = {"uris": [live]}
    if facts.plan:
        said["subheader"] = _localized(facts.plan, facts)
    if settings.ENVIRONMENT.secure:
        said["logo"] = {
            "sourceUri": {"uri": f"{settings.DOORWARD_URL}{_LOGO_PATH}"},
            "contentDescription": _localized(facts.club, facts),
        }
    dates = {"start": facts.begins_at, "end": facts.expires_at}
    interval = {name: {"date": each.isoformat(timespec="seconds")} for name, each in dates.items() if each}
    if interval:
        said["validTimeInterval"] = interval
    if facts.code is not None and facts.secret is not None:
        said["rotatingBarcode"] = _rotating(facts.code, facts.secret)
    return said


def save_link(facts: Facts, wallet_pass: WalletPass, google: Google, at: datetime) -> str:
    """Where the member saves it. What Google is told of the card by its API counts, where that was earlier."""
    card = _essentials(facts, wallet_pass, google, facts.club[:_SHORT], facts.name[:_SHORT])
    claims = {
        "iss": google.account,
        "aud": "google",
        "typ": "savetowallet",
        "iat": int(at.timestamp()),
        "origins": [settings.DOORWARD_URL],
        "payload": {"genericClasses": [{"id": class_id(google)}], "genericObjects": [card]},
    }
    return SAVE_URL + jwt.encode(claims, google.key, algorithm="RS256")


def _essentials(facts: Facts, wallet_pass: WalletPass, google: Google, club: str, name: str) -> dict[str, Any]:
    said: dict[str, Any] = {
        "id": object_id(wallet_pass, google),
        "classId": class_id(google),
        "state": "EXPIRED" if facts.over else "ACTIVE",
        "cardTitle": _localized(club, facts),
        "header": _localized(name or facts.word, facts),
        "hexBackgroundColor": facts.colour,
    }
    if facts.still_code is not None:
        text = typed_text(facts.still_code)
        kind = "CODE_128" if symbol_of(facts.still_code).is_barcode else "QR_CODE"
        said["barcode"] = {"type": kind, "value": scan_text(facts.still_code), "alternateText": text}
    return said


def _rotating(code: str, secret: bytes) -> dict[str, Any]:
    """`key` is in base 16, `periodMillis` a string."""
    return {
        "type": "QR_CODE",
        "valuePattern": wallet_pattern(settings.DOORWARD_URL, code),
        "totpDetails": {
            "algorithm": "TOTP_SHA1",
            "periodMillis": str(STEP_SECONDS * 1_000),
            "parameters": [{"key": secret.hex(), "valueLength": DIGITS}],
        },
    }


def _localized(text: str, facts: Facts) -> dict[str, Any]:
    return {"defaultValue": {"language": facts.language, "value": text}}
