"""What is asked for when a file is imported, and how much of one the hub reads at all."""

from typing import Any, Final

from django import forms
from django.core.files.uploadhandler import FileUploadHandler, StopUpload
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from hub.exchange.catalogue import EXPORTED
from hub.exchange.reading import BYTES_MAX

KINDS_SHOWN: Final[dict[str, Promise]] = {
    "customers": _("Customers"),
    "companies": _("Companies"),
    "memberships": _("Memberships"),
    "cards": _("Cards"),
}
EXPORTS_SHOWN: Final = {name: KINDS_SHOWN[name] for name in EXPORTED}


class ImportForm(forms.Form):
    kind = forms.ChoiceField(label=_("What it has"), choices=list(KINDS_SHOWN.items()))
    file = forms.FileField(
        label=_("CSV file"),
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,text/csv"}),
        help_text=_(
            "At most 100 MB and 1,000,000 rows. Nothing is changed before you have seen what would change."
        ),
    )
    day_first = forms.BooleanField(
        label=_("Dates begin with the day"),
        required=False,
        help_text=_("As in 31.12.2026 or 31/12/2026. Dates like 2026-12-31 are always understood."),
    )


class TooLarge(FileUploadHandler):
    """Keeps no more than may be: the rest is read past, so that the browser gets an answer with words."""

    def __init__(self, request: HttpRequest) -> None:
        super().__init__(request)
        self._bytes = 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        self._bytes += len(raw_data)
        if self._bytes > BYTES_MAX:
            self.request.META["doorward.too_large"] = True
            raise StopUpload
        return raw_data

    def file_complete(self, file_size: int) -> Any:
        return None
