"""A member's own data, as they change it: name, phone, photo where the club lets them, and the e-mail address,
which is another one only after a code that was sent there."""

from typing import Final

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters

from hub.accounts.account_operations import change_email
from hub.accounts.code_operations import ask_code, prove_code
from hub.cards.models import CardLink
from hub.errors import HubError
from hub.letters.sign_in_code import send_code, tell_changed
from hub.mail.queries import can_send
from hub.members import operations
from hub.members.models import Customer, CustomerPhoto
from hub.members.own_names import check_own_name
from hub.members.photos import BYTES_MAX
from hub.members.profile_operations import remove_photo, set_photo
from hub.organization.queries import organization
from hub.wallet.account.asking import done, done_text, limited
from hub.wallet.phone import page
from hub.wallet.proving import for_proved

_EMAIL_LETTERS_MAX, _STATE_LETTERS_MAX = 254, 200
_HERE: Final = "wallet:profile"


class PersonForm(forms.ModelForm):
    class Meta:
        model = Customer
        fields = ["name", "phone"]

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        if name != self.instance.name:
            check_own_name(name)
        return name


@for_proved()
def profile(request: HttpRequest, link: CardLink) -> HttpResponse:
    """POST: name and phone."""
    form = PersonForm(request.POST or None, instance=Customer.objects.get(pk=link.customer_id))
    if request.method != "POST":
        return _page(request, link, form)
    refused = limited(request, link)
    if refused is not None:
        return refused
    if form.is_valid():
        try:
            operations.save_customer(form.instance)
            return done(reverse(_HERE), "saved")
        except ValidationError as error:
            form.add_error(None, error)
    return _page(request, link, form, 422)


@for_proved()
def photo(request: HttpRequest, link: CardLink) -> HttpResponse:
    """POST: the picture in `photo`; `remove`: none any more."""
    if request.method != "POST" or not organization().members_set_photo:
        return HttpResponseRedirect(reverse(_HERE))
    refused = limited(request, link)
    if refused is not None:
        return refused
    if "remove" in request.POST:
        remove_photo(link.customer)
        return done(reverse(_HERE), "no-photo")
    given = request.FILES.get("photo")
    try:
        set_photo(link.customer, given.read(BYTES_MAX + 1) if given else b"")
    except HubError as error:
        said = str(error) if given else _("Choose a picture first.")
        return _page(request, link, PersonForm(instance=link.customer), 422, wrong_photo=said)
    return done(reverse(_HERE), "photo")


@for_proved()
def email(request: HttpRequest, link: CardLink) -> HttpResponse:
    """POST: sends a code to the new address. Whoever has it already, it is told no different."""
    if request.method != "POST" or not can_send():
        return HttpResponseRedirect(reverse(_HERE))
    refused = limited(request, link)
    if refused is not None:
        return refused
    at = timezone.now()
    try:
        asked = ask_code(request.POST.get("email", "")[:_EMAIL_LETTERS_MAX], at, known_only=False)
        send_code(asked, at, with_links=False)
    except HubError as error:
        form = PersonForm(instance=link.customer)
        return _page(request, link, form, 422, wrong_email=str(error), email=request.POST.get("email", ""))
    return _code_page(request, asked.state, asked.email)


@sensitive_post_parameters("state", "code")
@for_proved(keeps=False)
def email_code(request: HttpRequest, link: CardLink) -> HttpResponse:
    if request.method != "POST":
        return HttpResponseRedirect(reverse(_HERE))
    state, at = request.POST.get("state", "")[:_STATE_LETTERS_MAX], timezone.now()
    before = link.customer.email
    try:
        now = change_email(link.customer, prove_code(state, request.POST.get("code", ""), at))
    except HubError as error:
        return _code_page(request, state, request.POST.get("email", "")[:_EMAIL_LETTERS_MAX], str(error))
    # Pressed twice, it was told the first time.
    if before != now.email:
        tell_changed(link.customer, "address changed", at, to=before)
    return done(reverse(_HERE), "email")


def _page(request: HttpRequest, link: CardLink, form: PersonForm, status: int = 200, **more: str) -> HttpResponse:
    return page(
        request,
        "wallet/account/profile.html",
        status,
        form=form,
        customer=Customer.objects.get(pk=link.customer_id),
        photo=CustomerPhoto.objects.filter(customer=link.customer_id).defer("jpeg").first(),
        may_set_photo=organization().members_set_photo,
        can_send=can_send(),
        done=done_text(request),
        **more,
    )


def _code_page(request: HttpRequest, state: str, to: str, error: str = "") -> HttpResponse:
    said = {"state": state, "email": to, "error": error}
    return page(request, "wallet/account/email_code.html", 422 if error else 200, **said)
