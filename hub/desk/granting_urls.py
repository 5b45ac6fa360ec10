"""Addresses of what members get: plans, permissions, partners."""

from django.urls import path

from hub.desk import partner_access, partners, permissions, plans

urlpatterns = [
    path("plans/", plans.plans_page, name="plans"),
    path("plans/members/", plans.plan_members_part, name="plan_members"),
    path("plans/new/", plans.new_plan, name="new_plan"),
    path("plans/<int:number>/", plans.plan_page, name="plan"),
    path("plans/<int:number>/edit/", plans.edit_plan, name="edit_plan"),
    path("plans/<int:number>/delete/", plans.delete_plan, name="delete_plan"),
    path("permissions/", permissions.permissions_page, name="permissions"),
    path("permissions/new/", permissions.new_permission, name="new_permission"),
    path("permissions/<int:number>/", permissions.permission_page, name="permission"),
    path("permissions/<int:number>/edit/", permissions.edit_permission, name="edit_permission"),
    path("permissions/<int:number>/delete/", permissions.delete_permission, name="delete_permission"),
    path("partners/", partners.partners_page, name="partners"),
    path("partners/new/", partners.new_partner, name="new_partner"),
    path("partners/<int:number>/", partners.partner_page, name="partner"),
    path("partners/<int:number>/edit/", partners.edit_partner, name="edit_partner"),
    path("partners/<int:number>/delete/", partners.delete_partner, name="delete_partner"),
    path("partners/<int:number>/links/new/", partner_access.new_link, name="new_partner_link"),
    path("partners/<int:number>/users/invite/", partner_access.invite_partner_user, name="invite_partner_user"),
    path("partner-links/<int:number>/revoke/", partner_access.end_link, name="end_partner_link"),
]
