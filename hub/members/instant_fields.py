"""Instants in forms of the back office and of the desk: a day and, where it matters, a time of day."""

from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.forms import SplitDateTimeField
from django.utils import timezone
from django.utils.translation import gettext as _

from hub.instants import YEARS, begin_of_day


class DayOrInstantField(SplitDateTimeField):
    """A date alone means its midnight in the zone that is set: the hub's (UTC) in the back office, the
    organization's at the desk."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs | {"require_all_fields": False})
        self.fields[1].required = False

    def compress(self, data_list: list[Any]) -> datetime | None:
        if data_list and data_list[0] and data_list[0].year not in YEARS:
            raise ValidationError(_("Give a date in the years 1900 to 2999."))
        if data_list and data_list[0] and data_list[1] is None:
            return begin_of_day(data_list[0], timezone.get_current_timezone())
        return super().compress(data_list)
