"""What edges made and the hub will never see, as staff see it: read only."""

from django.contrib import admin
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import display

from hub.checkins.losses import LEFT_THE_JOURNAL
from hub.checkins.models import LostRange
from hub.checkins.read_only_admin import ReadOnlyAdmin

_IN_WORDS = {
    LEFT_THE_JOURNAL: gettext_lazy("had left the edge's journal before this hub had them"),
    "disk_full": gettext_lazy("the edge's disk was full"),
    "read_only": gettext_lazy("the edge's disk was read-only"),
    "disk_error": gettext_lazy("the edge's disk failed"),
    "damaged": gettext_lazy("the edge's journal was damaged"),
    "not_kept": gettext_lazy("the edge's disk was too slow"),
    "reader_ended": gettext_lazy("a configuration removed the reader before it had decided them"),
}


@admin.register(LostRange)
class LostRangeAdmin(ReadOnlyAdmin):
    """Doors went on deciding meanwhile: who came then is not known."""

    list_display = ("edge", "how_many", "reason", "from_at", "upto_at", "rows", "noticed_at")
    list_filter = ("edge", "why", ("noticed_at", admin.DateFieldListFilter))
    list_select_related = ("edge",)
    ordering = ("-noticed_at", "-id")
    fields = ("edge", "how_many", "reason", "from_at", "upto_at", "rows", "journal_hex", "noticed_at")
    readonly_fields = fields

    @display(description="Check-ins", ordering="count")
    def how_many(self, lost: LostRange) -> str:
        return _("nobody knows how many") if lost.count is None else str(lost.count)

    @display(description=gettext_lazy("Why"), ordering="why")
    def reason(self, lost: LostRange) -> str:
        return _IN_WORDS.get(
            lost.why, _("could not be read any more from the damaged %(why)s") % {"why": lost.why}
        )

    @display(description=gettext_lazy("Rows"))
    def rows(self, lost: LostRange) -> str:
        return "-" if lost.first is None else _("%(first)s to %(last)s") % {"first": lost.first, "last": lost.last}

    @display(description=gettext_lazy("Journal"))
    def journal_hex(self, lost: LostRange) -> str:
        return bytes(lost.journal).hex()
