"""Things of one form made, edited and deleted, as customers, companies, sites and edges."""

from collections.abc import Callable
from typing import Any, NamedTuple

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from hub.desk.answers import goes_to, page
from hub.desk.customer_forms import DeleteForm
from hub.errors import HubError
from hub.feed.newest import moved_since, positions
from hub.fleet.arrival import arrival_at
from hub.members.versions import do_as_shown, version_of


class Editor(NamedTuple):
    """`profile` and `listing`: the routes of the thing's own page, and of the list of all. `tells_arrival`: that
    list says where a deletion has arrived."""

    form: type[forms.ModelForm]
    save: Callable[[Any], Any]
    delete: Callable[[list[Any]], None]
    profile: str
    listing: str
    tells_arrival: bool = False

    def address_of(self, thing: Any) -> str:
        return reverse(self.profile, args=[thing.pk])

    def address_of_all(self, thing: Any) -> str:
        """The list that `thing` is in, or was."""
        return reverse(self.listing)


def make(request: HttpRequest, editor: Editor, title: str, thing: Any = None) -> HttpResponse:
    """`thing`: what it begins as, where that is not empty."""
    form = editor.form(request.POST or None, instance=thing)
    if request.method == "POST" and form.is_valid():
        try:
            made = editor.save(form.instance)
        except (HubError, ValidationError) as error:
            _refuse(form, error)
        else:
            messages.success(request, _("Added: %(name)s.") % {"name": made})
            return goes_to(request, editor.address_of(made))
    status = 422 if request.method == "POST" else 200
    return page(request, "desk/edit.html", status, form=form, title=title, back=editor.address_of_all(thing))


def edit(request: HttpRequest, editor: Editor, thing: Any, title: str) -> HttpResponse:
    version = request.POST.get("shown") or version_of(thing)
    back, status = editor.address_of(thing), 200
    form = editor.form(request.POST or None, instance=thing)
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                do_as_shown(thing, version, lambda held: editor.save(_taken_over(form, held)))
            except (HubError, ValidationError) as error:
                _refuse(form, error)
                status = 409
            else:
                messages.success(request, _("Saved."))
                return goes_to(request, back)
    return page(request, "desk/edit.html", status, form=form, title=title, back=back, version=version)


def delete(request: HttpRequest, editor: Editor, thing: Any, title: str, says: list[str]) -> HttpResponse:
    form = DeleteForm(request.POST or None, name=str(thing))
    back, status, before = editor.address_of(thing), 200, positions() if editor.tells_arrival else {}
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                editor.delete([thing])
            except HubError as error:
                form.add_error(None, str(error))
            else:
                messages.success(request, _("Deleted: %(name)s.") % {"name": thing})
                return goes_to(request, editor.address_of_all(thing) + _arrival_asked(before))
    context = {"form": form, "title": title, "says": says, "back": back, "is_danger": True}
    return page(request, "desk/edit.html", status, **context)


def _refuse(form: forms.ModelForm, error: HubError | ValidationError) -> None:
    """What is said of a field that is not asked for stands above the form."""
    if isinstance(error, HubError):
        form.add_error(None, str(error))
    elif hasattr(error, "error_dict") and not error.error_dict.keys() <= form.fields.keys():
        form.add_error(None, error.messages)
    else:
        form.add_error(None, error)


def _arrival_asked(before: dict[int, int]) -> str:
    """For the address of a list: it says how far what was written since `before` has come."""
    moved = moved_since(before) if before else {}
    return f"?{arrival_at(timezone.now(), moved).query}" if moved else ""


def _taken_over(form: forms.ModelForm, held: Any) -> Any:
    """What was typed, in what is stored now."""
    for name in form.cleaned_data:
        setattr(held, name, form.cleaned_data[name])
    return held
