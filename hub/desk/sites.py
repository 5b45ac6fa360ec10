"""Sites for staff: where edges stand, with their calendars and how many edges each has."""

from typing import Final

from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from hub.desk.answers import page
from hub.desk.editing import Editor, delete, edit, make
from hub.desk.fleet_forms import SiteForm
from hub.desk.gate import desk
from hub.fleet import operations
from hub.fleet.models import Site

_EDITOR: Final = Editor(SiteForm, operations.save_site, operations.delete_sites, "desk:site", "desk:sites")


@desk("fleet.view_site")
def sites_page(request: HttpRequest) -> HttpResponse:
    sites = Site.objects.annotate(number=Count("edges")).order_by("name")
    return page(request, "desk/fleet/sites.html", sites=sites)


@desk("fleet.view_site")
def site_page(request: HttpRequest, number: int) -> HttpResponse:
    site = get_object_or_404(Site, pk=number)
    return page(request, "desk/fleet/site.html", site=site, edges=site.edges.all(), holidays=site.holidays.all())


@desk("fleet.add_site")
def new_site(request: HttpRequest) -> HttpResponse:
    return make(request, _EDITOR, _("New site"))


@desk("fleet.change_site")
def edit_site(request: HttpRequest, number: int) -> HttpResponse:
    site = get_object_or_404(Site, pk=number)
    return edit(request, _EDITOR, site, _("Edit %(site)s") % {"site": site})


@desk("fleet.delete_site")
def delete_site(request: HttpRequest, number: int) -> HttpResponse:
    site = get_object_or_404(Site, pk=number)
    says = [_("Its holidays go with it."), _("A site where edges stand is not deleted.")]
    return delete(request, _EDITOR, site, _("Delete %(site)s") % {"site": site}, says)
