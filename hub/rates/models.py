"""How much of each rate limit is spent. Only operations.py beside this file writes it."""

from django.db import models


class Spent(models.Model):
    """How much of a rate limit is spent (the generic cell rate algorithm): all is free again at `free_at_us`."""

    whose = models.CharField(max_length=80, primary_key=True)
    free_at_us = models.BigIntegerField()
    at = models.DateTimeField(db_index=True)
