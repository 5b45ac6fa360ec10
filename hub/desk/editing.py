"""Customers and companies made, edited and deleted: the same pages for both."""

from collections.abc import Callable
from typing import Any, NamedTuple

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from hub.desk.answers import goes_to, page
from hub.desk.customer_forms import DeleteForm
from hub.errors import HubError
from hub.members.versions import do_as_shown, version_of


class Editor(NamedTuple):
    """`route`: of the profile, and of the list that is gone back to with an s."""

    form: type[forms.ModelForm]
    save: Callable[[Any], Any]
    delete: Callable[[list[Any]], None]
    profile: str
    listing: str


def make(request: HttpRequest, editor: Editor, title: str) -> HttpResponse:
    form = editor.form(request.POST or None)
    if request.method == "POST" and form.is_valid():
        thing = editor.save(form.instance)
        messages.success(request, _("Added: %(name)s.") % {"name": thing})
        return goes_to(request, reverse(editor.profile, args=[thing.pk]))
    status = 422 if request.method == "POST" else 200
    return page(request, "desk/edit.html", status, form=form, title=title, back=reverse(editor.listing))


def edit(request: HttpRequest, editor: Editor, thing: Any, title: str) -> HttpResponse:
    version = request.POST.get("shown") or version_of(thing)
    back, status = reverse(editor.profile, args=[thing.pk]), 200
    form = editor.form(request.POST or None, instance=thing)
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                do_as_shown(thing, version, lambda held: editor.save(_taken_over(form, held)))
            except (HubError, ValidationError) as error:
                form.add_error(None, error if isinstance(error, ValidationError) else str(error))
                status = 409
            else:
                messages.success(request, _("Saved."))
                return goes_to(request, back)
    return page(request, "desk/edit.html", status, form=form, title=title, back=back, version=version)


def delete(request: HttpRequest, editor: Editor, thing: Any, title: str, says: list[str]) -> HttpResponse:
    form = DeleteForm(request.POST or None, name=str(thing))
    back, status = reverse(editor.profile, args=[thing.pk]), 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                editor.delete([thing])
            except HubError as error:
                form.add_error(None, str(error))
            else:
                messages.success(request, _("Deleted: %(name)s.") % {"name": thing})
                return goes_to(request, reverse(editor.listing))
    context = {"form": form, "title": title, "says": says, "back": back, "is_danger": True}
    return page(request, "desk/edit.html", status, **context)


def _taken_over(form: forms.ModelForm, held: Any) -> Any:
    """What was typed, in what is stored now."""
    for name in form.cleaned_data:
        setattr(held, name, form.cleaned_data[name])
    return held
