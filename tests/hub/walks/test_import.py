"""A file imported in a real browser: chosen, its bad rows looked at, imported, changed, taken in again."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from hub.exchange.job_operations import begin_writing, claim, step
from hub.members import operations
from hub.members.models import Company, Customer
from tests.hub.csv_files import imported, looked_at
from tests.hub.walks.visitor import NARROW, WIDE, Visitor

GOOD = "external_id;name;email;phone\nA;Ann Müller;ann@club.example;+49 170 1\nB;Bert Anders;bert@club.example;\n"
MIXED = (
    "external_id;name;email;companies;shoe size\n"
    "A;Ann Berg;ann@club.example;C1;38\n"
    "B;Bert Anders;bert.club.example;C1;44\n"
    "C;Carla Hannöver;;C1|C9;40\n"
    "D;Dora Lund;dora@club.example;;\n"
    "A;Ann Berg;;;\n"
    ";Emil;;;\n"
)


@pytest.fixture
def visitor(chromium: Visitor, colleague: User) -> Iterator[Visitor]:
    with chromium.at_work(colleague) as visitor:
        yield visitor


def choose(visitor: Visitor, text: str, encoding: str = "utf-8") -> None:
    visitor.open("/desk/import/")
    with tempfile.NamedTemporaryFile(suffix=".csv", prefix="members-") as file:
        Path(file.name).write_bytes(text.encode(encoding))
        visitor.choose_file("#id_file", file.name)
        visitor.click("Look at it")
        visitor.sees("Row by row")


def test_a_file_with_bad_rows_is_looked_at_and_its_good_rows_are_imported(
    visitor: Visitor, database: object
) -> None:
    operations.save_company(Company(name="Harbour Office", external_id="C1"))
    imported("customers", GOOD)
    visitor.open("/desk/import/")
    visitor.keep("imports")
    choose(visitor, MIXED, "cp1252")
    visitor.sees("What would change")
    visitor.keep("import_looked_at")
    visitor.click("Bad")
    visitor.sees("There is no “C9”: import it first")
    assert Customer.objects.get(external_id="A").name == "Ann Müller"
    for width, dark in ((WIDE, True), (NARROW, False), (NARROW, True)):
        visitor.wears(width, dark, 1400)
        visitor.fits()
        visitor.keep(f"import_bad_{width}_{'dark' if dark else 'light'}")
    visitor.wears(WIDE)
    visitor.click("Skip the bad rows and import 2")
    visitor.sees("Imported")
    visitor.keep("import_done")
    assert Customer.objects.get(external_id="A").name == "Ann Berg"


def test_one_that_was_cut_off_is_gone_on_with(visitor: Visitor, database: object) -> None:
    text = "external_id,name\n" + "".join(f"A{number},Member {number}\n" for number in range(1_200))
    job = looked_at("customers", text)
    begin_writing(job, False, timezone.now())
    long_ago = timezone.now().replace(year=2025)
    step(job.pk, claim(job, long_ago), long_ago)
    visitor.open(f"/desk/import/{job.pk}/")
    visitor.sees("It has stopped")
    visitor.sees("500 of 1200 rows")
    visitor.keep("import_stopped")
    visitor.click("Go on")
    visitor.sees("1200 new")
    assert Customer.objects.count() == 1_200


def test_the_bar_moves_by_itself(visitor: Visitor, database: object) -> None:
    text = "external_id,name\n" + "".join(f"A{number},Member {number}\n" for number in range(600))
    job = looked_at("customers", text)
    begin_writing(job, False, timezone.now())
    runner = claim(job, timezone.now())
    visitor.open(f"/desk/import/{job.pk}/")
    visitor.sees("0 of 600 rows")
    step(job.pk, runner, timezone.now())
    visitor.sees("500 of 600 rows")
    visitor.fits()
    visitor.keep("import_at_work")
    step(job.pk, runner, timezone.now())
    visitor.sees("Row by row")


def test_export_is_offered(visitor: Visitor, database: object) -> None:
    visitor.open("/desk/export/")
    visitor.sees("audit log")
    visitor.keep("export")
