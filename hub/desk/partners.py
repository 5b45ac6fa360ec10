"""Partners for staff: the list, one of them, its editor with a look ahead, and deleting it."""

from datetime import datetime

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _

from hub.checkins.keeping import was_used
from hub.decisions.foreseen import Foreseen, foresee
from hub.decisions.would_be import partner_changed
from hub.desk.answers import page
from hub.desk.foreseen_pages import Place, deleted, edited
from hub.desk.gate import desk
from hub.desk.granting_forms import PartnerForm
from hub.fleet.arrival import arrival_of
from hub.fleet.models import Reader
from hub.members.versions import version_of
from hub.partners import operations
from hub.partners.models import Partner
from hub.partners.queries import benefits_offered_by, live_links, users_of


@desk("partners.view_partner")
def partners_page(request: HttpRequest) -> HttpResponse:
    shown = Partner.objects.prefetch_related("permissions").order_by("-active", "name", "id")
    return page(request, "desk/partners/list.html", partners=shown)


@desk("partners.view_partner")
def partner_page(request: HttpRequest, number: int) -> HttpResponse:
    partner = get_object_or_404(Partner.objects.prefetch_related("permissions"), pk=number)
    context = {"partner": partner, "readers": _readers_at(partner), "arrival": arrival_of(timezone.now(), partner)}
    known_by = {"links": live_links(partner), "users": users_of(partner)}
    offers = benefits_offered_by(partner) if partner.active else ()
    return page(request, "desk/partners/partner.html", offers=offers, **context, **known_by)


@desk("partners.add_partner")
def new_partner(request: HttpRequest) -> HttpResponseBase:
    return _edit(request, Partner(), _("New partner"))


@desk("partners.change_partner")
def edit_partner(request: HttpRequest, number: int) -> HttpResponseBase:
    partner = get_object_or_404(Partner, pk=number)
    return _edit(request, partner, _("Edit %(partner)s") % {"partner": partner})


@desk("partners.delete_partner")
def delete_partner(request: HttpRequest, number: int) -> HttpResponse:
    """It goes only where no permission approves it, no reader stands at it, nobody signs in for it and no check-in
    is of it."""
    partner = get_object_or_404(Partner, pk=number)
    approvals, readers = partner.permissions.order_by("name"), _readers_at(partner)
    place = Place("desk/partners/delete.html", "desk:partner", "desk:partners")
    needs = {
        "permissions": approvals,
        "readers": readers,
        "users": users_of(partner),
        "was_used": was_used(partner),
    }
    return deleted(request, partner, operations.delete_partners, place, **needs)


class _PartnerEditor:
    def __init__(self, partner: Partner, data: QueryDict | None) -> None:
        self.form = PartnerForm(data, instance=partner)

    def version(self) -> str:
        return version_of(Partner.objects.get(pk=self.form.instance.pk))

    def is_valid(self) -> bool:
        return self.form.is_valid()

    def foresee(self, at: datetime) -> Foreseen:
        return foresee(partner_changed(self.form.instance), at)

    def save(self) -> Partner:
        return operations.save_partner(self.form.instance)


def _edit(request: HttpRequest, partner: Partner, title: str) -> HttpResponseBase:
    editor = _PartnerEditor(partner, request.POST if request.method == "POST" else None)
    return edited(request, editor, title, Place("desk/granting/edit.html", "desk:partner", "desk:partners"))


def _readers_at(partner: Partner) -> QuerySet[Reader]:
    return Reader.objects.filter(partner=partner).select_related("edge").order_by("edge__name", "name")
