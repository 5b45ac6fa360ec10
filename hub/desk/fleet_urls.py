"""Addresses of the fleet: edges, what they should be, what is set by hand, sites and feeds."""

from django.urls import path

from hub.desk import fleet, fleet_edge

urlpatterns = [
    path("fleet/", fleet.fleet_page, name="fleet"),
    path("fleet/named/<slug:name>/", fleet.edge_by_name, name="edge_by_name"),
    path("fleet/edges/<int:number>/", fleet_edge.edge_page, name="edge"),
]
