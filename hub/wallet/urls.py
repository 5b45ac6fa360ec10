"""Addresses of the member's own card. All lie below /card/, where the phone's cookie counts."""

from django.urls import path

from hub.wallet import (
    apple_service,
    entering,
    installing,
    letters,
    losing,
    passes,
    printing,
    security,
    signing_in,
    views,
)
from hub.wallet.account import urls as account_urls

app_name = "wallet"
_DEVICE = "apple/v1/devices/<str:device>/registrations"
urlpatterns = [
    path("", views.card_page, name="card"),
    path("open", entering.open_card, name="open"),
    path("login", signing_in.login, name="login"),
    path("login/code", signing_in.by_code, name="login_code"),
    path("login/password", signing_in.by_password, name="login_password"),
    path("login/passkey", signing_in.by_passkey, name="login_passkey"),
    path("login/passkey/options", signing_in.passkey_options, name="passkey_options"),
    path("login/who", signing_in.as_whom, name="login_who"),
    path("account/security", security.security, name="security"),
    path("account/security/password", security.set_password, name="set_password"),
    path("account/security/password/remove", security.remove_password, name="remove_password"),
    path("account/security/passkeys", security.add_passkey, name="add_passkey"),
    path("account/security/passkeys/options", security.adding_options, name="adding_options"),
    path("account/security/passkeys/<int:number>/remove", security.remove_passkey, name="remove_passkey"),
    path("account/security/phones/end", security.end_others, name="end_phones"),
    path("account/security/phones/<int:number>/end", security.end_one, name="end_phone"),
    *account_urls.urlpatterns,
    path("leave", entering.leave, name="leave"),
    path("lost/<int:number>", losing.lost, name="lost"),
    path("replaced", losing.replaced, name="replaced"),
    path("blocked", losing.blocked, name="blocked"),
    path("sheet.pdf", printing.sheet_pdf, name="sheet"),
    path("letters", letters.wishes, name="letters"),
    path("letters/<str:token>", letters.unsubscribe, name="unsubscribe"),
    path("photo/<slug:digest>.jpg", views.photo, name="photo"),
    path("still", views.still, name="still"),
    path("apple/<int:number>.pkpass", passes.apple_pass, name="apple_pass"),
    path("google/<int:number>", passes.google_pass, name="google_pass"),
    path("button-<str:wallet>.svg", passes.artwork, name="wallet_button"),
    path(f"{_DEVICE}/<str:pass_type>/<str:serial>", apple_service.registration),
    path(f"{_DEVICE}/<str:pass_type>", apple_service.changed),
    path("apple/v1/passes/<str:pass_type>/<str:serial>", apple_service.latest),
    path("apple/v1/log", apple_service.log),
    path("look.css", installing.look, name="look"),
    path("icon.svg", installing.icon_svg, name="icon_svg"),
    path("icon-<int:pixels>.png", installing.icon_png, name="icon_png"),
    path("app.webmanifest", installing.manifest, name="manifest"),
    path("worker.js", installing.worker, name="worker"),
]
