"""Addresses of the member's own card. All lie below /card/, where the phone's cookie counts."""

from django.urls import path

from hub.wallet import entering, installing, losing, views

app_name = "wallet"
urlpatterns = [
    path("", views.card_page, name="card"),
    path("open", entering.open_card, name="open"),
    path("login", entering.login, name="login"),
    path("leave", entering.leave, name="leave"),
    path("lost/<int:number>", losing.lost, name="lost"),
    path("replaced", losing.replaced, name="replaced"),
    path("photo/<slug:digest>.jpg", views.photo, name="photo"),
    path("still", views.still, name="still"),
    path("look.css", installing.look, name="look"),
    path("icon.svg", installing.icon_svg, name="icon_svg"),
    path("icon-<int:pixels>.png", installing.icon_png, name="icon_png"),
    path("app.webmanifest", installing.manifest, name="manifest"),
    path("worker.js", installing.worker, name="worker"),
]
