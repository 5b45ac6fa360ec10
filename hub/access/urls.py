"""Signing in, at /account/. Of django-allauth's pages only these: nobody signs up, no mail is needed."""

from allauth.account import views
from django.urls import include, path
from django.views.i18n import set_language

from hub.access.views import choose_password_page

urlpatterns = [
    path("login/", views.login, name="account_login"),
    path("logout/", views.logout, name="account_logout"),
    path("inactive/", views.account_inactive, name="account_inactive"),
    path("reauthenticate/", views.reauthenticate, name="account_reauthenticate"),
    path("password/", views.password_change, name="account_change_password"),
    path("link/", choose_password_page, name="choose_password"),
    # Whoever has no password, and asks to change it, is sent here: an owner's link gives them one.
    path("link/", choose_password_page, name="account_set_password"),
    path("2fa/", include("allauth.mfa.urls")),
    # For whoever reads a page of ours, signed in or not.
    path("language/", set_language, name="set_language"),
]
