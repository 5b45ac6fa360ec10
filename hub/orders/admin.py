"""The page of an edge in the back office: what of its orders follows from saving and revoking it."""

from django.contrib import admin
from django.forms import BaseModelForm
from django.http import HttpRequest
from django.utils import timezone

from hub.fleet.admin import EdgeAdmin
from hub.fleet.models import Edge
from hub.orders import operations, revoke_operations


@admin.register(Edge)
class OrderedEdgeAdmin(EdgeAdmin):
    revoke_operation = staticmethod(revoke_operations.revoke_edges)

    def save_model(self, request: HttpRequest, obj: Edge, form: BaseModelForm, change: bool) -> None:
        may_lift = request.user.has_perm("orders.set_mode")
        operations.save_edge(obj, timezone.now(), request.user.get_username(), may_lift=may_lift)
