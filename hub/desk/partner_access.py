"""How a partner is known, for staff: links for its phones, shown once and revoked; for owners: users invited."""

from typing import Final

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_POST

from hub.access.queries import name_of
from hub.access.user_operations import LETTERS_MAX, UserRefused
from hub.cards import barcodes
from hub.desk.answers import goes_to, page
from hub.desk.gate import desk
from hub.partners import user_operations
from hub.partners.link_operations import make_link, revoke_link
from hub.partners.models import Partner, PartnerLink

_QR_MM: Final = 70


class _LabelForm(forms.ModelForm):
    class Meta:
        model = PartnerLink
        fields = ["label"]
        labels = {"label": gettext_lazy("Where it is used")}
        help_texts = {"label": gettext_lazy("As in bar phone: so that you know which one to revoke.")}


class _InviteForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("Name"), max_length=LETTERS_MAX)
    email = forms.EmailField(label=gettext_lazy("Email"), max_length=LETTERS_MAX)


@desk("partners.change_partner")
@sensitive_variables("shown", "context")
def new_link(request: HttpRequest, number: int) -> HttpResponse:
    """It is shown once, in the answer itself: it is kept nowhere."""
    partner = get_object_or_404(Partner, pk=number)
    form = _LabelForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        shown = make_link(partner, form.cleaned_data["label"], timezone.now())
        context = {"partner": partner, "link": shown.link, "address": shown.address}
        qr = barcodes.qr_svg(shown.address, _QR_MM)
        return page(request, "desk/partners/link.html", qr=qr, **context)
    title = _("A link for a phone of %(partner)s") % {"partner": partner}
    return _asked(request, partner, form, title, _("Make the link"))


@desk("partners.change_partner")
@require_POST
def end_link(request: HttpRequest, number: int) -> HttpResponse:
    link = get_object_or_404(PartnerLink.objects.select_related("partner"), pk=number)
    revoke_link(link, timezone.now())
    messages.success(request, _("The link is revoked: phones that opened it are nobody's any more."))
    return goes_to(request, reverse("desk:partner", args=[link.partner_id]))


@desk("access.manage_users")
@sensitive_variables("link")
def invite_partner_user(request: HttpRequest, number: int) -> HttpResponse:
    """As staff are invited: by a link that is shown once."""
    partner = get_object_or_404(Partner, pk=number)
    form = _InviteForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            user, link = user_operations.invite(partner, said["name"], said["email"], request.user, timezone.now())
        except UserRefused as error:
            form.add_error("email", str(error))
        except ValidationError as error:
            form.add_error(None, error)
        else:
            back = reverse("desk:partner", args=[partner.pk])
            return page(request, "desk/user_link.html", link=link, name=name_of(user), number=user.pk, back=back)
    title = _("Invite somebody of %(partner)s") % {"partner": partner}
    return _asked(request, partner, form, title, _("Invite"))


def _asked(request: HttpRequest, partner: Partner, form: forms.BaseForm, title: str, button: str) -> HttpResponse:
    status = 422 if form.is_bound else 200
    context = {"partner": partner, "form": form, "title": title, "button": button}
    return page(request, "desk/partners/asked.html", status, **context)
