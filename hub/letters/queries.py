"""Which letters a customer wants. Reads only."""

from hub.letters.models import LetterWishes
from hub.members.models import Customer


def wishes_of(customer: Customer) -> LetterWishes:
    return LetterWishes.objects.filter(customer=customer).first() or LetterWishes(customer=customer)
