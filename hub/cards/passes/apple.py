"""A card as Apple's Wallet takes it: pass.json and pictures, signed, in a ZIP.

Keys are those of Apple's "PassKit Package Format Reference" and "Wallet Passes". No pass can change its code by
itself there: a card that rotates has none on it, and says where the live one is.
"""

import hashlib
import io
import json
from typing import Any, Final
from zipfile import ZIP_DEFLATED, ZipFile

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7
from django.conf import settings
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import override
from PIL import Image, ImageColor

from hub.cards.barcodes import symbol_of
from hub.cards.icon import icon_png
from hub.cards.models import WalletPass
from hub.cards.passes.configuration import Apple
from hub.cards.passes.facts import Facts
from hub.cards.passes.tokens import authentication_token
from hub.members.codes import scan_text, typed_text
from hub.organization.ink import ink_on

MIME: Final = "application/vnd.apple.pkpass"
SERVICE_PATH: Final = "/card/apple"
"""Where hub/wallet answers phones; they put the protocol's version behind it."""
CARD_PATH: Final = "/card/"
_ICONS: Final = {"icon.png": 29, "icon@2x.png": 58, "icon@3x.png": 87}
_PHOTO_PIXELS: Final = 180
"""Apple's thumbnail is 90 points at most; most phones show two pixels a point, or three."""
_LATIN: Final = "iso-8859-1"
"""What readers expect of a QR code that does not say otherwise (ISO/IEC 18004)."""


def package(facts: Facts, wallet_pass: WalletPass, apple: Apple, photo: bytes) -> bytes:
    """The .pkpass file. `photo`: a JPEG, or empty."""
    files = {name: icon_png(pixels, facts.colour) for name, pixels in _ICONS.items()}
    if photo:
        files["thumbnail@2x.png"] = _thumbnail(photo)
    said = json.dumps(pass_json(facts, wallet_pass, apple), ensure_ascii=False)
    files["pass.json"] = said.encode()
    manifest = {name: hashlib.sha1(content, usedforsecurity=False).hexdigest() for name, content in files.items()}
    files["manifest.json"] = json.dumps(manifest).encode()
    files["signature"] = signature(files["manifest.json"], apple)
    written = io.BytesIO()
    with ZipFile(written, "w", ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return written.getvalue()


def signature(content: bytes, apple: Apple) -> bytes:
    """Detached, PKCS #7 in DER, with the time it was made and the authority between Apple's root and ours."""
    builder = pkcs7.PKCS7SignatureBuilder().set_data(content)
    builder = builder.add_signer(apple.certificate, apple.key, hashes.SHA256()).add_certificate(apple.wwdr)
    return builder.sign(Encoding.DER, [pkcs7.PKCS7Options.DetachedSignature, pkcs7.PKCS7Options.Binary])


def pass_json(facts: Facts, wallet_pass: WalletPass, apple: Apple) -> dict[str, Any]:
    ink = _rgb(ink_on(facts.colour))
    with override(facts.language):
        said = {
            "formatVersion": 1,
            "passTypeIdentifier": apple.pass_type,
            "teamIdentifier": apple.team,
            "serialNumber": wallet_pass.serial,
            "organizationName": facts.club,
            "description": _("Card of %(club)s") % {"club": facts.club},
            "logoText": facts.club,
            "backgroundColor": _rgb(facts.colour),
            "foregroundColor": ink,
            "labelColor": ink,
            "sharingProhibited": True,
            "generic": _front(facts) | {"backFields": _back(facts)},
        }
    if settings.ENVIRONMENT.secure:
        # Phones ask for changes by https alone.
        said["webServiceURL"] = f"{settings.DOORWARD_URL}{SERVICE_PATH}"
        said["authenticationToken"] = authentication_token(wallet_pass)
    if facts.still_code is not None:
        said["barcodes"] = [_barcode(facts.still_code)]
    if facts.expires_at is not None:
        said["expirationDate"] = facts.expires_at.isoformat(timespec="seconds")
    if facts.void:
        said["voided"] = True
    return said


def _front(facts: Facts) -> dict[str, list[dict[str, str]]]:
    until = [_field("until", _("Valid until"), facts.until)] if facts.until else []
    rotates = [_field("live", _("Code"), _("On your live card: see the back"))] if facts.secret is not None else []
    return {
        "primaryFields": [{"key": "name", "value": facts.name}] if facts.name else [],
        "secondaryFields": [*([_field("plan", _("Plan"), facts.plan)] if facts.plan else []), *until],
        "auxiliaryFields": [_field("status", _("Status"), facts.word) | {"changeMessage": "%@"}, *rotates],
    }


def _back(facts: Facts) -> list[dict[str, str]]:
    address = f"{settings.DOORWARD_URL}{CARD_PATH}"
    link = format_html('<a href="{}">{}</a>', address, address)
    fields = [_field("card", _("Live card"), address) | {"attributedValue": str(link)}]
    if facts.secret is not None:
        why = _("The code of this card changes each half minute, which no pass can show: open the live card.")
        fields.append(_field("rotates", _("Code"), why))
    elif facts.still_code is not None:
        fields.append(_field("code", _("Code"), typed_text(facts.still_code)))
    return fields


def _field(key: str, label: str, value: str) -> dict[str, str]:
    return {"key": key, "label": label, "value": value}


def _barcode(code: str) -> dict[str, str]:
    """The same kind of symbol as on paper."""
    text = scan_text(code)
    try:
        text.encode(_LATIN)
        encoding = _LATIN
    except UnicodeEncodeError:
        encoding = "utf-8"
    return {
        "format": "PKBarcodeFormatCode128" if symbol_of(code).is_barcode else "PKBarcodeFormatQR",
        "message": text,
        "messageEncoding": encoding,
        "altText": typed_text(code),
    }


def _rgb(colour: str) -> str:
    red, green, blue = ImageColor.getrgb(colour)[:3]
    return f"rgb({red}, {green}, {blue})"


def _thumbnail(photo: bytes) -> bytes:
    image = Image.open(io.BytesIO(photo)).convert("RGB")
    image.thumbnail((_PHOTO_PIXELS, _PHOTO_PIXELS))
    written = io.BytesIO()
    image.save(written, "PNG", optimize=True)
    return written.getvalue()
