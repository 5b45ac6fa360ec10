"""A check-in names 100 of the uses that its edge counted itself: explanations say where that was not all."""

import json

import pytest
from django.core.management import call_command

from tests.hub.conftest import Database
from tests.hub.explained import scene


@pytest.mark.parametrize(("count", "cut"), [(99, False), (100, True)])
def test_uses_that_were_cut_are_told(
    sqlite_database: Database, capsys: pytest.CaptureFixture[str], count: int, cut: bool
) -> None:
    scene().scan(own_uses=[bytes([number]) * 16 for number in range(count)])
    call_command("explain", "last")
    assert ("names the first 100 of them" in capsys.readouterr().out) is cut
    call_command("explain", "last", "--json")
    assert json.loads(capsys.readouterr().out)["replay"]["uses_cut"] is cut
