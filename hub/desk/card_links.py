"""Links to a customer's card page: shown once as a QR code for their phone, revoked; and codes by which
they sign in without a letter."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_POST

from hub.accounts.handed_operations import LETTERS, TooManyCodes, hand_code
from hub.cards import barcodes
from hub.cards.link_operations import make_link, revoke_links
from hub.cards.models import CardLink
from hub.desk.answers import goes_to, page
from hub.desk.gate import desk
from hub.members.models import Customer
from hub.members.showing_operations import SEE_CODES

_QR_MM = 70


@desk(SEE_CODES)
@require_POST
@sensitive_variables()
def show_link(request: HttpRequest, number: int) -> HttpResponse:
    """A new one, to be photographed by the member's own phone: whoever does so sees the card."""
    customer = get_object_or_404(Customer, pk=number)
    shown = make_link(customer, timezone.now())
    qr = barcodes.qr_svg(shown.address, _QR_MM)
    return page(request, "desk/card_link.html", customer=customer, address=shown.address, qr=qr)


@desk(SEE_CODES)
@require_POST
@sensitive_variables()
def show_code(request: HttpRequest, number: int) -> HttpResponse:
    """A new one, to be told to the member: whoever types it is signed in as them."""
    customer = get_object_or_404(Customer, pk=number)
    try:
        code = hand_code(customer, timezone.now())
    except TooManyCodes as error:
        messages.error(request, str(error))
        return goes_to(request, reverse("desk:customer", args=[number]))
    shown = f"{code[: LETTERS // 2]} {code[LETTERS // 2 :]}"
    where = f"{settings.DOORWARD_URL}{reverse('wallet:login')}"
    return page(request, "desk/sign_in_code.html", customer=customer, code=shown, where=where)


@desk("members.change_card")
@require_POST
def revoke_link(request: HttpRequest, number: int) -> HttpResponse:
    link = get_object_or_404(CardLink.objects.select_related("customer"), pk=number)
    revoke_links([link], timezone.now())
    messages.success(request, _("The link is revoked: phones that used it show the card no longer."))
    return goes_to(request, reverse("desk:customer", args=[link.customer_id]))
