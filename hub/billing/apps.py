from django.apps import AppConfig


class BillingConfig(AppConfig):
    name = "hub.billing"
    label = "billing"
    verbose_name = "Billing"

    def ready(self) -> None:
        from hub.billing.leaving import why_not_yet  # noqa: PLC0415 (models are there only now)
        from hub.billing.resuming_operations import resume  # noqa: PLC0415
        from hub.members.signals import leaving_asked, taken_back  # noqa: PLC0415

        taken_back.connect(resume, dispatch_uid="billing")
        leaving_asked.connect(why_not_yet, dispatch_uid="billing")
