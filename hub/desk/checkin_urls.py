"""Addresses of the front desk and of the list of check-ins, in the desk's own namespace."""

from django.urls import path

from hub.desk import checkin, checkins

urlpatterns = [
    path("checkin/", checkin.checkin_page, name="checkin"),
    path("checkin/look/", checkin.look_for, name="checkin_look"),
    path("checkin/do/", checkin.do_check_in, name="checkin_do"),
    path("checkin/<int:number>/undo/", checkin.undo_checkin, name="checkin_undo"),
    path("checkins/", checkins.checkins_page, name="all_checkins"),
    path("checkins.csv", checkins.checkins_csv, name="checkins_csv"),
    path("checkins/<int:number>/void/", checkins.void_checkin, name="void_checkin"),
]
