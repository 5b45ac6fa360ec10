"""A card that is lost: it works no more and another one does, in one step."""

from datetime import datetime

from django.utils.translation import gettext as _

from hub.audit import operations as audit
from hub.cards.link_operations import revoke_all_links
from hub.cards.models import CardLink
from hub.errors import HubError
from hub.members import operations
from hub.members.models import Card
from hub.members.rotating_operations import make_rotating
from hub.members.writing import stored, writing


class NothingToReplace(HubError):
    """The card is revoked already, or gone."""


def replace_card(card: Card, at: datetime, by: CardLink | None = None) -> Card:
    """The new card, with the old one's dates and a code of ours, whatever the old one's was; one that rotates goes
    on rotating. Links to the holder's card page end but for `by`, through which the member asks for it: a phone
    that is lost shows nothing any more. NothingToReplace.
    """
    with writing():
        held = stored(card)
        if held is None or held.revoked_at is not None:
            raise NothingToReplace(_("This card is revoked already."))
        operations.revoke_cards([held], at)
        dates = {"valid_from": held.valid_from, "valid_until": held.valid_until}
        new = operations.make_card(Card(customer=held.customer, **dates))
        if held.rotating_salt is not None:
            make_rotating([new])
            new.refresh_from_db()
        audit.note("card replaced", new, {"card": str(held.pk)}, {"card": str(new.pk)})
        revoke_all_links(held.customer, at, but=by)
        return new
