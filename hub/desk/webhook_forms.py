"""What an owner says of a webhook endpoint."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from hub.webhooks.event_types import EventType
from hub.webhooks.models import NAME_LETTERS_MAX, URL_LETTERS_MAX


class EndpointForm(forms.Form):
    """All but the address, which stays as it is."""

    name = forms.CharField(label=_("Name"), max_length=NAME_LETTERS_MAX, help_text=_("As in Website."))
    event_types = forms.MultipleChoiceField(
        label=_("Events"), choices=EventType.choices, widget=forms.CheckboxSelectMultiple
    )
    with_personal_data = forms.BooleanField(
        label=_("Send names and e-mail addresses"),
        required=False,
        help_text=_("Otherwise ids alone are sent."),
    )
    allow_private = forms.BooleanField(
        label=_("It is in our own network"),
        required=False,
        help_text=_("Lets the hub send to private addresses, as in 192.168.1.20."),
    )


class NewEndpointForm(EndpointForm):
    url = forms.CharField(
        label=_("Address"),
        max_length=URL_LETTERS_MAX,
        help_text=_("As in https://club.example/hooks. It cannot be changed later."),
        widget=forms.URLInput,
    )
    field_order = ("name", "url", "event_types", "with_personal_data", "allow_private")


class ReplayForm(forms.Form):
    """In the zone that the desk shows."""

    since = forms.DateTimeField(
        label=_("What happened since"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )

    def __init__(self, *args: Any, since: datetime | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["since"].initial = since
