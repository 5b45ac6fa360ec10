"""Instants in forms of the admin: a day and, where it matters, a time of day."""

from datetime import datetime, time
from typing import Any

from django.forms import SplitDateTimeField


class DayOrInstantField(SplitDateTimeField):
    """A date alone means its midnight in the hub's time zone (UTC)."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs | {"require_all_fields": False})
        self.fields[1].required = False

    def compress(self, data_list: list[Any]) -> datetime | None:
        if data_list and data_list[0] and data_list[1] is None:
            data_list = [data_list[0], time()]
        return super().compress(data_list)
