"""Django's admin, made to write through operations: what a page saves or deletes reaches the feed as well."""

from collections.abc import Callable, Iterable
from typing import Any, ClassVar

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import DateTimeField, Model, QuerySet
from django.forms import BaseModelForm
from django.forms.models import BaseInlineFormSet
from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from unfold.admin import ModelAdmin

from hub.errors import HubError
from hub.members.instant_fields import DayOrInstantField

Save = Callable[[Any], Any]
Delete = Callable[[Iterable[Any]], None]
SaveInline = Callable[[Any, BaseModelForm], Any]


class OperationsAdmin(ModelAdmin):
    """Subclasses name their operations as staticmethods; each inline's model has (save(thing, form), delete)."""

    save_operation: ClassVar[Save]
    delete_operation: ClassVar[Delete]
    inline_operations: ClassVar[dict[type[Model], tuple[SaveInline, Delete]]] = {}
    list_filter_submit = True
    warn_unsaved_form = True
    show_full_result_count = False
    change_form_outer_before_template = "hub/add_title.html"
    formfield_overrides = {DateTimeField: {"form_class": DayOrInstantField}}

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """What no form could foresee (somebody else was faster) is told, and nothing is saved."""
        try:
            return super().changeform_view(request, *args, **kwargs)
        except ValidationError as error:
            messages.error(request, f"Not saved: {' '.join(error.messages)}")
        except HubError as error:
            messages.error(request, f"Not saved: {error}.")
        return HttpResponseRedirect(request.get_full_path())

    def save_model(self, request: HttpRequest, obj: Model, form: BaseModelForm, change: bool) -> None:
        self.save_operation(obj)

    def delete_model(self, request: HttpRequest, obj: Model) -> None:
        self.delete_operation([obj])

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        self.delete_operation(queryset)

    def save_formset(self, request: HttpRequest, form: Any, formset: BaseInlineFormSet, change: bool) -> None:
        save, delete = self.inline_operations[formset.model]
        # commit=False: the formset says what is new, changed and deleted, and writes nothing.
        saved = formset.save(commit=False)
        delete(formset.deleted_objects)
        form_of = {id(each.instance): each for each in formset.forms}
        for thing in saved:
            save(thing, form_of[id(thing)])


def without_form(save: Save) -> SaveInline:
    """An operation that needs nothing but the thing."""
    return lambda thing, form: save(thing)
