"""Cards in Django's admin: issued or imported, and revoked. No list shows a code; the desk prints them."""

from typing import Any, Final

from django.contrib import admin, messages
from django.contrib.admin.models import CHANGE, LogEntry
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import action, display

from contract.rotating import STEP_SECONDS
from hub.members import codes, operations, queries, rotating_operations
from hub.members.forms import NewCardForm
from hub.members.labels import COLOURS, Label, card_label
from hub.members.models import Card
from hub.members.revoking_admin import RevocableAdmin
from hub.members.showing_operations import SEE_CODES, note_codes_shown

_CODE_NOW: Final = gettext_lazy(
    "The next one comes in %(left)s s: reload the page for it. A reader takes this one for %(step)s"
    " s longer, once."
)


@admin.register(Card)
class CardAdmin(RevocableAdmin):
    save_operation = staticmethod(operations.save_card)
    delete_operation = staticmethod(operations.delete_cards)
    revoke_operation = staticmethod(operations.revoke_cards)
    revoke_otherwise = gettext_lazy(
        "It takes effect at once and for good; “Valid until” on its page is there to end one later."
    )
    list_display = ["customer", "state", "rotates", "valid_from", "valid_until", "revoked_at"]
    list_select_related = ["customer"]
    search_fields = ["customer__name", "customer__email"]
    autocomplete_fields = ["customer"]
    actions = ["make_rotating", "stop_rotating", "revoke"]

    def get_fields(self, request: HttpRequest, obj: Card | None = None) -> list[Any]:
        if obj is None:
            return ["customer", "code", "valid_from", "valid_until"]
        seen = ["code_text"] if self.has_see_card_code_permission(request) else []
        now = ["code_now"] if seen and obj.rotating_salt is not None else []
        return ["customer", "state_now", *seen, "rotates", *now, "valid_from", "valid_until", "revoked_at"]

    def get_readonly_fields(self, request: HttpRequest, obj: Card | None = None) -> list[str]:
        return [] if obj is None else ["customer", "state_now", "code_text", "rotates", "code_now", "revoked_at"]

    def get_form(self, request: HttpRequest, obj: Card | None = None, change: bool = False, **kwargs: Any) -> Any:
        if obj is None:
            kwargs["form"] = NewCardForm
        return super().get_form(request, obj, change, **kwargs)

    def has_see_card_code_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm(SEE_CODES))

    def render_change_form(self, request: HttpRequest, *args: Any, obj: Card | None = None, **kwargs: Any) -> Any:
        if obj is not None and self.has_see_card_code_permission(request):
            note_codes_shown([obj])
        return super().render_change_form(request, *args, obj=obj, **kwargs)

    def save_model(self, request: HttpRequest, obj: Card, form: Any, change: bool) -> None:
        if change:
            operations.save_card(obj)
        else:
            operations.make_card(obj, form.cleaned_data["code"])

    @display(description=gettext_lazy("State"), label=COLOURS)
    def state(self, card: Card) -> Label:
        return card_label(queries.card_state(card, timezone.now()))

    @display(description=gettext_lazy("State"))
    def state_now(self, card: Card) -> str:
        return card_label(queries.card_state(card, timezone.now()))[1]

    @display(description=gettext_lazy("In wallets"), empty_value="-")
    def rotates(self, card: Card) -> str | None:
        return None if card.rotating_salt is None else "↻ rotates"

    @display(description=gettext_lazy("Code, to type"))
    def code_text(self, card: Card) -> str:
        return codes.typed_text(codes.decrypt(card))

    @display(description=gettext_lazy("Code of now"))
    def code_now(self, card: Card) -> str | SafeString:
        """To try a reader without a wallet. Only in the page: like every code, in no log."""
        at = timezone.now()
        text = queries.rotating_text_now(card, at)
        if text is None:
            return "-"
        left = STEP_SECONDS - int(at.timestamp()) % STEP_SECONDS
        said = str(_CODE_NOW) % {"left": left, "step": STEP_SECONDS}
        return format_html('<code style="user-select: all">{}</code><br>{}', text, said)

    @action(description=gettext_lazy("Let codes rotate in wallets"), permissions=["change"])
    def make_rotating(self, request: HttpRequest, queryset: QuerySet[Card]) -> None:
        """The printed code goes on, at readers that take static ones."""
        chosen = [card for card in queryset if card.revoked_at is None and card.rotating_salt is None]
        try:
            made = rotating_operations.make_rotating(chosen)
        except rotating_operations.NotRotatable as error:
            messages.error(request, _("Nothing was changed: %(error)s.") % {"error": error})
            return
        LogEntry.objects.log_actions(request.user.pk, chosen, CHANGE, "Codes rotate.")
        messages.success(request, _("Cards whose codes rotate now: %(made)s.") % {"made": made})

    @action(description=gettext_lazy("Stop codes from rotating"), permissions=["change"])
    def stop_rotating(self, request: HttpRequest, queryset: QuerySet[Card]) -> None:
        chosen = [card for card in queryset if card.rotating_salt is not None]
        stopped = rotating_operations.stop_rotating(chosen)
        LogEntry.objects.log_actions(request.user.pk, chosen, CHANGE, "Codes rotate no more.")
        messages.success(request, _("Cards whose codes rotate no more: %(stopped)s.") % {"stopped": stopped})
