"""What an owner says of a website and of its keys."""

from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from hub.errors import HubError
from hub.websites.key_material import PASTED_LETTERS_MAX
from hub.websites.models import NAME_LETTERS_MAX, Website
from hub.websites.origins import origins_in
from hub.websites.verifying import TOKEN_LETTERS_MAX

_ORIGINS_LETTERS_MAX: Final = 6_000


class WebsiteForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=NAME_LETTERS_MAX, help_text=_("As in Shop."))
    origins = forms.CharField(
        label=_("Allowed origins"),
        required=False,
        max_length=_ORIGINS_LETTERS_MAX,
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false", "autocapitalize": "none"}),
        help_text=_(
            "Where our pages may be shown in a frame, one a line, as in https://www.club.example. None: nowhere."
        ),
    )

    def __init__(self, *args: Any, website: Website | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if website is not None:
            self.initial = {"name": website.name, "origins": "\n".join(website.origins)}

    def clean_origins(self) -> list[str]:
        try:
            return origins_in(self.cleaned_data["origins"])
        except HubError as error:
            raise forms.ValidationError(str(error)) from error


class KeyForm(forms.Form):
    """`pasted` is asked for of the website's own pair alone."""

    PAIR, SECRET, THEIRS = "pair", "secret", "theirs"

    kind = forms.ChoiceField(
        label=_("Kind"),
        initial=PAIR,
        widget=forms.RadioSelect,
        choices=[
            (PAIR, _("Ed25519, made here: the private key is shown once and not kept")),
            (THEIRS, _("Ed25519, made by the website: its public key is pasted below")),
            (SECRET, _("HS256, made here: the secret is shown once, and kept encrypted")),
        ],
    )
    pasted = forms.CharField(
        label=_("The website's public key"),
        required=False,
        max_length=PASTED_LETTERS_MAX,
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false", "autocomplete": "off"}),
        help_text=_("As PEM, as a JSON Web Key or in base64. Never the private one."),
    )

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if said.get("kind") == self.THEIRS and not said.get("pasted"):
            self.add_error("pasted", _("Paste the public key."))
        return said


class TokenForm(forms.Form):
    token = forms.CharField(
        label=_("Token"),
        max_length=TOKEN_LETTERS_MAX * 2,
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false", "autocomplete": "off"}),
        help_text=_("As the website's backend makes it. It is not used up by this."),
    )
