"""The API against its own OpenAPI document: schemathesis asks every operation, with data that fit and that do not.

Over HTTP, through the whole of Django, on either database. What a schema cannot
tell of (an end before its start, an email address that is none) may be refused, but as a rule's matter and never
as a misfit of the schema.
"""

import json
from collections.abc import Iterator

import pytest
import schemathesis
from schemathesis import engine
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import events

from hub.api import rates
from hub.rates.operations import Limit
from tests.hub.api_client import Api, a_token
from tests.hub.conftest import Database
from tests.hub.served import served

SEED = 20260301
SECONDS_MAX = 25.0
CONFIG = {
    "seed": SEED,
    "max-time": SECONDS_MAX,
    "continue-on-failure": True,
    "generation": {"mode": "all", "max-examples": 12, "database": "none", "deterministic": True},
    "phases": {
        "examples": {"enabled": True},
        "coverage": {"enabled": True},
        "stateful": {"enabled": True, "max-steps": 6},
    },
    "checks": {
        "positive_data_acceptance": {"expected-statuses": ["2xx", "401", "403", "404", "409", "412", "422"]}
    },
}


@schemathesis.check
def what_fits_is_no_misfit(ctx: object, response: schemathesis.Response, case: schemathesis.Case) -> None:
    """422 for data that fit the schema is told as a rule, by a text that says which."""
    meta = case.meta
    if meta is None or not meta.generation.mode.is_positive or response.status_code != 422:
        return
    said = response.json()
    if said["type"].endswith(":invalid"):
        raise AssertionError(f"fits the schema, and was refused as if it did not: {said}")


def failures(found: Iterator[events.EngineEvent]) -> list[str]:
    told: list[str] = []
    for event in found:
        if isinstance(event, events.ScenarioFinished):
            for checks in event.recorder.checks.values():
                told += [f"{event.label} {each.name}: {each.failure_info}" for each in checks if each.failure_info]
        if isinstance(event, events.NonFatalError):
            told.append(f"{event.label}: {event.info.format()}")
        if isinstance(event, events.FatalError):
            raise event.exception
    return told


def seed_of_data() -> None:
    api = Api(name="Seed")
    api.post("/permissions", {"slug": "front-door", "name": "Front door"})
    plan = api.post("/plans", {"name": "Full", "grants": [{"permission": "front-door"}]})
    customer = api.post("/customers", {"name": "Member"})
    api.post("/memberships", {"plan": plan["id"], "customer": customer["id"]})


@pytest.mark.timeout(300)
def test_every_operation_is_as_its_document_says(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rates, "OF_A_TOKEN", Limit("token", 1_000_000, 60))
    monkeypatch.setattr(rates, "OF_WRONG_TOKENS", Limit("address", 1_000_000, 60))
    seed_of_data()
    headers = {"Authorization": f"Bearer {a_token(name='Schemathesis')}"}
    config = SchemathesisConfig.from_dict(CONFIG | {"headers": headers})
    with served() as address:
        schema = schemathesis.openapi.from_url(f"{address}/api/v1/openapi.json", config=config, headers=headers)
        found = failures(engine.from_schema(schema).execute())
    assert not found, f"{len(found)} failures\n" + "\n\n".join(json.dumps(each)[:1500] for each in found[:15])
