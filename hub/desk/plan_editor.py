"""A plan with its grants, as it is typed: what is wrong with it, what it would mean, and how it is saved."""

import hashlib
from datetime import datetime
from typing import NamedTuple

from django.http import QueryDict
from django.utils.translation import gettext as _

from contract.billing import BillingError, BillingInterval
from contract.limits import Limit
from hub.billing.offers import why_not_billed
from hub.decisions.foreseen import Foreseen, foresee
from hub.decisions.would_be import plan_changed
from hub.desk.benefit_says import Ground, Means
from hub.desk.granting_forms import (
    ROWS_MAX,
    GrantRow,
    NewPermissionForm,
    grant_rows,
    row_count,
    sent_rows,
    stored_rows,
)
from hub.desk.plan_form import PlanForm
from hub.errors import HubError
from hub.members import operations, queries, rows
from hub.members.models import Grant, Permission, Plan
from hub.members.versions import version_of
from hub.partners.where_words import where_by_permission


class TooManyRows(HubError):
    """The plan grants more than stands on one page."""


class ToldRow(NamedTuple):
    """A row with what it means. `means` None: it is no limit, or of nothing yet."""

    row: GrantRow
    means: Means | None
    where: str


class PlanEditor:
    """`data` None: it is shown as it stands; `like`: a plan whose grants a new one begins with. `at`: when what it
    means is told of. TooManyRows: it cannot be shown whole."""

    def __init__(self, plan: Plan, data: QueryDict | None, at: datetime, like: Plan | None = None) -> None:
        self.form = PlanForm(data, instance=plan)
        self.new_permission = NewPermissionForm(data, is_benefit=not self.edges)
        self._data = QueryDict() if data is None else data
        self._at = at
        self._told: list[GrantRow] = []
        if data is None:
            source = like or plan
            stored = list(_copies(source, plan) if like else source.grants.all()) if source.pk else []
            if len(stored) > ROWS_MAX:
                raise TooManyRows(_too_many())
            self.rows = stored_rows(stored, more=0 if stored else 1)

    def with_another_row(self) -> None:
        """What was typed, unchecked, and one row more."""
        self._show_typed(self._data, more=1)

    def with_new_permission(self) -> None:
        """What was typed, unchecked; the permission that is named is made, and stands in the first free row."""
        data = self._data
        if _first_free(data) == ROWS_MAX:
            self.new_permission.add_error("name", _too_many())
        elif (made := self.new_permission.permission()) is not None:
            data = _granting(operations.save_permission(made), data)
            self.new_permission = NewPermissionForm(is_benefit=not self.edges)
        self._show_typed(data, more=0)

    def _show_typed(self, data: QueryDict, more: int) -> None:
        said = {name: data.get(name) for name in self.form.fields}
        self.form = PlanForm(initial=said, instance=self.form.instance)
        self.rows = sent_rows(data, more=more if row_count(data) < ROWS_MAX else 0)

    def version(self) -> str:
        """Its grants are part of it."""
        stored = queries.plans_with_grants().get(pk=self.form.instance.pk)
        row = rows.plan_row(stored).body or b""
        return f"{version_of(stored)}{hashlib.sha256(row).hexdigest()}"

    @property
    def told_rows(self) -> list[ToldRow]:
        """As they stand here, typed or stored."""
        ground, places, billing = Ground(self._at), where_by_permission(), self._billing_said()
        told = []
        for row in self.rows:
            limits, permission = row.limits_said, row.permission_said
            is_whole = bool(permission) and limits is not None
            told.append(
                ToldRow(row, ground.means(limits, billing) if is_whole else None, places.get(permission, ""))
            )
        return told

    @property
    def takes_more(self) -> bool:
        return len(self.rows) < ROWS_MAX

    @property
    def lacks_permissions(self) -> bool:
        """The hub has none at all."""
        return not Permission.objects.exists()

    @property
    def edges(self) -> int:
        return queries.edges_following()

    def is_valid(self) -> bool:
        """Rows are looked at with the plan as it would be: a limit may need its billing."""
        is_plan_right = self.form.is_valid() and self._is_billable()
        if row_count(self._data) > ROWS_MAX:
            # None of them is left out unseen: what is left out leaves the plan.
            self.rows = sent_rows(self._data, more=0)
            self.form.add_error(None, _too_many())
            return False
        self.rows = grant_rows(self.form.instance, self._data)
        self._told = [each for each in self.rows if not each.is_left_out]
        are_rows_right = [each.is_valid() for each in self._told]
        return is_plan_right and all(are_rows_right) and self._is_each_once() and self._is_none_left_behind()

    def foresee(self, at: datetime) -> Foreseen:
        return foresee(plan_changed(self.form.instance, self._grants()), at)

    def save(self) -> Plan:
        """ValidationError: it cannot be, for a reason that no field has."""
        plan = self.form.instance
        kept = {each.permission_id for each, _limits in self._grants()}
        leaving = plan.grants.exclude(permission__in=kept) if plan.pk else ()
        return operations.save_plan(plan, self._grants(), leaving)

    def _billing_said(self) -> BillingInterval | None:
        """As it stands here, where that is one."""
        every, unit = str(self.form["billed_every"].value() or ""), self.form["billed_in"].value()
        if not (every.isascii() and every.isdigit() and len(every) < 6):
            return None
        if unit not in Plan.Unit.values:
            return None
        try:
            return Plan(billed_every=int(every), billed_in=unit).billing
        except BillingError:
            return None

    def _grants(self) -> list[tuple[Grant, tuple[Limit, ...]]]:
        return [(each.instance, each.cleaned_data["limits"]) for each in self._told]

    def _is_billable(self) -> bool:
        """By whoever takes payments for this hub."""
        if why := why_not_billed(self.form.instance):
            self.form.add_error(None, why)
        return not why

    def _is_each_once(self) -> bool:
        seen: set[int] = set()
        for row in self._told:
            if row.instance.permission_id in seen:
                row.add_error("permission", _("This permission stands here twice: leave one out."))
            seen.add(row.instance.permission_id)
        return len(seen) == len(self._told)

    def _is_none_left_behind(self) -> bool:
        """A permission that was named, and not made, is not dropped unseen."""
        if self.new_permission.name_said:
            self.new_permission.add_error("name", _("Press “Make this permission” first, or leave this empty."))
        return not self.new_permission.name_said


def _too_many() -> str:
    told = {"most": ROWS_MAX}
    return _("A plan has at most %(most)s permissions here. Make two plans of it, or leave some out.") % told


def _granting(permission: Permission, data: QueryDict) -> QueryDict:
    """The same, with that in its first free row."""
    free, granting = _first_free(data), data.copy()
    granting[f"grant{free}-permission"] = str(permission.pk)
    granting["grants"] = str(max(row_count(data), free + 1))
    return granting


def _first_free(data: QueryDict) -> int:
    """ROWS_MAX: none is."""
    count = min(row_count(data), ROWS_MAX)
    return next((row for row in range(count) if not data.get(f"grant{row}-permission")), count)


def _copies(plan: Plan, new: Plan) -> list[Grant]:
    """Grants that are not stored yet; their limits are shown as those of the plan are."""
    copies = list(plan.grants.all())
    for each in copies:
        each.plan = new
    return copies
