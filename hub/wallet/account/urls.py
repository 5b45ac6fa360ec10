"""Addresses of the member's own pages, below /card/account/. What they sign in with is hub/wallet/security.py."""

from django.urls import path

from hub.wallet.account import (
    accepting,
    companies,
    data,
    inviting,
    invoices,
    leaving,
    memberships,
    overview,
    profile,
)

_HELD = "account/memberships/<int:number>"
_COMPANY = "account/companies/<int:number>"
urlpatterns = [
    path("account/", overview.account, name="account"),
    path(f"{_HELD}/cancel", memberships.cancel, name="cancel"),
    path(f"{_HELD}/end", leaving.end, name="end"),
    path(f"{_HELD}/keep", memberships.keep, name="keep"),
    path(f"{_HELD}/plan", memberships.plans, name="plans"),
    path(f"{_HELD}/plan/<slug:plan>", memberships.change_plan, name="change_plan"),
    path(f"{_HELD}/seats", memberships.seats, name="seats"),
    path(f"{_HELD}/pay", memberships.pay, name="pay"),
    path(f"{_HELD}/paid", memberships.paid, name="paid"),
    path("account/invoices", invoices.own_invoices, name="invoices"),
    path("account/paying", invoices.own_paying, name="paying"),
    path("account/profile", profile.profile, name="profile"),
    path("account/profile/photo", profile.photo, name="set_photo"),
    path("account/profile/email", profile.email, name="email"),
    path("account/profile/email/code", profile.email_code, name="email_code"),
    path("account/data", data.data, name="data"),
    path("account/data/delete", leaving.delete, name="delete_data"),
    path("account/deleted", leaving.deleted, name="deleted"),
    path(_COMPANY, companies.company, name="company"),
    path(f"{_COMPANY}/leave", companies.leave, name="leave_company"),
    path(f"{_COMPANY}/people/<int:person>/remove", companies.remove, name="remove_person"),
    path(f"{_COMPANY}/people/<int:person>/admin", companies.set_admin, name="set_admin"),
    path(f"{_COMPANY}/invite", inviting.invite_people, name="invite"),
    path(f"{_COMPANY}/invitations/<int:invitation>/revoke", inviting.revoke, name="revoke_invitation"),
    path(f"{_COMPANY}/invoices", invoices.company_invoices, name="company_invoices"),
    path(f"{_COMPANY}/paying", invoices.company_paying, name="company_paying"),
    path("account/invitation", accepting.invitation, name="invitation"),
    path("account/invitation/accept", accepting.accept_it, name="accept"),
]
