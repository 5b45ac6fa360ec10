"""Addresses of the member's own card. All lie below /card/, where the phone's cookie counts."""

from django.urls import path

from hub.wallet import apple_service, entering, installing, letters, losing, passes, printing, views

app_name = "wallet"
_DEVICE = "apple/v1/devices/<str:device>/registrations"
urlpatterns = [
    path("", views.card_page, name="card"),
    path("open", entering.open_card, name="open"),
    path("login", entering.login, name="login"),
    path("leave", entering.leave, name="leave"),
    path("lost/<int:number>", losing.lost, name="lost"),
    path("replaced", losing.replaced, name="replaced"),
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
