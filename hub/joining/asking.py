"""What somebody who joins is asked for, and what they answer, checked. Knows no pages, and reads nothing but what
it is given."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from hub.members.models import Company, Customer, Plan
from hub.members.own_names import check_own_name
from hub.organization.models import Signup
from hub.organization.signup_models import Asks
from hub.printable import printable

NEW_COMPANY: Final = "new"
SEATS_MAX: Final = 10_000
_BORN_FIRST: Final = date(1900, 1, 1)
_NAME_MAX, _PHONE_MAX, _ADDRESS_MAX, _ANSWER_MAX = 200, 40, 300, 500


class Kind(StrEnum):
    """As a browser's input is called, where it has one."""

    TEXT = "text"
    PHONE = "tel"
    DATE = "date"
    LINES = "lines"
    NUMBER = "number"
    CHOICE = "choice"


@dataclass(frozen=True, slots=True)
class Asked:
    """`fills`: what the browser may fill it with (HTML's autocomplete). `most`: letters, or the largest number."""

    name: str
    label: str
    kind: Kind
    needed: bool
    most: int = _NAME_MAX
    fills: str = "off"
    value: str = ""
    choices: tuple[tuple[str, str], ...] = ()


def asked_of(
    customer: Customer | None, hint_name: str, plan: Plan, signup: Signup, seen_to: list[Company]
) -> list[Asked]:
    """`customer` None: somebody new. `seen_to`: companies that they administer."""
    found = _of_the_person(customer, hint_name, signup)
    for number, (question, needed) in enumerate(signup.questions, 1):
        found.append(Asked(f"question_{number}", question, Kind.TEXT, needed, _ANSWER_MAX))
    return [*found, *(_of_the_company(plan, seen_to) if plan.for_companies else [])]


def read(asked: list[Asked], raw: Mapping[str, str], at: datetime) -> tuple[dict[str, str], dict[str, str]]:
    """What is said, by the fields' names, and what is wrong with it: then nothing counts."""
    said, wrong = {}, {}
    for each in asked:
        text = _lines(raw.get(each.name, "")) if each.kind is Kind.LINES else raw.get(each.name, "").strip()
        try:
            _check(each, text, at)
        except ValidationError as error:
            wrong[each.name] = error.messages[0]
        said[each.name] = text
    return said, wrong


def told(asked: list[Asked], said: Mapping[str, str]) -> str:
    """What has no field of its own, for staff: a line each."""
    lines = [f"{each.label}: {said.get(each.name, '')}" for each in asked if each.name not in _OWN_FIELDS]
    return "\n".join(line for line in lines if not line.endswith(": "))


_NAMES: Final = frozenset({"name", "company_name"})
_OWN_FIELDS: Final = frozenset({"name", "phone", "company", "company_name", "seats"})


def _of_the_person(customer: Customer | None, hint_name: str, signup: Signup) -> list[Asked]:
    found = []
    if customer is None:
        found.append(Asked("name", _("Your name"), Kind.TEXT, True, _NAME_MAX, "name", hint_name))
    if signup.asks_phone != Asks.OFF and not (customer and customer.phone):
        needed = signup.asks_phone == Asks.REQUIRED
        found.append(Asked("phone", _("Phone"), Kind.PHONE, needed, _PHONE_MAX, "tel"))
    if customer is None and signup.asks_birthday != Asks.OFF:
        needed = signup.asks_birthday == Asks.REQUIRED
        found.append(Asked("birthday", _("Date of birth"), Kind.DATE, needed, fills="bday"))
    if customer is None and signup.asks_address != Asks.OFF:
        needed = signup.asks_address == Asks.REQUIRED
        found.append(Asked("address", _("Address"), Kind.LINES, needed, _ADDRESS_MAX, "street-address"))
    return found


def _of_the_company(plan: Plan, seen_to: list[Company]) -> list[Asked]:
    found = []
    if seen_to:
        choices = (*((str(each.pk), each.name) for each in seen_to), (NEW_COMPANY, _("Another company")))
        found.append(Asked("company", _("For which company?"), Kind.CHOICE, True, choices=choices))
    found.append(
        Asked("company_name", _("Name of the company"), Kind.TEXT, not seen_to, _NAME_MAX, "organization")
    )
    most = min(plan.seats_max or SEATS_MAX, SEATS_MAX)
    return [*found, Asked("seats", _("For how many people?"), Kind.NUMBER, True, most, value="1")]


def _check(asked: Asked, text: str, at: datetime) -> None:
    if not text:
        if asked.needed:
            raise ValidationError(_("Please fill this in."))
        return
    _CHECKS[asked.kind](asked, text, at)


def _check_text(asked: Asked, text: str, _at: datetime) -> None:
    printable(text.replace("\n", " ") if asked.kind is Kind.LINES else text)
    if asked.name in _NAMES:
        check_own_name(text)
    if len(text) > asked.most:
        raise ValidationError(_("At most %(most)s characters.") % {"most": asked.most})


def _check_date(_asked: Asked, text: str, at: datetime) -> None:
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise ValidationError(_("Enter the date as in 1990-12-31.")) from error
    if not _BORN_FIRST <= day <= at.date():
        raise ValidationError(_("This date is not possible."))


def _check_number(asked: Asked, text: str, _at: datetime) -> None:
    if not (
        text.isascii() and text.isdigit() and len(text) <= len(str(asked.most)) and 1 <= int(text) <= asked.most
    ):
        raise ValidationError(_("Enter a number from 1 to %(most)s.") % {"most": asked.most})


def _check_choice(asked: Asked, text: str, _at: datetime) -> None:
    if text not in dict(asked.choices):
        raise ValidationError(_("Choose one of these."))


def _lines(text: str) -> str:
    return "\n".join(filter(None, (line.strip() for line in text.splitlines())))


_CHECKS: Final[dict[Kind, Any]] = {
    Kind.TEXT: _check_text,
    Kind.PHONE: _check_text,
    Kind.LINES: _check_text,
    Kind.DATE: _check_date,
    Kind.NUMBER: _check_number,
    Kind.CHOICE: _check_choice,
}
