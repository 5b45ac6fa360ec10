"""The one write to which letters a customer wants: by staff, by themselves, or by a letter's own link."""

from django.db import transaction

from hub.audit import operations as audit
from hub.letters.models import LetterWishes
from hub.letters.queries import wishes_of
from hub.members.models import Customer


@transaction.atomic
def set_wishes(customer: Customer, **wanted: bool) -> LetterWishes:
    """`wanted`: by the fields' names; those that are not named stay. Who is deleted meanwhile wants nothing."""
    # Whoever changes the same customer's waits here.
    if Customer.objects.select_for_update().filter(pk=customer.pk).first() is None:
        return LetterWishes(customer=customer, expiring=False)
    before, after = wishes_of(customer), wishes_of(customer)
    for name, is_wanted in wanted.items():
        setattr(after, name, is_wanted)
    if audit.note_changed(before, after) is not None:
        after.save()
    return after
