"""docs/import.md: its example files are imported, and every column that there is stands in it."""

import re
from pathlib import Path

from hub.exchange.catalogue import KINDS
from hub.members import operations
from hub.members.models import Customer, Membership, Plan
from tests.hub.conftest import Database, run_hub
from tests.hub.csv_files import BERLIN, counts, errors, imported, looked_at

DOCS = Path("docs")
TEXT = (DOCS / "import.md").read_text("utf-8")


def example(name: str) -> bytes:
    assert f"(examples/{name})" in TEXT
    return (DOCS / "examples" / name).read_bytes()


def test_the_examples_are_imported(database: Database) -> None:
    for name in ("Gold", "Team"):
        operations.save_plan(Plan(name=name))
    assert counts(imported("companies", example("companies.csv"))) == (2, 0, 0, 0)
    assert counts(imported("customers", example("customers.csv"))) == (3, 0, 0, 0)
    memberships = example("memberships.csv")
    assert counts(imported("memberships", memberships, day_first=True)) == (3, 0, 0, 0)
    assert counts(imported("memberships", memberships, day_first=True)) == (0, 0, 3, 0)
    assert {each.name for each in Customer.objects.filter(companies__external_id="C-10")} == {
        "Ann Müller",
        "Bert Anders",
    }
    held = Membership.objects.get(external_id="M-2")
    assert held.starts_at.astimezone(BERLIN).isoformat() == "2026-07-01T08:30:00+02:00"
    cards = example("cards.csv")
    assert counts(imported("cards", cards)) == (2, 0, 0, 0)
    assert counts(imported("cards", cards)) == (0, 0, 2, 0)
    bad = looked_at("customers", example("customers-with-bad-rows.csv"))
    assert counts(bad) == (0, 2, 0, 1)
    assert [column for _line, column, _text in errors(bad)] == ["name", "email", "companies"]


def test_every_column_is_told() -> None:
    told = set(re.findall(r"`(\w+)`", TEXT))
    for kind in KINDS.values():
        assert set(kind(BERLIN).columns.fields) <= told


def test_the_commands_do_as_they_are_told(database: Database, tmp_path: Path) -> None:
    file = tmp_path / "customers.csv"
    file.write_bytes(example("customers.csv").replace(b"C-10|C-11", b"").replace(b"C-10", b""))
    dry = run_hub("import", "customers", str(file), "--dry-run", **database.environment)
    assert (dry.returncode, dry.stdout.split(".")[0]) == (
        0,
        "Looked through: 3 new, 0 changed, 0 unchanged, 0 bad",
    )
    assert not Customer.objects.exists()
    done = run_hub("import", "customers", str(file), **database.environment)
    assert done.returncode == 0 and "Imported: 3 new" in done.stdout, done.stderr
    out = run_hub("export", "customers", **database.environment)
    again = tmp_path / "again.csv"
    again.write_text(out.stdout, "utf-8")
    same = run_hub("import", "customers", str(again), "--dry-run", **database.environment)
    assert "0 new, 0 changed, 3 unchanged, 0 bad" in same.stdout
    again.write_text("name\nBob\n", "utf-8")
    bad = run_hub("import", "customers", str(again), **database.environment)
    assert bad.returncode == 1 and "line 2: external_id: Give" in bad.stdout and "--skip-bad" in bad.stderr
    assert Customer.objects.count() == 3
