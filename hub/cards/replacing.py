"""A card that is lost: it works no more and another one does, in one step."""

from datetime import datetime

from django.utils.translation import gettext as _

from hub.audit import operations as audit
from hub.cards.link_operations import make_next_link, revoke_all_links
from hub.cards.models import CardLink
from hub.errors import HubError
from hub.members import operations
from hub.members.models import Card
from hub.members.rotating_operations import make_rotating
from hub.members.writing import stored, writing


class NothingToReplace(HubError):
    """The card is revoked already, or gone."""


def replace_card(card: Card, at: datetime) -> Card:
    """The new card, with the old one's dates and a code of ours, whatever the old one's was; one that rotates goes
    on rotating. All links to the holder's card page end: a phone that is lost shows nothing any more.
    NothingToReplace.
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
        revoke_all_links(held.customer, at)
        return new


def block_card(card: Card, at: datetime) -> None:
    """Without another one, and all phones go on: for who cannot prove now that it is theirs. NothingToReplace."""
    with writing():
        held = stored(card)
        if held is None or held.revoked_at is not None:
            raise NothingToReplace(_("This card is revoked already."))
        operations.revoke_cards([held], at)


def replace_from_phone(card: Card, by: CardLink, secret: str, at: datetime) -> Card:
    """As the member asks on a phone, whose new link is the only one then. `by`, through which it asks, ends like
    all others: the phone that is lost may have come by the same one. `secret`: of make_next_link.
    NothingToReplace.
    """
    with writing():
        new = replace_card(card, at)
        make_next_link(by, secret, at)
        return new
