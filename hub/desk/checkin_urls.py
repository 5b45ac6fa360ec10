"""Addresses of the front desk, in the desk's own namespace."""

from django.urls import path

from hub.desk import checkin

urlpatterns = [
    path("checkin/", checkin.checkin_page, name="checkin"),
    path("checkin/look/", checkin.look_for, name="checkin_look"),
    path("checkin/do/", checkin.do_check_in, name="checkin_do"),
    path("checkin/<int:number>/undo/", checkin.undo_checkin, name="checkin_undo"),
]
