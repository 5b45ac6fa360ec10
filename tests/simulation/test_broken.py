"""The places that broken.py breaks are still there, each once: else a sweep would tell nothing."""

from pathlib import Path

import pytest

from tests.simulation.broken import BREAKS, Break

_ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("broken", BREAKS, ids=lambda broken: f"{broken.file}: {broken.right.strip()[:40]}")
def test_what_is_broken_on_purpose_is_there_once(broken: Break) -> None:
    text = (_ROOT / broken.file).read_text()
    assert text.count(broken.right) == 1
    compile(text.replace(broken.right, broken.wrong), broken.file, "exec")
