"""`python -m bench.fill_hub CARDS`: an edge and a large club's rows into a hub that has been initialised."""

import os
import sys
from itertools import islice

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hub.settings")
django.setup()

from django.db import transaction  # noqa: E402 - models can be imported only after setup()

from bench.population import changes  # noqa: E402
from hub.feed.models import Feed  # noqa: E402
from hub.feed.operations import EVERYONE, append  # noqa: E402
from hub.fleet import operations as fleet  # noqa: E402
from hub.fleet.models import Edge, Site  # noqa: E402

_ROWS_AT_ONCE = 1_000


def fill(cards: int) -> None:
    site = fleet.save_site(Site(name="clubhouse", time_zone="UTC"))
    fleet.save_edge(Edge(name="clubhouse", site=site, feed=Feed.objects.get(name=EVERYONE)))
    remaining = changes(cards)
    while some := list(islice(remaining, _ROWS_AT_ONCE)):
        with transaction.atomic():
            append(EVERYONE, some)


if __name__ == "__main__":
    fill(int(sys.argv[1]))
