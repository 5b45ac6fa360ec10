"""Enrolment in the back office: a word in the list of edges. Its pages are at the desk."""

from typing import Final

from django.utils import timezone
from django.utils.translation import gettext_lazy
from unfold.decorators import display

from hub.enrolment.states import State, state_of
from hub.fleet.admin import EdgeAdmin
from hub.fleet.models import Edge

_LABELS: Final = {
    State.ENROLLED.value: "success",
    State.CODE_WAITING.value: "info",
    State.NOT_ENROLLED.value: "warning",
    State.REVOKED.value: "danger",
}


@display(description=gettext_lazy("Enrolment"), label=_LABELS)
def enrolment(edge: Edge) -> tuple[str, str]:
    state = state_of(edge, timezone.now())
    return state.value, state.text


EdgeAdmin.list_display = [*EdgeAdmin.list_display, enrolment]
EdgeAdmin.shown_with = [*EdgeAdmin.shown_with, "enrolment_code"]
