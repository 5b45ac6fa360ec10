"""What others hear of users, in the transaction that changes them: this room knows none of them."""

from django.dispatch import Signal

user_leaves = Signal()
"""`user`, `at`: deactivated, or about to be deleted."""
