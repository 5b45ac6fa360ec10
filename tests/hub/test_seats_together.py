"""The last seat of a company, asked for by several processes in the same moment: one has it."""

import os
import subprocess
import sys
from collections.abc import Iterator

import pytest
from django.db import connection

from hub.members import operations
from hub.members.models import Company, Customer, Link, Membership
from tests.hub.conftest import Database
from tests.hub.followed import assert_exact
from tests.hub.people import AT, a_plan

pytestmark = pytest.mark.timeout(300)
AT_ONCE = 3
PROGRAM = """
import sys
import django
django.setup()
from django.core.exceptions import ValidationError
from hub.members.models import Link
from hub.members.operations import save_link
customer, company = map(int, sys.argv[1:])
print("ready", flush=True)
sys.stdin.readline()
try:
    save_link(Link(customer_id=customer, company_id=company))
except ValidationError as error:
    print(error.messages[0])
else:
    print("in")
"""


@pytest.fixture
def mill(database: Database) -> Company:
    """One seat is left."""
    mill = operations.save_company(Company(name="Mill"))
    operations.save_membership(Membership(plan=a_plan(), company=mill, starts_at=AT, seats=2))
    first = operations.save_customer(Customer(name="First"))
    operations.save_link(Link(customer=first, company=mill))
    return mill


@pytest.fixture
def processes(database: Database, mill: Company) -> Iterator[list[subprocess.Popen[str]]]:
    people = [operations.save_customer(Customer(name=f"P{number}")) for number in range(AT_ONCE)]
    connection.close()
    variables = os.environ | database.environment | {"DJANGO_SETTINGS_MODULE": "hub.settings"}
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True, "env": variables}
    begun = [
        subprocess.Popen([sys.executable, "-c", PROGRAM, str(each.pk), str(mill.pk)], **pipes) for each in people
    ]
    yield begun
    for each in begun:
        each.kill()
        each.communicate()


def test_the_last_seat_is_one_persons(processes: list[subprocess.Popen[str]], mill: Company) -> None:
    for each in processes:
        assert each.stdout is not None
        assert each.stdout.readline() == "ready\n"
    for each in processes:
        assert each.stdin is not None
        each.stdin.write("go\n")
        each.stdin.flush()
    said = sorted(each.communicate()[0].strip() for each in processes)
    assert said.count("in") == 1
    assert [text for text in said if text != "in"] == [
        "“Mill” has 2 seats, and all are taken: take somebody out first, or give it more seats."
    ] * (AT_ONCE - 1)
    assert mill.links.count() == 2
    assert_exact()
