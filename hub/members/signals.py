"""What others hear of the members, in the transaction that changes them: the members know none of them."""

from django.dispatch import Signal

customers_changed = Signal()
"""`customers`: as they are stored now; their addresses may be others than before."""
limits_changed = Signal()
"""`plan_ids`: plans with other limits, or other billing periods under them. Their rows are appended already."""
taken_back = Signal()
"""`membership`, `at`: it goes on, where it was cancelled for its end; its row is appended already."""
cancelled = Signal()
"""`membership`, `at`: it was cancelled by whomever, for an end to come or at once; its row is appended already."""
mailbox_proved = Signal()
"""`customer`, `at`: somebody is signed in as them who proved the mailbox behind their address."""
leaving_asked = Signal()
"""`customer`, `at`: they want all that is kept of them deleted. Receivers answer with a text that says why it
cannot be yet and what to do, or with an empty one. They look only."""
