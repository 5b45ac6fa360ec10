"""Who works at the hub, for owners: invited, given another role, deactivated, let in again."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from hub.access import user_operations as operations
from hub.access.link_operations import LinkShown
from hub.access.queries import name_of, user_shown, users_shown
from hub.access.roles import TITLES, TOLD, Role
from hub.access.user_operations import LETTERS_MAX, UserRefused
from hub.desk.answers import goes_to, page
from hub.desk.gate import desk
from hub.partners.models import Partner
from hub.partners.queries import partner_invited_for

_MAY = "access.manage_users"


class _RoleForm(forms.Form):
    role = forms.ChoiceField(
        label=gettext_lazy("Role"),
        choices=[(role.value, role.value) for role in Role],
        widget=forms.RadioSelect,
    )

    def __init__(self, *args: Any, partner: Partner | None = None, **kwargs: Any) -> None:
        """`partner`: whom the user was invited for; who was for none cannot be a partner's."""
        super().__init__(*args, **kwargs)
        roles = [role for role in Role if role is not Role.PARTNER or partner is not None]
        self.fields["role"].choices = [(role.value, f"{TITLES[role]}: {TOLD[role]}") for role in roles]


class InviteForm(_RoleForm):
    name = forms.CharField(label=gettext_lazy("Name"), max_length=LETTERS_MAX)
    email = forms.EmailField(label=gettext_lazy("Email"), max_length=LETTERS_MAX)
    field_order = ["name", "email", "role"]


@desk(_MAY)
def users_page(request: HttpRequest) -> HttpResponse:
    return page(request, "desk/users.html", users=users_shown())


@desk(_MAY)
def user_page(request: HttpRequest, number: int) -> HttpResponse:
    user = get_object_or_404(User, pk=number)
    found = user_shown(user)
    partner = partner_invited_for(user)
    form = _RoleForm(initial={"role": found.role}, partner=partner)
    context = {"each": found, "form": form, "is_me": user == request.user, "partner": partner}
    return page(request, "desk/user.html", **context)


@desk(_MAY)
def invite_page(request: HttpRequest) -> HttpResponse:
    """The link is shown once, in the answer itself: it is kept nowhere."""
    form = InviteForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            user, link = operations.invite(
                said["name"], said["email"], Role(said["role"]), _me(request), timezone.now()
            )
        except UserRefused as error:
            form.add_error("email", str(error))
        except ValidationError as error:
            form.add_error(None, error)
        else:
            return _link(request, user, link)
    return page(request, "desk/user_invite.html", 422 if form.is_bound else 200, form=form)


@desk(_MAY)
@require_POST
def change_role(request: HttpRequest, number: int) -> HttpResponse:
    form = _RoleForm(request.POST, partner=partner_invited_for(get_object_or_404(User, pk=number)))
    role = Role(form.cleaned_data["role"]) if form.is_valid() else None
    if role is None:
        messages.error(request, _("Choose a role."))
        return goes_to(request, reverse("desk:user", args=[number]))
    at = timezone.now()
    return _done(request, number, lambda: operations.change_role(number, role, _me(request), at))


@desk(_MAY)
@require_POST
def set_active(request: HttpRequest, number: int) -> HttpResponse:
    at, active = timezone.now(), "active" in request.POST
    if active:
        return _done(request, number, lambda: operations.reactivate(number, _me(request)))
    return _done(request, number, lambda: operations.deactivate(number, _me(request), at))


@desk(_MAY)
@require_POST
def new_link(request: HttpRequest, number: int) -> HttpResponse:
    """As for `invite_page`."""
    user = get_object_or_404(User, pk=number)
    try:
        link = operations.let_in_again(
            number, _me(request), timezone.now(), without_factor="without_factor" in request.POST
        )
    except UserRefused as error:
        messages.error(request, str(error))
        return goes_to(request, reverse("desk:user", args=[number]))
    return _link(request, user, link)


@desk(_MAY)
def delete_user(request: HttpRequest, number: int) -> HttpResponse:
    """Asked once more: there is no way back."""
    user = get_object_or_404(User, pk=number)
    name, refused = name_of(user), ""
    if request.method == "POST":
        try:
            operations.delete_user(number, _me(request), timezone.now())
        except UserRefused as error:
            refused = str(error)
        else:
            messages.success(request, _("Deleted: %(name)s.") % {"name": name})
            return goes_to(request, reverse("desk:users"))
    context = {"name": name, "number": number, "refused": refused, "is_me": user == request.user}
    return page(request, "desk/user_delete.html", 409 if refused else 200, **context)


def _done(request: HttpRequest, number: int, do: Callable[[], Any]) -> HttpResponse:
    get_object_or_404(User, pk=number)
    try:
        do()
    except UserRefused as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Done."))
    return goes_to(request, reverse("desk:user", args=[number]))


def _link(request: HttpRequest, user: User, link: LinkShown) -> HttpResponse:
    return page(request, "desk/user_link.html", link=link, name=name_of(user), number=user.pk)


def _me(request: HttpRequest) -> User:
    """Whoever the gate let in."""
    user = request.user
    assert isinstance(user, User)
    return user
