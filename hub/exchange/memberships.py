"""Files of memberships: each of one customer or one company, of a plan, over its dates. Freezes are in none."""

from collections.abc import Sequence
from copy import copy
from datetime import datetime
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.db.models.functions import Lower
from django.utils.translation import gettext as _

from contract.membership import AtEnd, State
from hub.exchange.drafts import Draft, Row, begin, fill, find
from hub.exchange.kinds import Kind, Mark, known_of, sorted_out
from hub.exchange.references import Known, NotThere, reference_to
from hub.exchange.resources import EXTERNAL_ID, NUMBER, MembershipColumns
from hub.exchange.widgets import NotUnderstood
from hub.members import many_operations, operations, queries
from hub.members.models import Company, Customer, Membership, Plan
from hub.members.status_operations import with_grace

_HOLDERS: Final = ("customer", "company")
_NATURAL: Final = (*_HOLDERS, "plan", "starts")
_Named = dict[str, Any]
_Key = tuple[int | None, int | None, int, datetime]


class Memberships(Kind):
    name = "memberships"
    columns_class = MembershipColumns

    @classmethod
    def marks(cls, row: Row) -> tuple[list[Mark], list[Mark]]:
        """Without an id it is known by whose it is, of which plan, and when it starts."""
        claims, none = super().marks(row)
        return claims or [("starts", *(row.text(name) for name in _NATURAL))], none

    def draft(self, rows: Sequence[Row], at: datetime) -> list[Draft]:
        drafts = begin(rows)
        known = known_of(self.all(), drafts)
        named = self._named(drafts)
        keys = [self._key(draft, named[number]) for number, draft in enumerate(drafts)]
        alike = self._alike([key for key in keys if key is not None])
        seen: dict[_Key, int] = {}
        for number, draft in enumerate(drafts):
            key = keys[number]
            draft.thing = find(draft, known) or self._of_key(draft, key, alike)
            if key is not None and seen.setdefault(key, draft.row.line) != draft.row.line:
                draft.wrong(
                    "starts", _("Line %(line)d is about the same one: keep one of both.") % {"line": seen[key]}
                )
            self._begin(draft, named[number])
            was_over = _is_over(draft, at)
            fill(draft, self.columns, with_grace)
            _check(draft, was_over)
        return drafts

    def write(self, drafts: Sequence[Draft]) -> None:
        new, changed = sorted_out(drafts)
        operations.add_memberships(each.thing for each in new)
        many_operations.change_memberships([each.thing for each in changed])

    def all(self) -> QuerySet[Any]:
        return Membership.objects.select_related("plan", "customer", "company").prefetch_related("freezes")

    def _named(self, drafts: Sequence[Draft]) -> list[_Named]:
        """What each row names; what is not found is an error of that row."""
        where: list[tuple[str, QuerySet[Any], str]] = [
            ("customer", Customer.objects.annotate(email_lower=Lower("email")), "email"),
            ("company", Company.objects.annotate(email_lower=Lower("email")), "email"),
            ("plan", Plan.objects.all(), "name"),
        ]
        named: list[_Named] = [{} for _each in drafts]
        for column, things, other in where:
            known = Known(things, (draft.row.text(column) for draft in drafts), other)
            for number, draft in enumerate(drafts):
                if text := draft.row.text(column):
                    try:
                        named[number][column] = known.named(text)
                    except NotThere as error:
                        draft.wrong(column, _no_plan(text) if column == "plan" else error)
                    except NotUnderstood as error:
                        draft.wrong(column, error)
        return named

    def _key(self, draft: Draft, named: _Named) -> _Key | None:
        """None: its number says which one it is, or something is missing."""
        if draft.errors or draft.row.text(NUMBER) or "plan" not in named or not draft.row.text("starts"):
            return None
        try:
            starts_at = self.columns.fields["starts"].clean(draft.row.cells)
        except ValidationError:
            return None
        customer, company = (named[name].pk if name in named else None for name in _HOLDERS)
        return None if customer is company is None else (customer, company, named["plan"].pk, starts_at)

    def _alike(self, keys: Sequence[_Key]) -> dict[_Key, list[Membership]]:
        held = Q(customer_id__in={key[0] for key in keys} - {None}) | Q(
            company_id__in={key[1] for key in keys} - {None}
        )
        starts = {key[3] for key in keys}
        found: dict[_Key, list[Membership]] = {}
        for each in self.all().filter(held, starts_at__in=starts) if keys else ():
            found.setdefault((each.customer_id, each.company_id, each.plan_id, each.starts_at), []).append(each)
        return found

    def _of_key(self, draft: Draft, key: _Key | None, alike: dict[_Key, list[Membership]]) -> Membership | None:
        """With an external id that none has: only one that has none yet."""
        found = alike.get(key, []) if key is not None and not draft.errors else []
        if draft.row.text(EXTERNAL_ID):
            found = [each for each in found if not each.external_id]
        if len(found) > 1:
            draft.wrong(
                EXTERNAL_ID, _("There are several that start then: say which by its external id or number.")
            )
        return copy(found[0]) if len(found) == 1 else None

    def _begin(self, draft: Draft, named: _Named) -> None:
        """A new one of what the row names; one that is there stays with its holder."""
        if draft.errors:
            return
        if draft.thing is None:
            _begin_new(draft, named)
            return
        for column in _HOLDERS:
            if column in named and getattr(draft.thing, f"{column}_id") != named[column].pk:
                draft.wrong(column, _("A membership stays with whom it is held by: assign a new one."))
        if "plan" in named and named["plan"].pk != draft.thing.plan_id:
            draft.changes["plan"] = (draft.thing.plan.name, named["plan"].name)
            draft.thing.plan = named["plan"]


def _no_plan(text: str) -> str:
    return _("There is no plan “%(text)s”: correct it here, or make it on the page Plans first.") % {"text": text}


def _begin_new(draft: Draft, named: _Named) -> None:
    if ("customer" in named) == ("company" in named):
        draft.wrong("customer", _("Name either a customer or a company to hold it."))
    for column in ("plan", "starts"):
        if not draft.row.text(column):
            draft.wrong(column, _("This is missing."))
    if not draft.errors:
        draft.thing, draft.is_new = Membership(**named), True
        draft.changes |= {name: ("", _shown(name, thing)) for name, thing in named.items()}


def _shown(column: str, thing: Any) -> str:
    """A plan is known by its name, who holds it as an export writes them."""
    return str(thing.name) if column == "plan" else reference_to(thing)


def _is_over(draft: Draft, at: datetime) -> bool:
    """As it is stored, whatever the row says."""
    if draft.thing is None or draft.is_new:
        return False
    return queries.status_of(draft.thing, at).state is State.EXPIRED


def _check(draft: Draft, was_over: bool) -> None:
    """What the database would refuse of the whole piece, said of the row."""
    held = draft.thing
    if draft.errors or held is None:
        return
    rules = [
        (
            "ends",
            held.ends_at is not None and held.ends_at <= held.starts_at,
            _("The end has to lie after the start."),
        ),
        (
            "at_end",
            held.ends_at is None and held.at_end not in (AtEnd.ENDS, AtEnd.RENEWS),
            _("Without an end there is nothing to be cancelled for: give it one."),
        ),
        (
            "trial_until",
            held.trial_until is not None and held.trial_until <= held.starts_at,
            _("The trial has to end after the start."),
        ),
        (
            "revoked",
            "revoked" in draft.changes and not draft.is_new,
            _("A file revokes nothing and takes no revocation back: do that on the profile."),
        ),
        (
            "revoked",
            not draft.is_new and held.revoked_at is not None and bool(draft.changes),
            _("It is revoked, for good: assign a new one."),
        ),
        (
            next(iter(draft.changes), ""),
            was_over and bool(draft.changes.keys() - {EXTERNAL_ID}),
            _("It is over, and stays so: assign a new one, with another start."),
        ),
    ]
    for column, is_wrong, text in rules:
        if is_wrong:
            draft.wrong(column, text)
            return
