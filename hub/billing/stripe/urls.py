"""What Stripe itself asks."""

from django.urls import path

from hub.billing.stripe.views import webhook

app_name = "stripe"
urlpatterns = [path("webhook", webhook, name="webhook")]
