"""The page of an edge: what is ordered of it as one of its parts, and what follows from saving it."""

from django.contrib import admin
from django.forms import BaseModelForm
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.safestring import SafeString

from hub.fleet.admin import EdgeAdmin
from hub.fleet.models import Edge
from hub.orders import operations, revoke_operations
from hub.orders.pages import edge_context


@admin.register(Edge)
class OrderedEdgeAdmin(EdgeAdmin):
    revoke_operation = staticmethod(revoke_operations.revoke_edges)

    def save_model(self, request: HttpRequest, obj: Edge, form: BaseModelForm, change: bool) -> None:
        may_lift = request.user.has_perm("orders.set_mode")
        operations.save_edge(obj, timezone.now(), request.user.get_username(), may_lift=may_lift)


def orders_part(request: HttpRequest, edge: Edge) -> SafeString:
    return render_to_string("orders/edge_part.html", {"edge": edge, **edge_context(edge)}, request)


EdgeAdmin.parts = [*EdgeAdmin.parts, orders_part]
