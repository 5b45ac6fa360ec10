"""What others hear of the members, in the transaction that changes them: the members know none of them."""

from django.dispatch import Signal

pools_changed = Signal()
"""`plan_ids`: plans of which other permissions are counted by the company's pool now. Their rows are appended."""
