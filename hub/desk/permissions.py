"""Permissions for staff: the list, one of them, its editor with a look ahead, its deletion."""

from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _

from hub.desk.answers import page
from hub.desk.benefit_says import Ground
from hub.desk.foreseen_pages import Place, deleted, edited
from hub.desk.gate import desk
from hub.desk.permission_editor import PermissionEditor, whole_version
from hub.fleet.arrival import arrival_of
from hub.fleet.models import Reader
from hub.members import operations, queries, rows
from hub.members.models import Permission
from hub.members.terms_text import stored_terms_text
from hub.partners.models import Partner


@desk("members.view_permission")
def permissions_page(request: HttpRequest) -> HttpResponse:
    shown = Permission.objects.prefetch_related("partners").annotate(plan_count=Count("grants")).order_by("name")
    return page(request, "desk/permissions/list.html", permissions=shown)


@desk("members.view_permission")
def permission_page(request: HttpRequest, number: int) -> HttpResponse:
    permission = get_object_or_404(Permission.objects.prefetch_related("partners"), pk=number)
    granting, at = queries.plans_with_grants().filter(grants__permission=permission), timezone.now()
    grants = ((plan, grant) for plan in granting for grant in plan.grants.all())
    ground, approved = Ground(at), {each.pk for each in permission.partners.all()}
    context = {
        "permission": permission,
        "grants": [
            (plan, stored_terms_text(grant), ground.means(rows.limits_of(grant), plan.billing))
            for plan, grant in grants
            if grant.permission_id == permission.pk
        ],
        "partners": [(each, each.pk in approved) for each in Partner.objects.order_by("-active", "name", "id")],
        "readers": readers_asking(permission),
        "is_nowhere": permission in queries.redeemable_nowhere(),
        "version": whole_version(permission),
        "arrival": arrival_of(at, permission),
    }
    return page(request, "desk/permissions/permission.html", **context)


@desk("members.add_permission")
def new_permission(request: HttpRequest) -> HttpResponseBase:
    return _edit(request, Permission(), _("New permission"))


@desk("members.change_permission")
def edit_permission(request: HttpRequest, number: int) -> HttpResponseBase:
    permission = get_object_or_404(Permission, pk=number)
    return _edit(request, permission, _("Edit %(permission)s") % {"permission": permission})


@desk("members.delete_permission")
def delete_permission(request: HttpRequest, number: int) -> HttpResponse:
    """Nothing is lost with it: it goes only where no plan grants it and no reader asks for it."""
    permission = get_object_or_404(Permission, pk=number)
    grants = permission.grants.select_related("plan").order_by("plan__name")
    place = Place("desk/permissions/delete.html", "desk:permission", "desk:permissions")
    readers = readers_asking(permission)
    return deleted(request, permission, operations.delete_permissions, place, grants=grants, readers=readers)


def readers_asking(permission: Permission) -> QuerySet[Reader]:
    asked = Q(permission=permission) | Q(lockdown_permission=permission) | Q(undo_permission=permission)
    return Reader.objects.filter(asked).select_related("edge").order_by("edge__name", "name")


def _edit(request: HttpRequest, permission: Permission, title: str) -> HttpResponseBase:
    data, with_plans = (
        request.POST if request.method == "POST" else None,
        request.user.has_perm("members.change_plan"),
    )
    editor = PermissionEditor(permission, data, timezone.now(), with_plans)
    return edited(request, editor, title, Place("desk/granting/edit.html", "desk:permission", "desk:permissions"))
