"""The form of a feed: what it holds less than everybody's, and who and what is assigned to it."""

from collections.abc import Iterable
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminSelect2MultipleWidget, UnfoldAdminTextInputWidget

from contract.rows import id_after
from contract.topics import is_name
from hub.feed import queries
from hub.feed.models import Assignment, Feed
from hub.fleet.feed_operations import Chosen
from hub.fleet.feed_shown import slugs
from hub.members.models import Company, Customer, Permission

FIXED: Final = ("name", "with_names", "all_holders", "all_permissions")
ASSIGNED: Final = ("customers", "companies", "permissions", "areas")
What = Assignment.What

_STAYS_WHOLE: Final = {
    "customers": gettext_lazy("This feed has all customers, and stays so: for fewer, make another feed."),
    "companies": gettext_lazy("This feed has all companies, and stays so: for fewer, make another feed."),
    "permissions": gettext_lazy("This feed has all permissions, and stays so: for fewer, make another feed."),
    "areas": gettext_lazy("This feed has all areas, and stays so: for fewer, make another feed."),
}


class FeedForm(forms.ModelForm):
    """`chosen` is what the page says; what of it is new, and what is no more, `stood` and `without` tell."""

    customers = forms.CharField(
        required=False,
        widget=UnfoldAdminTextInputWidget(),
        help_text=gettext_lazy("Their numbers, as in 12, 31: the last part of the address of a customer's page."),
    )
    companies = forms.ModelMultipleChoiceField(
        Company.objects.all(),
        required=False,
        widget=UnfoldAdminSelect2MultipleWidget(),
        help_text=gettext_lazy("Each brings its people along, those who come later too."),
    )
    permissions = forms.ModelMultipleChoiceField(
        Permission.objects.all(),
        required=False,
        widget=UnfoldAdminSelect2MultipleWidget(),
        help_text=gettext_lazy("All that the readers of its edges ask for."),
    )
    areas = forms.CharField(
        required=False,
        widget=UnfoldAdminTextInputWidget(),
        help_text=gettext_lazy("Of its readers with anti-passback, as in sauna, pool."),
    )

    class Meta:
        model = Feed
        fields = FIXED

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        feed = self.instance
        if feed.pk is None:
            return
        holders = queries.assigned(feed.name, What.HOLDER)
        self.initial["customers"] = ", ".join(map(str, sorted(_ids(holders, b"C"))))
        self.initial["companies"] = sorted(_ids(holders, b"O"))
        self.initial["permissions"] = Permission.objects.filter(slug__in=slugs(feed, What.PERMISSION))
        self.initial["areas"] = ", ".join(slugs(feed, What.AREA))

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        if not is_name(name):
            raise ValidationError(_("Use lower-case letters, digits and hyphens, as in partner-counters."))
        return name

    def clean_customers(self) -> QuerySet[Customer]:
        words = _words(self.cleaned_data["customers"])
        for word in words:
            if not (word.isascii() and word.isdecimal() and len(word) < len(str(2**63))):
                raise ValidationError(_("“%(word)s” should be a customer's number.") % {"word": word})
        found = Customer.objects.filter(pk__in=map(int, words))
        missing = set(map(int, words)) - set(found.values_list("pk", flat=True))
        if missing:
            raise ValidationError(_("There is no customer %(missing)s.") % {"missing": min(missing)})
        return found

    def clean_areas(self) -> list[str]:
        words = _words(self.cleaned_data["areas"])
        for word in words:
            if not is_name(word):
                raise ValidationError(
                    _("“%(word)s” should be an area as a reader names it, as in sauna.") % {"word": word}
                )
        return words

    def clean(self) -> dict[str, Any]:
        """What a feed has all of is not assigned to it."""
        said = super().clean() or self.cleaned_data
        for whole, parts in (("all_holders", ASSIGNED[:2]), ("all_permissions", ASSIGNED[2:])):
            for part in parts:
                if said.get(whole, getattr(self.instance, whole)) and said.get(part):
                    self._refuse(part, self.fields[whole].label if whole in self.fields else None)
        return said

    def _refuse(self, part: str, whole: str | None) -> None:
        """`whole`: what could be taken off instead; None: it stays as it was made, and no `part` is offered."""
        if whole is None:
            self.add_error(None, _STAYS_WHOLE[part])
        else:
            self.add_error(
                part,
                _("This feed is to have all of them: leave it empty, or take “%(whole)s” off above.")
                % {"whole": whole},
            )

    def chosen(self) -> Chosen:
        said = self.cleaned_data
        permissions = [each.slug for each in said["permissions"]]
        return Chosen(list(said["customers"]), list(said["companies"]), permissions, said["areas"])


def stood(feed: Feed) -> Chosen:
    """What is assigned, as far as the hub still has it."""
    holders = queries.assigned(feed.name, What.HOLDER)
    return Chosen(
        list(Customer.objects.filter(pk__in=_ids(holders, b"C"))),
        list(Company.objects.filter(pk__in=_ids(holders, b"O"))),
        slugs(feed, What.PERMISSION),
        slugs(feed, What.AREA),
    )


def without(chosen: Chosen, others: Chosen) -> Chosen:
    """What of `chosen` is not in `others`."""
    return Chosen(
        *([each for each in mine if each not in theirs] for mine, theirs in zip(chosen, others, strict=True))
    )


def _ids(keys: Iterable[bytes], letter: bytes) -> list[int]:
    return [id_after(key, letter) for key in keys if key[:1] == letter]


def _words(text: str) -> list[str]:
    return [word for word in text.replace(",", " ").split() if word]
