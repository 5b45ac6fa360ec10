"""What is added to a profile and taken from it: photo, notes. Links are in links.py, cards in cards.py."""

from typing import Any, Final

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from hub.desk.answers import goes_to
from hub.desk.gate import desk
from hub.errors import HubError
from hub.members import profile_operations
from hub.members.models import Company, CompanyNote, Customer, CustomerNote, CustomerPhoto
from hub.members.photos import BYTES_MAX

_FOR_EVER: Final = "private, max-age=31536000, immutable"


@desk("members.view_customerphoto")
def photo(request: HttpRequest, number: int, digest: str) -> HttpResponse:
    """The picture that this address is of, and no other: another one has another address."""
    found = get_object_or_404(CustomerPhoto, customer=number, digest=digest)
    headers = {"Cache-Control": _FOR_EVER, "X-Content-Type-Options": "nosniff"}
    return HttpResponse(bytes(found.jpeg), content_type="image/jpeg", headers=headers)


@desk("members.change_customer")
@require_POST
def set_photo(request: HttpRequest, number: int) -> HttpResponse:
    """The picture in `photo`; without one, the photo is removed."""
    customer = get_object_or_404(Customer, pk=number)
    given = request.FILES.get("photo")
    try:
        if given is not None:
            profile_operations.set_photo(customer, given.read(BYTES_MAX + 1))
            messages.success(request, _("The photo is set."))
        elif "remove" in request.POST:
            profile_operations.remove_photo(customer)
            messages.success(request, _("The photo is removed."))
        else:
            messages.error(request, _("Choose a picture first."))
    except HubError as error:
        messages.error(request, str(error))
    return goes_to(request, reverse("desk:customer", args=[number]))


@desk("members.add_customernote")
@require_POST
def add_customer_note(request: HttpRequest, number: int) -> HttpResponse:
    return _add_note(request, get_object_or_404(Customer, pk=number), profile_operations.add_customer_note)


@desk("members.add_companynote")
@require_POST
def add_company_note(request: HttpRequest, number: int) -> HttpResponse:
    return _add_note(request, get_object_or_404(Company, pk=number), profile_operations.add_company_note)


@desk("members.add_customernote")
@require_POST
def delete_customer_note(request: HttpRequest, number: int) -> HttpResponse:
    """Their own: whoever may write notes."""
    note = CustomerNote.objects.filter(pk=number).select_related("customer").first()
    return _delete_note(request, note, None if note is None else note.customer)


@desk("members.add_companynote")
@require_POST
def delete_company_note(request: HttpRequest, number: int) -> HttpResponse:
    note = CompanyNote.objects.filter(pk=number).select_related("company").first()
    return _delete_note(request, note, None if note is None else note.company)


def _add_note(request: HttpRequest, about: Customer | Company, add: Any) -> HttpResponse:
    try:
        add(about, request.POST.get("text", ""), request.user, timezone.now())
    except HubError as error:
        messages.error(request, str(error))
    return goes_to(request, profile_of(about) + "#notes")


def _delete_note(request: HttpRequest, note: Any, about: Customer | Company | None) -> HttpResponse:
    if about is None:
        raise Http404
    try:
        profile_operations.delete_note(note, request.user)
        messages.success(request, _("The note is deleted."))
    except HubError as error:
        messages.error(request, str(error))
    return goes_to(request, profile_of(about) + "#notes")


def profile_of(thing: Customer | Company) -> str:
    kind = "customer" if isinstance(thing, Customer) else "company"
    return reverse(f"desk:{kind}", args=[thing.pk])
