"""`python -m tests.system.fleet_seen`: the fleet as staff see it at the hub, as JSON by the edge's name."""

import json
import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hub.settings")
django.setup()

from django.utils import timezone  # noqa: E402

from hub.watch.queries import fleet_shown  # noqa: E402


def seen() -> dict[str, object]:
    fleet = fleet_shown(timezone.now())
    edges = {
        each.edge.name: {
            "light": each.light,
            "word": str(each.word),
            "troubles": [str(trouble.text) for trouble in each.troubles],
            "queue": each.queue,
            "behind": each.behind,
            "scans": each.latency.scans,
            "machine": each.machine,
        }
        for each in fleet.edges
    }
    return {"edges": edges, "workers": fleet.workers._asdict()}


if __name__ == "__main__":
    print(json.dumps(seen()))
