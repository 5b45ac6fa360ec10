"""The columns of each kind of file: which field of which thing each one is, and how its cells are written.

For both ways: what export writes, import takes again. Must not know where rows come from or who writes them.
"""

from typing import Any, Final
from zoneinfo import ZoneInfo

from import_export.fields import Field
from import_export.resources import Resource

from contract.membership import AtEnd
from hub.exchange.cells import BETWEEN
from hub.exchange.references import reference_to
from hub.exchange.widgets import ChoiceWidget, InstantWidget, NumberWidget, TextWidget, YesNoWidget

NUMBER: Final = "number"
EXTERNAL_ID: Final = "external_id"
ALIASES: Final = {
    "id": EXTERNAL_ID,
    "customerid": EXTERNAL_ID,
    "mail": "email",
    "emailaddress": "email",
    "telephone": "phone",
    "phonenumber": "phone",
    "mobile": "phone",
    "fullname": "name",
    "card": "cards",
    "begins": "starts",
    "start": "starts",
    "end": "ends",
    "trial": "trial_until",
    "from": "valid_from",
    "until": "valid_until",
    "cardnumber": "code",
    "barcode": "code",
}
"""Folded names (reading.folded_name) that files of other systems have for our columns."""


def _text(name: str, attribute: str = "") -> Field:
    return Field(attribute or name, name, widget=TextWidget())


def _number(name: str, attribute: str = "") -> Field:
    return Field(attribute or name, name, widget=NumberWidget())


class Columns(Resource):
    WRITTEN_APART: tuple[str, ...] = ()
    """Columns that are no field of the thing itself."""
    NEVER_OUT: tuple[str, ...] = ()
    """Columns that export leaves out."""

    def __init__(self, zone: ZoneInfo, day_first: bool = False) -> None:
        super().__init__()
        for field in self.fields.values():
            if isinstance(field.widget, _Instant):
                field.widget = InstantWidget(zone, day_first)

    def own(self) -> list[str]:
        """The columns that are fields of the thing itself, but for its number."""
        return [name for name in self.fields if name not in (NUMBER, *self.WRITTEN_APART)]

    def exported(self) -> list[str]:
        return [name for name in self.fields if name not in self.NEVER_OUT]

    def texts(self, thing: Any, columns: list[str]) -> dict[str, str]:
        """As export writes them."""
        return {name: str(self.export_field(self.fields[name], thing)) for name in columns}


class _Instant(TextWidget):
    """Stands for an InstantWidget until the zone is known."""


class CustomerColumns(Columns):
    WRITTEN_APART = ("companies", "cards")
    # Codes open doors: a file of all of them is not made.
    NEVER_OUT = ("cards",)

    number = _number(NUMBER, "pk")
    external_id = _text(EXTERNAL_ID)
    name = _text("name")
    email = _text("email")
    phone = _text("phone")
    companies = Field("companies", "companies", widget=TextWidget())
    cards = Field("cards", "cards", widget=TextWidget())

    def dehydrate_companies(self, customer: Any) -> str:
        """Reads `links__company`: prefetch it."""
        return BETWEEN.join(sorted(reference_to(each.company) for each in customer.links.all()))


class CompanyColumns(Columns):
    number = _number(NUMBER, "pk")
    external_id = _text(EXTERNAL_ID)
    name = _text("name")
    email = _text("email")
    phone = _text("phone")


class CardColumns(Columns):
    WRITTEN_APART = ("customer", "code")
    NEVER_OUT = ("code",)

    customer = _text("customer")
    code = _text("code")
    valid_from = Field("valid_from", "valid_from", widget=_Instant())
    valid_until = Field("valid_until", "valid_until", widget=_Instant())


class MembershipColumns(Columns):
    number = _number(NUMBER, "pk")
    external_id = _text(EXTERNAL_ID)
    customer = _text("customer")
    company = _text("company")
    plan = _text("plan")
    starts = Field("starts_at", "starts", widget=_Instant())
    ends = Field("ends_at", "ends", widget=_Instant())
    at_end = Field("at_end", "at_end", widget=ChoiceWidget([each.value for each in AtEnd]))
    grace_hours = _number("grace_hours")
    trial_until = Field("trial_until", "trial_until", widget=_Instant())
    pending = Field("pending", "pending", widget=YesNoWidget())
    freezes_extend = Field("freezes_extend", "freezes_extend", widget=YesNoWidget())
    revoked = Field("revoked_at", "revoked", widget=_Instant())

    WRITTEN_APART = ("customer", "company", "plan")

    def dehydrate_customer(self, held: Any) -> str:
        return "" if held.customer_id is None else reference_to(held.customer)

    def dehydrate_company(self, held: Any) -> str:
        return "" if held.company_id is None else reference_to(held.company)

    def dehydrate_plan(self, held: Any) -> str:
        return reference_to(held.plan)
