"""The pages that change what plans grant: typed, looked at, saved. Plans have rows besides
(hub/desk/plan_editor.py); permissions and partners are a form each."""

from collections.abc import Callable
from datetime import datetime
from hmac import compare_digest
from typing import Any, Final, NamedTuple, Protocol

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _

from hub.decisions.foreseen import Foreseen
from hub.desk.answers import goes_to, page
from hub.desk.foreseen import Preview, save_or_show
from hub.errors import HubError
from hub.members.versions import Outdated

_MORE: Final = ("row", "permission")
"""What is asked while it is still being typed: it is neither looked at nor saved."""


class Editor(Protocol):
    """What is typed, and what it would do. `form` is of the thing itself."""

    form: forms.ModelForm

    def version(self) -> str:
        """Of what is stored: another one after somebody else has saved it."""

    def is_valid(self) -> bool: ...

    def foresee(self, at: datetime) -> Foreseen: ...

    def save(self) -> Any: ...


class Place(NamedTuple):
    """`one` and `all`: the routes of the thing's own page and of the list."""

    template: str
    one: str
    all: str


def edited(request: HttpRequest, editor: Editor, title: str, place: Place) -> HttpResponseBase:
    thing = editor.form.instance
    preview: Preview | HttpResponseBase | None = None
    version = editor.version() if thing.pk else ""
    do = request.POST.get("do", "")
    # Asked what it means, it is looked through and not saved.
    is_right = request.method == "POST" and do not in _MORE and editor.is_valid()
    status, is_asked = 200, request.method == "POST" and do not in (*_MORE, "means")
    if is_asked and is_right:
        try:
            preview = save_or_show(request, editor.foresee, lambda: _save(editor, request.POST.get("shown", "")))
        except (ValidationError, HubError) as error:
            _refuse(editor.form, error)
            status = 409 if isinstance(error, Outdated) else 422
        else:
            if preview is None:
                messages.success(request, _("Saved: %(name)s.") % {"name": thing})
                return goes_to(request, reverse(place.one, args=[thing.pk]))
            if isinstance(preview, HttpResponseBase):
                return preview
            status = 409 if preview.is_again else 200
    elif is_asked:
        status = 422
    back = reverse(place.one, args=[thing.pk]) if thing.pk else reverse(place.all)
    context = {"editor": editor, "form": editor.form, "title": title, "preview": preview, "back": back}
    # What was refused as out of date has been read by now: the next time it is meant.
    shown = request.POST.get("shown", version) if status != 409 else version
    return page(request, place.template, status, version=shown, **context)


def deleted(
    request: HttpRequest, thing: Any, delete: Callable[[list[Any]], None], place: Place, **context: Any
) -> HttpResponse:
    """The page says what is in the way; what is needed elsewhere is not deleted."""
    refused = ""
    if request.method == "POST":
        try:
            delete([thing])
        except HubError as error:
            refused = str(error)
        else:
            messages.success(request, _("Deleted: %(name)s.") % {"name": thing})
            return goes_to(request, reverse(place.all))
    back = reverse(place.one, args=[thing.pk])
    return page(
        request, place.template, 409 if refused else 200, thing=thing, refused=refused, back=back, **context
    )


def _save(editor: Editor, shown: str) -> Any:
    """In the transaction that saves it. Outdated: it is not what the page began with."""
    if editor.form.instance.pk and not compare_digest(editor.version(), shown):
        raise Outdated(
            _("Somebody has changed this meanwhile. Nothing was saved. Save again to have it as it stands here.")
        )
    return editor.save()


def _refuse(form: forms.ModelForm, error: ValidationError | HubError) -> None:
    for message in error.messages if isinstance(error, ValidationError) else [str(error)]:
        form.add_error(None, message)
