"""An edge's light: in the list of edges at a glance, and on the edge's page with all that it said."""

from typing import Any, Final

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import display

from hub.fleet.models import Edge
from hub.fleet.standing import Light, as_of_text, standing_of
from hub.fleet.workers import watched

COLOURS: Final = {
    Light.GREEN.value: "success",
    Light.AMBER.value: "warning",
    Light.RED.value: "danger",
    Light.GREY.value: "info",
}
SIGNS: Final = {Light.GREEN: "✓", Light.AMBER: "!", Light.RED: "✕", Light.GREY: "-"}


class PresenceColumns:
    """For the admin of edges."""

    def get_queryset(self, request: HttpRequest) -> QuerySet[Edge]:
        return (
            super()
            .get_queryset(request)
            .select_related("site", "feed", "presence")
            .annotate(watched=watched(timezone.now()))
        )  # type: ignore[misc]

    @display(description=gettext_lazy("Now"), label=COLOURS)
    def light(self, edge: Edge) -> tuple[str, str]:
        standing = standing_of(edge, timezone.now())
        word = _("online, but") if standing.light is Light.AMBER else standing.word
        return standing.light.value, f"{SIGNS[standing.light]}\u00a0{word}"

    @display(description=gettext_lazy("Since"))
    def since(self, edge: Edge) -> str:
        return standing_of(edge, timezone.now()).since or "-"

    @display(description=gettext_lazy("What is wrong"))
    def faults(self, edge: Edge) -> str | SafeString:
        faults = standing_of(edge, timezone.now()).faults
        return format_html_join(SafeString("<br>"), "{}", ((each,) for each in faults)) or "-"


def presence_context(edge: Edge) -> dict[str, Any]:
    """What fleet/edge_presence.html shows."""
    at = timezone.now()
    standing = standing_of(edge, at)
    return {
        "standing": standing,
        "remedy": standing.remedy,
        "sign": SIGNS[standing.light],
        "as_of": as_of_text(edge, at),
    }
