"""What others hear of billing, in the transaction that writes it down: billing knows none of them."""

from django.dispatch import Signal

payment_failed = Signal()
"""`subscription`, `at`: a provider could not take the money for the period after its `paid_until`. Told again each
time that it says so."""
paid_by_hand = Signal()
"""`payment`, `at`: it was marked as paid; its membership is as it is then."""
