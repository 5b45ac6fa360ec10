"""docs/api.md and docs/openapi.json are what the API does: tables are made from the code, examples are run.

DOORWARD_WRITE_DOCS=1 writes them anew instead.
"""

import json
import os
import re
import subprocess
from collections.abc import Iterable
from pathlib import Path

import pytest

from contract.reasons import Outcome, Reason
from hub.api import rates
from hub.api.management.commands.openapi import document_text
from hub.api.problems import Kind
from hub.api.scopes import MEANING, Scope
from hub.decisions import denials
from hub.members import operations
from hub.members.models import Customer
from tests.hub.api_client import a_token
from tests.hub.explained import scene
from tests.hub.served import served

DOCS = Path(__file__).parents[2] / "docs"
GUIDE, DOCUMENT = DOCS / "api.md", DOCS / "openapi.json"
GRANTS = {
    Reason.UNLOCKED: "The door stands open, so nobody is asked for a membership",
    Reason.FREE_ACCESS: "The door opens for any readable scan",
    Reason.GRANTED: "None of the others applies",
}
"""Reasons that deny nothing; the others are in the explanations' words."""


def tables() -> dict[str, str]:
    limits = (
        (rates.OF_A_TOKEN, "A token may ask"),
        (rates.OF_WRONG_TOKENS, "Without one that counts, an address may"),
    )
    said = [f"{who} {limit.count} times in {limit.seconds} seconds." for limit, who in limits]
    return {
        "scopes": table("scope | what it lets do", (f"`{scope}` | {MEANING[scope]}" for scope in Scope)),
        "reasons": table("reason | what was the case", (f"`{each}` | {meaning(each)}" for each in Reason)),
        "problems": table("type | status | title", (f"`{k.slug}` | {k.status} | {k.title}" for k in Kind)),
        "rates": " ".join(said),
    }


def table(head: str, rows: Iterable[str]) -> str:
    lines = [head, "|".join("---" for _ in head.split("|")), *rows]
    return "\n".join(f"|{line}|" if line.startswith("---") else f"| {line} |" for line in lines)


def meaning(reason: Reason) -> str:
    return GRANTS.get(reason) or denials.PLAIN[reason]


def with_tables(text: str) -> str:
    for name, rows in tables().items():
        text = re.sub(rf"(<!-- {name} -->\n).*?(<!-- /{name} -->)", rf"\g<1>{rows}\n\g<2>", text, flags=re.S)
    return text


def test_the_documents_are_current(sqlite_database: object) -> None:
    if os.environ.get("DOORWARD_WRITE_DOCS"):
        GUIDE.write_text(with_tables(GUIDE.read_text()))
        DOCUMENT.write_text(document_text())
    assert GUIDE.read_text() == with_tables(GUIDE.read_text())
    assert DOCUMENT.read_text() == document_text()


def test_every_reason_and_every_problem_is_told() -> None:
    assert set(GRANTS) | set(denials.PLAIN) == set(Reason)
    assert not set(GRANTS) & set(denials.PLAIN)
    text = GUIDE.read_text()
    for name in [*Reason, *Outcome, *Scope, *(kind.slug for kind in Kind)]:
        assert f"`{name}`" in text


def test_the_document_names_a_scope_and_its_problems_for_each_operation() -> None:
    document = json.loads(DOCUMENT.read_text())
    for path, operations_of in document["paths"].items():
        for method, operation in operations_of.items():
            assert operation["x-scope"] in set(Scope), (path, method)
            assert operation["summary"]
            assert {"401", "403", "422", "429"} <= set(operation["responses"]), (path, method)


def examples() -> list[str]:
    return re.findall(r"```sh\n(.*?)```", GUIDE.read_text(), re.S)


@pytest.mark.parametrize(("number", "answers"), [(0, '"granted"'), (1, '"c-18"'), (2, '"items"')])
def test_the_examples_run(database: object, number: int, answers: str) -> None:
    club = scene()
    club.club.customer.external_id = "c-17"
    operations.save_customer(club.club.customer)
    with served() as address:
        variables = os.environ | {"HUB": address, "TOKEN": a_token(), "NO_PROXY": "127.0.0.1"}
        done = subprocess.run(
            ["bash", "-c", examples()[number]],
            env=variables,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    assert answers in done.stdout
    assert len(examples()) == 3
    assert Customer.objects.filter(external_id="c-18").exists() is (number == 1)
