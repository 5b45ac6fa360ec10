"""`python -m tests.system.lose_card CODE`: the member has lost it. Prints the new card's code."""

import os
import sys

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hub.settings")
django.setup()

from django.utils import timezone  # noqa: E402

from hub.cards.replacing import replace_card  # noqa: E402
from hub.members import codes, queries  # noqa: E402

if __name__ == "__main__":
    card = queries.card_with_code(sys.argv[1])
    assert card is not None
    print(codes.decrypt(replace_card(card, timezone.now())))
