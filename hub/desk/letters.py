"""Letters to a customer on their profile: which were sent and what became of them, which they want, and the card's
link by mail."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from hub.desk.answers import goes_to
from hub.desk.gate import desk
from hub.errors import HubError
from hub.letters.card_link import send_card_link
from hub.letters.kinds import WISH_OF, Kind
from hub.letters.queries import wishes_of
from hub.letters.wish_operations import set_wishes
from hub.mail.models import Mail
from hub.mail.queries import can_send, mails_to
from hub.members.models import Customer

_SHOWN: Final = 8
_COLOURS: Final = {Mail.State.WAITING: "amber", Mail.State.SENT: "green", Mail.State.FAILED: "red"}
_REFUSED: Final = gettext_lazy("The mail server does not take letters to this address.")
_NOT_SENT: Final = gettext_lazy("It could not be sent within three days.")


@dataclass(frozen=True, slots=True)
class LetterShown:
    """`why`: what went wrong, where it will not be tried again."""

    kind: str
    recipient: str
    colour: str
    state: str
    at: datetime
    why: str | Promise


def letters_of(customer: Customer) -> dict[str, Any]:
    return {
        "letters": [_shown(each) for each in mails_to(customer.pk, _SHOWN)],
        "wishes": wishes_of(customer),
        "can_send": can_send(),
    }


def _shown(mail: Mail) -> LetterShown:
    why = "" if mail.state != Mail.State.FAILED else _REFUSED if mail.error.startswith("refused") else _NOT_SENT
    return LetterShown(
        kind=str(Kind(mail.kind).label) if mail.kind in Kind else mail.kind,
        recipient=mail.recipient,
        colour=_COLOURS[Mail.State(mail.state)],
        state=mail.get_state_display(),
        at=mail.done_at or mail.created_at,
        why=why,
    )


@desk("cards.send_link")
@require_POST
def mail_card_link(request: HttpRequest, number: int) -> HttpResponse:
    customer = get_object_or_404(Customer, pk=number)
    try:
        mail = send_card_link(customer, timezone.now())
    except HubError as error:
        messages.error(request, str(error))
    else:
        said = _("The link is on its way to %(address)s.") % {"address": mail.recipient}
        messages.success(request, said)
    return goes_to(request, reverse("desk:customer", args=[customer.pk]))


@desk("members.change_customer")
@require_POST
def set_letter_wishes(request: HttpRequest, number: int) -> HttpResponse:
    customer = get_object_or_404(Customer, pk=number)
    set_wishes(customer, **{name: name in request.POST for name in WISH_OF.values()})
    messages.success(request, _("Saved."))
    return goes_to(request, reverse("desk:customer", args=[customer.pk]))
