"""Staff's pages, at /desk/. Every view here is declared with hub.desk.gate.desk; tests hold it."""

from django.urls import path

from hub.desk.arrival import arrival_part
from hub.desk.views import home_page

app_name = "desk"
urlpatterns = [
    path("", home_page, name="home"),
    path("arrival/", arrival_part, name="arrival"),
]
