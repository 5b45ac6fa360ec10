"""Addresses of webhooks, under /desk/."""

from django.urls import path

from hub.desk import webhooks

urlpatterns = [
    path("webhooks/", webhooks.webhooks_page, name="webhooks"),
    path("webhooks/new/", webhooks.new_endpoint_page, name="new_webhook"),
    path("webhooks/<int:number>/", webhooks.endpoint_page, name="webhook"),
    path("webhooks/<int:number>/change/", webhooks.change_endpoint_page, name="change_webhook"),
    path("webhooks/<int:number>/secret/", webhooks.rotate_secret, name="rotate_webhook_secret"),
    path("webhooks/<int:number>/enabled/", webhooks.set_enabled, name="set_webhook_enabled"),
    path("webhooks/<int:number>/test/", webhooks.send_test, name="test_webhook"),
    path("webhooks/<int:number>/replay/", webhooks.replay_failed, name="replay_failed_webhooks"),
    path("webhooks/<int:number>/delete/", webhooks.delete_endpoint_page, name="delete_webhook"),
    path("webhook-deliveries/<int:number>/", webhooks.delivery_page, name="webhook_delivery"),
    path("webhook-deliveries/<int:number>/replay/", webhooks.replay, name="replay_webhook"),
]
