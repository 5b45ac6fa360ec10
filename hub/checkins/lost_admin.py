"""What edges made and the hub will never see, as staff see it: read only."""

from django.contrib import admin
from unfold.decorators import display

from hub.checkins.losses import LEFT_THE_JOURNAL
from hub.checkins.models import LostRange
from hub.checkins.read_only_admin import ReadOnlyAdmin

_IN_WORDS = {
    LEFT_THE_JOURNAL: "had left the edge's journal before this hub had them",
    "disk_full": "the edge's disk was full",
    "read_only": "the edge's disk was read-only",
    "disk_error": "the edge's disk failed",
    "damaged": "the edge's journal was damaged",
    "not_kept": "the edge's disk was too slow",
    "reader_ended": "a configuration removed the reader before it had decided them",
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
        return "nobody knows how many" if lost.count is None else str(lost.count)

    @display(description="Why", ordering="why")
    def reason(self, lost: LostRange) -> str:
        return _IN_WORDS.get(lost.why, f"could not be read any more from the damaged {lost.why}")

    @display(description="Rows")
    def rows(self, lost: LostRange) -> str:
        return "-" if lost.first is None else f"{lost.first} to {lost.last}"

    @display(description="Journal")
    def journal_hex(self, lost: LostRange) -> str:
        return bytes(lost.journal).hex()
