"""Files in the order of how long they take: so no process has a long one to itself when the others are done.

Roughly, and in seconds of a processor; a file that is wrong here costs nothing but time.
"""

from collections import Counter
from typing import Final

import pytest

_SECONDS_A_TEST: Final = {
    "tests/demo/": 60.0,
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
    "tests/hub/test_backup.py": 4.0,
    "tests/hub/test_feed_history.py": 4.0,
    "tests/hub/test_setup.py": 4.0,
    "tests/hub/test_worker_process.py": 4.0,
    "tests/hub/test_unmarked_texts.py": 0.1,
    "tests/hub/": 0.4,
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
