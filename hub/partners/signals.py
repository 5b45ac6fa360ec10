"""What others hear of the partners, in the transaction that deletes them: the partners know none of them."""

from django.dispatch import Signal

partner_going = Signal()
"""`partner`: as it is stored. hub.members.writing.InUse keeps it."""
