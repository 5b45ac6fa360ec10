"""A letter's words: the organization's language, zone and name, a plain text, and the same as simple HTML."""

from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import override

from hub.fleet.zones import organization_zone
from hub.letters.kinds import WISH_OF, Kind
from hub.letters.unsubscribing import address_for
from hub.mail.draft import Draft
from hub.members.models import Customer
from hub.organization.queries import organization


def written(kind: Kind, customer: Customer | None, zone: ZoneInfo | None = None, **said: Any) -> Draft:
    """Of the templates letters/KIND.txt, whose first line is the subject, and letters/KIND.html.

    With a link that ends such letters, where nobody asked for each. `zone`: of its times, where that is not the
    organization's. `customer` None: nobody is known at that address.
    """
    club = organization()
    unsubscribe = address_for(kind, customer.pk) if customer and kind in WISH_OF else ""
    context = {
        "organization": str(club),
        "colour": club.colour,
        "language": club.language,
        "name": customer.name if customer else "",
        "card_page": f"{settings.DOORWARD_URL}/card/",
        "unsubscribe": unsubscribe,
        **said,
    }
    with override(club.language), timezone.override(zone or organization_zone()):
        subject, _empty, text = render_to_string(f"letters/{kind}.txt", context).strip().partition("\n")
        html = render_to_string(f"letters/{kind}.html", context)
    return Draft(subject.strip(), f"{text.strip()}\n", html, str(club), club.reply_to, unsubscribe)
