"""Staff's pages, at /desk/. Every view here is declared with hub.desk.gate.desk; tests hold it."""

from django.urls import path

from hub.desk import (
    billing_urls,
    checkin_urls,
    exchange_urls,
    fleet_urls,
    granting_urls,
    member_urls,
    report_urls,
    tokens,
    users,
    webhook_urls,
    website_urls,
)
from hub.desk.arrival import arrival_part
from hub.desk.audit import audit_csv, audit_page
from hub.desk.organization import organization_page
from hub.desk.signup_settings import signup_page
from hub.desk.views import home_page

app_name = "desk"
urlpatterns = [
    path("", home_page, name="home"),
    *member_urls.urlpatterns,
    *checkin_urls.urlpatterns,
    *billing_urls.urlpatterns,
    *report_urls.urlpatterns,
    *granting_urls.urlpatterns,
    *fleet_urls.urlpatterns,
    *exchange_urls.urlpatterns,
    path("arrival/", arrival_part, name="arrival"),
    path("audit/", audit_page, name="audit"),
    path("audit.csv", audit_csv, name="audit_csv"),
    path("organization/", organization_page, name="organization"),
    path("signup/", signup_page, name="signup"),
    path("tokens/", tokens.tokens_page, name="tokens"),
    path("tokens/new/", tokens.new_token_page, name="new_token"),
    path("tokens/<int:number>/revoke/", tokens.revoke_token, name="revoke_token"),
    path("api/", tokens.api_page, name="api"),
    path("users/", users.users_page, name="users"),
    path("users/invite/", users.invite_page, name="invite_user"),
    path("users/<int:number>/", users.user_page, name="user"),
    path("users/<int:number>/role/", users.change_role, name="change_role"),
    path("users/<int:number>/active/", users.set_active, name="set_active"),
    path("users/<int:number>/link/", users.new_link, name="new_link"),
    path("users/<int:number>/delete/", users.delete_user, name="delete_user"),
    *webhook_urls.urlpatterns,
    *website_urls.urlpatterns,
]
