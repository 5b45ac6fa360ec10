"""Memberships that end soon: whose members are written to, when, once for each end, and in which words."""

import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from contract.membership import AtEnd
from hub.fleet.models import Site
from hub.letters import endings
from hub.letters.due_operations import Due
from hub.letters.models import EndTold
from hub.letters.wish_operations import set_wishes
from hub.mail.models import Mail
from hub.mail.operations import forget_old
from hub.members import operations, term_operations
from hub.members.models import Company, Customer, Freeze, Link, Membership, Plan
from hub.organization.models import Organization
from hub.organization.operations import save_organization
from tests.hub.mailed import letters_in, mail_by, text_of
from tests.hub.people import AT, DAY

pytestmark = pytest.mark.usefixtures("database")
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def mailing(tmp_path: Path) -> Iterator[None]:
    with mail_by(f"file://{tmp_path / 'out'}"):
        yield


@pytest.fixture
def gold(database: object) -> Plan:
    return operations.save_plan(Plan(name="Gold"))


def held(plan: Plan, name: str, ends_at: datetime | None = AT + 10 * DAY, **fields: object) -> Membership:
    """By somebody with that address."""
    email = f"{name}@club.example"
    customer = Customer.objects.filter(email=email).first()
    customer = customer or operations.save_customer(Customer(name=name.title(), email=email))
    dates = {"starts_at": AT - 100 * DAY, "ends_at": ends_at}
    return operations.save_membership(Membership(plan=plan, customer=customer, **(dates | fields)))


def write(at: datetime = AT) -> list[str]:
    """By a worker that begins then: who was written to since the last call."""
    before = set(Mail.objects.values_list("pk", flat=True))
    due = Due()
    while due.write(at):
        pass
    return sorted(each.recipient.partition("@")[0] for each in Mail.objects.exclude(pk__in=before))


def test_who_is_written_to(gold: Plan) -> None:
    held(gold, "soon")
    held(gold, "cancelled", at_end=AtEnd.CANCELLED.value)
    held(gold, "renews", at_end=AtEnd.RENEWS.value)
    held(gold, "later", AT + 15 * DAY)
    held(gold, "over", AT - DAY)
    held(gold, "endless", None)
    held(gold, "week", starts_at=AT - DAY, ends_at=AT + 6 * DAY)
    set_wishes(held(gold, "unwilling").customer, expiring=False)
    held(gold, "nowhere")
    Customer.objects.filter(email="nowhere@club.example").update(email="")
    operations.revoke_memberships([held(gold, "revoked")], AT)
    held(gold, "follows")
    held(gold, "follows", None, starts_at=AT + 10 * DAY)
    held(gold, "changes")
    held(operations.save_plan(Plan(name="Silver")), "changes", None, starts_at=AT + 10 * DAY)
    frozen = held(gold, "frozen", AT - 2 * DAY)
    Freeze.objects.create(membership=frozen, from_at=AT - 20 * DAY, until_at=AT - 10 * DAY)
    put_off = held(gold, "put-off")
    Freeze.objects.create(membership=put_off, from_at=AT - 20 * DAY, until_at=AT - 10 * DAY)
    assert write() == ["cancelled", "changes", "frozen", "soon"]


def test_not_of_a_companys(gold: Plan) -> None:
    company = operations.save_company(Company(name="Vineyard", email="vineyard@club.example"))
    anna = operations.save_customer(Customer(name="Anna", email="anna@club.example"))
    operations.save_link(Link(company=company, customer=anna))
    of_all = {"starts_at": AT - 100 * DAY, "ends_at": AT + 5 * DAY}
    operations.save_membership(Membership(plan=gold, company=company, **of_all))
    assert write() == []
    # Theirs goes on no longer than the company's.
    held(gold, "anna", AT + 2 * DAY)
    assert write(AT + HOUR) == []
    held(gold, "anna", AT + 5 * DAY)
    assert write(AT + 2 * HOUR) == ["anna"]


def test_once_for_each_end_over_restarts_and_renewals(gold: Plan) -> None:
    membership = held(gold, "ann")
    many = [held(gold, f"m{number}") for number in range(60)]
    assert len(write()) == 61
    assert [write(AT + number * HOUR) for number in (0, 1, 2, 24)] == [[]] * 4
    renewed = term_operations.renew_membership(membership, AT + 60 * DAY, AT + DAY)
    assert write(AT + 45 * DAY) == []
    assert write(AT + 46 * DAY) == ["ann"]
    assert write(AT + 47 * DAY) == []
    Freeze.objects.create(membership=renewed, from_at=AT + 47 * DAY, until_at=AT + 57 * DAY)
    assert write(AT + 55 * DAY) == []
    assert write(AT + 56 * DAY) == ["ann"]
    assert EndTold.objects.count() == len(many) + 3
    operations.delete_memberships([renewed])
    assert EndTold.objects.count() == len(many)


def test_two_workers_and_one_that_dies_amid_it(gold: Plan, monkeypatch: pytest.MonkeyPatch) -> None:
    many = [held(gold, f"m{number}") for number in range(25)]
    told = endings.queue
    dies = iter([False] * 12 + [True])

    def queue(*args: Any, **kwargs: Any) -> Mail:
        if next(dies, False):
            raise RuntimeError
        return told(*args, **kwargs)

    monkeypatch.setattr(endings, "queue", queue)
    with pytest.raises(RuntimeError):
        write()
    assert Mail.objects.count() == EndTold.objects.count() == endings.AT_ONCE

    def work() -> None:
        try:
            write()
        finally:
            connection.close()

    workers = [threading.Thread(target=work) for _ in range(2)]
    for each in workers:
        each.start()
    for each in workers:
        each.join()
    write(AT + HOUR)
    assert sorted(Mail.objects.values_list("customer", flat=True)) == [each.customer_id for each in many]


def test_when_it_is_looked_at(gold: Plan) -> None:
    """Each hour of the day, by the organization's clock; what was missed at night is made up for."""
    Site.objects.create(name="clubhouse", time_zone="Asia/Tokyo")
    assert write(AT - 2 * HOUR) == []
    held(gold, "ann")
    assert write(AT - 1.5 * HOUR) == []
    # 22 o'clock there.
    assert write(AT + HOUR) == []
    assert write(AT + 10.5 * HOUR) == []
    assert write(AT + 11 * HOUR) == ["ann"]
    held(gold, "bo")
    # A clock that was ahead once holds nothing back.
    assert write(AT - 4 * HOUR) == ["bo"]


def test_as_many_days_before_as_the_organization_says(gold: Plan) -> None:
    held(gold, "ann", AT + 30 * DAY)
    club = save_organization(Organization(expiring_days=0))
    assert write() == []
    club.expiring_days = 31
    save_organization(club)
    assert write(AT + HOUR) == ["ann"]


def test_an_address_that_is_none_holds_nobody_up_and_may_be_mended(gold: Plan) -> None:
    broken = held(gold, "ann").customer
    Customer.objects.filter(pk=broken.pk).update(email="ann")
    held(gold, "bo")
    assert write() == ["bo"]
    Customer.objects.filter(pk=broken.pk).update(email="ann@club.example")
    assert write(AT + HOUR) == ["ann"]


def test_it_is_tried_until_the_end_that_it_tells_of(gold: Plan, tmp_path: Path) -> None:
    """It is written once: what gives it up loses it for ever."""
    save_organization(Organization(expiring_days=90))
    for name, days in (("ann", 40), ("bo", 39)):
        held(gold, name, AT + days * DAY)
    write()
    late = AT + 39.5 * DAY
    assert forget_old(late) == 1
    assert [each["to"] for each in letters_in(tmp_path / "out", late)] == ["ann@club.example"]


def test_what_it_says(gold: Plan, tmp_path: Path) -> None:
    Site.objects.create(name="clubhouse", time_zone="Europe/Berlin")
    midnight = datetime.fromisoformat("2026-03-09T23:00:00+00:00")
    held(operations.save_plan(Plan(name="Gold & <b>Silver</b>")), "ann", midnight)
    write()
    [letter] = letters_in(tmp_path / "out")
    assert (letter["to"], letter["subject"]) == ("ann@club.example", "Your membership ends on 9 Mar 2026")
    assert "Your membership Gold & <b>Silver</b> ends on 9 Mar 2026." in text_of(letter)
    assert "<b>" not in text_of(letter, "html") and "/card/letters/expiring-" in text_of(letter, "html")
    stop = letter["list-unsubscribe"].strip(" <>")
    assert stop in text_of(letter) and letter["list-unsubscribe-post"] == "List-Unsubscribe=One-Click"
    save_organization(Organization(name="Weinclub", language="de"))
    held(gold, "bo", midnight)
    write(AT + HOUR)
    [letter] = letters_in(tmp_path / "out")
    assert letter["subject"] == "Die Mitgliedschaft endet am 09.03.2026"
    assert "Die Mitgliedschaft Gold endet am 09.03.2026." in text_of(letter)
    assert "Keine Briefe dieser Art mehr" in text_of(letter)
