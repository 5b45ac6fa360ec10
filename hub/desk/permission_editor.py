"""A permission as it is typed: what it is, which partners offer it, and which plans give it how often. What is
wrong with it, what it would mean and for whom, and how it is saved, all of it together.

Hours, confirmation and offline rules of what a plan gives are the plan's own editor's; here they stay.
"""

import hashlib
from collections.abc import Collection, Iterator
from datetime import datetime
from typing import NamedTuple

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hub.decisions.foreseen import Foreseen, foresee
from hub.decisions.would_be import permission_changed
from hub.desk.benefit_says import Ground, Means
from hub.desk.granting_forms import ROWS_MAX, PermissionForm
from hub.desk.limit_fields import LimitsWidget
from hub.members import limits_text, rows
from hub.members.benefit_operations import save_in_plans
from hub.members.grant_rules import check_grant
from hub.members.models import Grant, Permission, Plan
from hub.members.plan_forms import LimitsField
from hub.members.versions import version_of
from hub.partners.models import Partner
from hub.partners.where_words import where_text


class GivenForm(forms.Form):
    """What one plan gives of it: nothing, or so often."""

    given = forms.BooleanField(required=False)
    limits = LimitsField(required=False, label=gettext_lazy("How often"), widget=LimitsWidget)

    def __init__(self, data: QueryDict | None, plan: Plan, grant: Grant | None) -> None:
        stored = "" if grant is None else limits_text.encode(rows.limits_of(grant))
        initial = {"given": grant is not None, "limits": stored}
        super().__init__(data, prefix=f"plan{plan.pk}", initial=initial)
        self.plan, self.is_stored = plan, grant is not None
        self.grant = Grant() if grant is None else grant
        self.grant.plan = plan
        self.fields["given"].label = _("Members of %(plan)s have it") % {"plan": plan}

    def clean(self) -> None:
        if not self.cleaned_data["given"]:
            # What is not given is not looked at.
            self.errors.pop("limits", None)
        elif "limits" in self.cleaned_data:
            try:
                check_grant(self.grant, self.cleaned_data["limits"])
            except ValidationError as error:
                self.add_error("limits", error.messages)

    @property
    def limits_said(self) -> str:
        return str(self["limits"].value() or "")


class ToldPlan(NamedTuple):
    """`means` None: the plan does not give it, or what is typed is no limit."""

    form: GivenForm
    means: Means | None
    where: str


class PermissionEditor:
    """`data` None: it is shown as it stands. `at`: when what it means is told of. `with_plans`: who types may
    change plans too; else what they give stays."""

    def __init__(self, permission: Permission, data: QueryDict | None, at: datetime, with_plans: bool) -> None:
        self.form = PermissionForm(data, instance=permission)
        self._at = at
        stored = _grants_of(permission)
        shown = _plans(data, stored) if with_plans else []
        self.plans = [GivenForm(data, each, stored.get(each.pk)) for each in shown]

    @property
    def told_plans(self) -> list[ToldPlan]:
        """As they stand here, typed or stored."""
        ground, where = Ground(self._at), self._where()
        return [ToldPlan(each, _means(ground, each), where) for each in self.plans]

    def version(self) -> str:
        return whole_version(Permission.objects.get(pk=self.form.instance.pk))

    def is_valid(self) -> bool:
        """Each is looked at, so that all that is wrong is told at once."""
        are_right = [each.is_valid() for each in (self.form, *self.plans)]
        return all(are_right)

    def foresee(self, at: datetime) -> Foreseen:
        given = {
            each.plan.pk: each.cleaned_data["limits"] if each.cleaned_data["given"] else None
            for each in self.plans
        }
        return foresee(permission_changed(self.form.instance, self.form.cleaned_data["approved"], given), at)

    def save(self) -> Permission:
        return save_in_plans(
            self.form.instance, self.form.cleaned_data["approved"], list(self._granted()), list(self._leaving())
        )

    def _where(self) -> str:
        """Of what is typed, partners that are not active left out."""
        said = self.form
        if not said["is_benefit"].value():
            return ""
        chosen = {int(each) for each in said["approved"].value() or () if str(each).isdecimal()}
        only = said["approved_partners_only"].value()
        return where_text(chosen if only else None, Partner.objects.filter(active=True))

    def _granted(self) -> Iterator[tuple[Grant, tuple]]:
        """New ones, and those that change."""
        for each in self.plans:
            if each.cleaned_data["given"]:
                limits = each.cleaned_data["limits"]
                if not each.is_stored or limits != rows.limits_of(each.grant):
                    yield each.grant, limits

    def _leaving(self) -> Iterator[Grant]:
        return (each.grant for each in self.plans if each.is_stored and not each.cleaned_data["given"])


def whole_version(permission: Permission) -> str:
    """Its approved partners are part of it, and what plans give of it."""
    approved = permission.partners.order_by("pk").values_list("pk", flat=True)
    given = "".join(f"{plan}:{_text(grant)};" for plan, grant in sorted(_grants_of(permission).items()))
    told = f"{','.join(map(str, approved))} {given}"
    return f"{version_of(permission)}{hashlib.sha256(told.encode()).hexdigest()[:16]}"


def _plans(data: QueryDict | None, stored: Collection[int]) -> list[Plan]:
    """Those that were shown; of more than stand on a page those that give it first."""
    found = Plan.objects.order_by("name", "id")
    if data is not None:
        numbers = [int(each) for each in data.getlist("plans") if each.isdecimal() and len(each) < 19]
        found = found.filter(pk__in=numbers[:ROWS_MAX])
    return sorted(found, key=lambda plan: plan.pk not in stored)[:ROWS_MAX]


def _grants_of(permission: Permission) -> dict[int, Grant]:
    """By plan."""
    if permission.pk is None:
        return {}
    found = Grant.objects.filter(permission=permission.pk).select_related("permission", "schedule")
    return {each.plan_id: each for each in found.prefetch_related("limits")}


def _text(grant: Grant) -> str:
    return limits_text.encode(rows.limits_of(grant))


def _means(ground: Ground, form: GivenForm) -> Means | None:
    if not form["given"].value():
        return None
    try:
        limits = limits_text.parse(form.limits_said)
    except limits_text.LimitTextError:
        return None
    return ground.means(limits, form.plan.billing)
