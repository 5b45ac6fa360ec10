"""Failed attempts to sign in, remembered for a while, by hashes of who and where."""

from django.db import models


class FailedLogin(models.Model):
    who_hash = models.CharField(max_length=64, db_index=True)
    where_hash = models.CharField(max_length=64, db_index=True)
    at = models.DateTimeField(db_index=True)
