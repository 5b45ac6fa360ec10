"""Files in the order of how long they take: so no process has a long one to itself when the others are done.

Roughly, and in seconds of a processor; a file that is wrong here costs nothing but time.
"""

from collections import Counter
from typing import Final

import pytest

_SECONDS_A_TEST: Final = {
    "tests/contract/test_decision_laws.py": 3.0,
    "tests/contract/test_limit_laws.py": 0.7,
    "tests/contract/test_gathering.py": 0.3,
    "tests/contract/test_hours.py": 0.1,
    "tests/contract/": 0.01,
    "tests/demo/": 60.0,
    "tests/edge/test_crashes.py": 0.8,
    "tests/edge/test_process_reasons.py": 0.2,
    "tests/edge/test_process": 0.9,
    "tests/edge/test_replica_process.py": 0.5,
    "tests/edge/test_cli.py": 0.5,
    "tests/edge/test_link.py": 0.9,
    "tests/edge/": 0.02,
    "tests/packaging/": 0.1,
    "tests/system/test_units.py": 0.1,
    "tests/system/": 15.0,
    "tests/simulation/": 10.0,
    "tests/hub/walks/test_every_page.py": 0.5,
    "tests/hub/walks/test_ten_tasks.py": 60.0,
    "tests/hub/walks/": 4.0,
    "tests/hub/test_api_schemathesis.py": 60.0,
    "tests/hub/test_demo_website.py": 20.0,
    "tests/hub/test_processes_together.py": 20.0,
    "tests/hub/test_move.py": 7.0,
    "tests/hub/test_migrations.py": 7.0,
    "tests/hub/test_import_killed.py": 5.0,
    "tests/hub/test_backup.py": 4.0,
    "tests/hub/test_setup.py": 4.0,
    "tests/hub/test_worker_process.py": 4.0,
    "tests/hub/test_billing_worker.py": 3.5,
    "tests/hub/test_mail_worker.py": 3.0,
    "tests/hub/test_webhook_worker.py": 2.5,
    "tests/hub/test_import_docs.py": 2.5,
    "tests/hub/test_desk_rights.py": 2.3,
    "tests/hub/test_reports_rolling.py": 1.8,
    "tests/hub/test_export.py": 1.6,
    "tests/hub/test_foreseen.py": 1.6,
    "tests/hub/test_feed_history.py": 1.2,
    "tests/hub/test_desk_plans.py": 1.0,
    "tests/hub/test_named_feeds.py": 0.7,
    "tests/hub/test_webhook_delivery.py": 0.6,
    "tests/hub/test_billing_applied.py": 0.5,
    "tests/hub/test_stripe_memberships.py": 0.5,
    "tests/hub/test_stripe_told.py": 0.4,
    "tests/hub/test_website_tokens.py": 0.1,
    "tests/hub/test_unmarked_texts.py": 0.1,
    "tests/hub/": 0.2,
}
"""The first that a path begins with counts."""
_ELSEWHERE_S: Final = 0.1


def longest_first(items: list[pytest.Item]) -> None:
    """Of one file they stay together, and as they are."""
    takes_s: Counter[str] = Counter()
    for item in items:
        takes_s[_file(item)] += _seconds(_file(item))
    items.sort(key=lambda item: (-takes_s[_file(item)], _file(item)))


def _file(item: pytest.Item) -> str:
    return item.nodeid.partition("::")[0]


def _seconds(file: str) -> float:
    return next((each for start, each in _SECONDS_A_TEST.items() if file.startswith(start)), _ELSEWHERE_S)
