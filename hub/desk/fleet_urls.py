"""Addresses of the fleet: edges, what they should be, what is set by hand, sites and feeds."""

from django.urls import path

from hub.desk import (
    feeds,
    fleet,
    fleet_commands,
    fleet_configuration,
    fleet_edge,
    fleet_editing,
    fleet_enrolment,
    fleet_modes,
    fleet_push,
    lockdowns,
    sites,
)

urlpatterns = [
    path("fleet/", fleet.fleet_page, name="fleet"),
    path("fleet/named/<slug:name>/", fleet.edge_by_name, name="edge_by_name"),
    path("fleet/edges/<int:number>/", fleet_edge.edge_page, name="edge"),
    path("fleet/edges/<int:number>/command/", fleet_commands.command, name="edge_command"),
    path(
        "fleet/edges/<int:number>/configuration/",
        fleet_configuration.configuration_page,
        name="edge_configuration",
    ),
    path(
        "fleet/edges/<int:number>/configuration/compare/",
        fleet_configuration.compare_page,
        name="compare_configurations",
    ),
    path("fleet/edges/<int:number>/enrol/", fleet_enrolment.enrol_page, name="enrol"),
    path("fleet/edges/<int:number>/enrol/progress/", fleet_enrolment.enrolment_part, name="enrolling"),
    path("fleet/edges/<int:number>/revoke/", fleet_enrolment.revoke_page, name="revoke_edge"),
    path("fleet/edges/new/", fleet_editing.new_edge, name="new_edge"),
    path("fleet/edges/<int:number>/edit/", fleet_editing.edit_edge, name="edit_edge"),
    path("fleet/edges/<int:number>/delete/", fleet_editing.delete_edge, name="delete_edge"),
    path("fleet/edges/<int:number>/readers/", fleet_editing.readers_page, name="readers"),
    path("fleet/edges/<int:number>/readers/new/", fleet_editing.new_reader, name="new_reader"),
    path("fleet/readers/<int:number>/edit/", fleet_editing.edit_reader, name="edit_reader"),
    path("fleet/readers/<int:number>/delete/", fleet_editing.delete_reader, name="delete_reader"),
    path("sites/", sites.sites_page, name="sites"),
    path("sites/new/", sites.new_site, name="new_site"),
    path("sites/<int:number>/", sites.site_page, name="site"),
    path("sites/<int:number>/edit/", sites.edit_site, name="edit_site"),
    path("sites/<int:number>/delete/", sites.delete_site, name="delete_site"),
    path("feeds/", feeds.feeds_page, name="feeds"),
    path("feeds/<int:number>/", feeds.feed_page, name="feed"),
    path("fleet/push/", fleet_push.push_page, name="push"),
    path("fleet/pushed/", fleet_push.pushed_page, name="pushed"),
    path("lockdown/", fleet_modes.modes_page, name="modes"),
    path("lockdown/set/", fleet_modes.set_mode_page, name="set_mode"),
    path("lockdown/banner/", lockdowns.lockdowns_part, name="lockdowns"),
]
