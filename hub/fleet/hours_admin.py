"""Sites and schedules in Django's admin, with their days; a schedule's next days are shown as a picture."""

from collections.abc import Callable, Iterable
from typing import Any, ClassVar

from django.contrib import admin
from django.forms.models import BaseInlineFormSet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy
from unfold.admin import TabularInline
from unfold.decorators import display

from hub.fleet import operations
from hub.fleet.hours_models import WEEKDAYS, ExceptionDay
from hub.fleet.models import Holiday, Schedule, ScheduleException, Site
from hub.fleet.picture_context import picture_of
from hub.members.operations_admin import OperationsAdmin


class DaysFormSet(BaseInlineFormSet):
    """Exceptions or holidays, looked at together."""

    def clean(self) -> None:
        super().clean()
        if not any(self.errors):
            operations.check_days(self._days_left())

    def kept(self) -> list[ExceptionDay]:
        """What is there from now on, once `save` has been called with commit=False."""
        gone = {id(each) for each in self.deleted_objects}
        before = [form.instance for form in self.initial_forms if id(form.instance) not in gone]
        return [*before, *self.new_objects]

    def _days_left(self) -> Iterable[ExceptionDay]:
        gone = self.deleted_forms
        return [form.instance for form in self.forms if form not in gone and form.instance.day]


class DaysAdmin(OperationsAdmin):
    """Of something that has days of its own: they are saved all together."""

    replace_operation: ClassVar[Callable[[Any, list[Any]], None]]

    def save_formset(self, request: HttpRequest, form: Any, formset: BaseInlineFormSet, change: bool) -> None:
        # commit=False: the formset says what is new, changed and deleted, and writes nothing.
        formset.save(commit=False)
        if formset.has_changed():
            self.replace_operation(form.instance, formset.kept())


class DayInline(TabularInline):
    formset = DaysFormSet
    fields = ["day", "month", "year", "windows", "name"]
    extra = 0

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if db_field.name == "month":
            field.widget.attrs["style"] = "min-width: 9rem"
        return field


class HolidayInline(DayInline):
    model = Holiday


class ScheduleExceptionInline(DayInline):
    model = ScheduleException


@admin.register(Site)
class SiteAdmin(DaysAdmin):
    save_operation = staticmethod(operations.save_site)
    delete_operation = staticmethod(operations.delete_sites)
    replace_operation = staticmethod(operations.replace_holidays)
    fields = ["name", "time_zone", "week_starts_on", "day_starts_at"]
    list_display = ["name", "time_zone", "week_starts_on", "day_starts_at"]
    search_fields = ["name"]
    inlines = [HolidayInline]

    def get_readonly_fields(self, request: HttpRequest, obj: Site | None = None) -> list[str]:
        # Edges' configurations name it.
        return [] if obj is None else ["name"]


@admin.register(Schedule)
class ScheduleAdmin(DaysAdmin):
    save_operation = staticmethod(operations.save_schedule)
    delete_operation = staticmethod(operations.delete_schedules)
    replace_operation = staticmethod(operations.replace_exceptions)
    change_form_outer_before_template = "fleet/schedule_picture.html"
    list_display = ["name", "slug", "week", "observes_holidays"]
    search_fields = ["name", "slug"]
    fieldsets = [
        (None, {"fields": ["name", "slug", "observes_holidays"]}),
        (
            gettext_lazy("Every week"),
            {
                "fields": WEEKDAYS,
                "description": gettext_lazy(
                    "As in 08:00-18:00 (8-18 will do), or 08:00-12:00, 14:00-02:00 where the last one"
                    " ends on the next day; 00:00-24:00 is the whole day. Empty or closed: closed."
                    " The clock is that of the site."
                ),
            },
        ),
    ]
    inlines = [ScheduleExceptionInline]

    def get_readonly_fields(self, request: HttpRequest, obj: Schedule | None = None) -> list[str]:
        # Edges' configurations and plans' rows name it.
        return [] if obj is None else ["slug"]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        schedule = self.get_object(request, object_id)
        # As it stands, not as a form that is being corrected would have it.
        if schedule is not None and self.has_view_permission(request, schedule):
            wanted = request.GET
            picture = picture_of(schedule, wanted.get("site"), wanted.get("from"), timezone.now())
            extra_context = {**(extra_context or {}), "picture": picture, "schedule_without_site": picture is None}
        return super().change_view(request, object_id, form_url, extra_context)

    @display(description=gettext_lazy("Week"))
    def week(self, schedule: Schedule) -> str:
        return week_text(schedule)


def week_text(schedule: Schedule) -> str:
    """As in `Mon-Fri 08:00-18:00; Sat 10:00-14:00`: like days in a row together, closed ones left out."""
    runs: list[tuple[int, int, str]] = []
    for number, name in enumerate(WEEKDAYS):
        hours = getattr(schedule, name)
        if runs and runs[-1][2] == hours:
            runs[-1] = (runs[-1][0], number, hours)
        else:
            runs.append((number, number, hours))
    shown = [f"{_days_text(first, last)} {hours}" for first, last, hours in runs if hours != "closed"]
    return "; ".join(shown) or "closed"


def _days_text(first: int, last: int) -> str:
    names = [name[:3].capitalize() for name in WEEKDAYS]
    return names[first] if first == last else f"{names[first]}-{names[last]}"
