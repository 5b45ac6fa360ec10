"""Addresses of payments, in the desk's own namespace."""

from django.urls import path

from hub.desk import billing

urlpatterns = [
    path("payments/", billing.payments_page, name="payments"),
    path("payments/waiting/", billing.waiting_page, name="waiting"),
    path("billed/<int:number>/", billing.paying_page, name="paying"),
    path("billed/<int:number>/<slug:name>/", billing.change_paying, name="change_paying"),
    path("payments/<int:number>/paid/", billing.mark_paid, name="mark_paid"),
    path("payments/<int:number>/write-off/", billing.write_off, name="write_off"),
    path("payments/<int:number>/refund/", billing.refund, name="refund"),
]
