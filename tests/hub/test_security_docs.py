"""docs/threat-model.md and docs/asvs.md: each test that they name is there."""

import re
from functools import cache
from pathlib import Path

import pytest

DOCS = [Path("docs/threat-model.md"), Path("docs/asvs.md"), Path("docs/security.md")]
NAMED = re.compile(r"`((?:contract|demo|edge|hub|packaging|simulation|system)/test_\w+)(?:::(\w+))?`")


@cache
def written_in(name: str) -> frozenset[str]:
    return frozenset(
        re.findall(r"^(?:async )?def (test_\w+)", Path(f"tests/{name}.py").read_text("utf-8"), re.MULTILINE)
    )


@pytest.mark.parametrize("doc", DOCS, ids=str)
def test_each_test_that_is_named_is_there(doc: Path) -> None:
    for file, test in NAMED.findall(doc.read_text("utf-8")):
        assert Path(f"tests/{file}.py").is_file(), file
        assert not test or test in written_in(file), f"{file}::{test}"


@pytest.mark.parametrize("doc", DOCS[:2], ids=str)
def test_nothing_that_looks_like_one_is_written_otherwise(doc: Path) -> None:
    text = doc.read_text("utf-8")
    assert len(re.findall(r"test_\w+::", text)) == len([each for each in NAMED.findall(text) if each[1]]) > 50


def test_each_attacker_has_an_answer_that_is_shown() -> None:
    """A row without one says so by being the only one: what nobody can test."""
    rows = [line for line in DOCS[0].read_text("utf-8").splitlines() if re.match(r"\| (can|cannot) ", line)]
    assert rows
    assert [row for row in rows if not NAMED.search(row)] == []
