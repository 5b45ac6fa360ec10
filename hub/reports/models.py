"""Nothing is stored here: figures are counted from check-ins. What may be asked for hangs on this."""

from django.db import models


class Figures(models.Model):
    class Meta:
        managed = False
        default_permissions = ()
        permissions = [("view_figures", "Can view figures of check-ins and redemptions")]
