"""The pages of joining by plain HTTP, at the hub and in a frame: nothing of it needs JavaScript, or in a frame a
cookie."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from contract.limits import Limit
from hub.joining.models import Flow
from hub.mail.draft import unseal
from hub.mail.models import Mail
from hub.members import operations
from hub.members.models import Company, Customer, Grant, Link, Membership, Permission
from hub.partners.models import Partner
from hub.templatetags.faces import day_text
from hub.websites.models import Website
from tests.hub.card_page import phone, phone_of
from tests.hub.conftest import Database
from tests.hub.joining_club import MAIL, a_member, a_paid_plan, a_plan, open_for_all
from tests.hub.joining_reader import joins, proves
from tests.hub.mailed import mail_by
from tests.hub.website_tokens import a_website
from tests.hub.without_scripts import Reader, a_browser


@pytest.fixture(autouse=True)
def club(sqlite_database: Database, tmp_path: Path) -> Iterator[None]:
    open_for_all()
    with mail_by(f"file://{tmp_path / 'mail'}"):
        yield


@pytest.fixture
def website() -> Website:
    return a_website()


def test_at_the_hub() -> None:
    plan = a_plan(signup_text="For friends.")
    a_paid_plan(setup_fee_cents=500, trial_days=14, tax_text="incl. 19 % VAT")
    reader = Reader().open("/join/")
    for said in ("29.00 EUR every month", "first 14 days are free", "5.00 EUR", "incl. 19 % VAT", "For friends."):
        assert said in reader.text
    reader.open(f"/join/{plan.public_id}/").press("plan")
    assert reader.page.redirect_chain[-1] == ("/join/go", 302)
    proves(reader)
    reader.press("fields", name="")
    assert (reader.page.status_code, "Please fill this in." in reader.text) == (422, True)
    reader.press("fields", name="Ann").press("agree")
    assert "You have joined." in reader.text
    assert Membership.objects.get().customer == Customer.objects.get(name="Ann", email=MAIL)
    # Its button opens the card on this phone; loaded again, it is who comes next's.
    done = reader.page
    assert reader.open("/join/go").page.redirect_chain[-1] == ("/join/", 302)
    assert "You have joined." not in reader.text
    reader.page = done
    reader.press("card", follow=False)
    address, _, secret = reader.page["Location"].partition("#")
    assert address.endswith("/card/open") and secret
    reader.open("/card/open")
    reader.page = reader.client.post(
        "/card/open", reader.form("open").fields | {"link": f"#{secret}"}, follow=True
    )
    assert "Ann" in reader.text and plan.name in reader.text
    # Who has just proved it is not asked again; another phone with that link is.
    assert reader.client.get("/card/account/security").status_code == 200
    other = phone()
    other.post("/card/open", {"link": f"#{secret}"})
    assert other.get("/card/account/security").status_code == 302


def test_at_the_hub_forms_are_guarded() -> None:
    reader = Reader().open(f"/join/{a_plan().public_id}/")
    fields = {"press": "plan", "plan": reader.form("plan").fields["plan"]}
    assert a_browser().post("/join/go", fields).status_code == 403
    assert not Flow.objects.exists()


def test_closed_nobody_joins(website: Website) -> None:
    plan = a_plan()
    reader = Reader().open("/join/")
    before = reader.form("plan")
    open_for_all(is_open=False)
    assert a_browser().get("/join/").status_code == 404
    assert a_browser().get(f"/embed/{website.public_id}/").status_code == 404
    answer = reader.client.post(before.action, before.fields | {"press": "plan"})
    assert answer.status_code == 404
    assert not Flow.objects.exists() and plan.is_public


def test_a_plan_that_is_not_public() -> None:
    secret, public = a_plan("Secret", is_public=False), a_plan("Public")
    answer = a_browser().get(f"/join/{secret.public_id}/")
    assert answer.status_code == 404
    assert "Secret" not in answer.content.decode() and public.name in answer.content.decode()
    reader = Reader().open("/join/")
    form = reader.form("plan")
    answer = reader.client.post(form.action, form.fields | {"press": "plan", "plan": secret.public_id})
    assert answer.status_code == 404 and not Flow.objects.exists()


def test_known_and_unknown_are_answered_alike() -> None:
    a_plan()
    a_member()
    pages = []
    for email in (MAIL, "new@club.example"):
        reader = Reader().open("/join/").press("plan").press("email", email=email)
        flow = reader.form("code").fields["flow"]
        csrf = reader.form("code").fields["csrfmiddlewaretoken"]
        pages.append(reader.text.replace(flow, "").replace(csrf, "").replace(email, ""))
    said = [_without_csrf(each) for each in pages]
    assert said[0] == said[1]
    assert Mail.objects.count() == 2


def _without_csrf(text: str) -> str:
    return "\n".join(line for line in text.splitlines() if "csrfmiddlewaretoken" not in line)


@pytest.mark.parametrize("bad", ["\x00", "<script>alert(1)</script>", "x" * 5_000, "\u202e", "Ann\r\nBcc: eve"])
def test_hostile_words(bad: str) -> None:
    open_for_all(asks_address="optional", question_1="Why?")
    a_plan()
    reader = proves(Reader().open("/join/").press("plan"))
    form = reader.form("fields")
    said = dict.fromkeys(("name", "address", "question_1", "unasked"), bad)
    reader.page = reader.client.post(form.action, form.fields | {"press": "fields"} | said, follow=True)
    assert reader.page.status_code in {200, 400, 422}
    assert "<script>alert" not in reader.text
    for press in ("nonsense", "\x00", "agree", "choose"):
        answer = reader.client.post("/join/go", form.fields | {"press": press, "customer": bad}, follow=True)
        assert answer.status_code in {200, 400, 422}
    assert not Customer.objects.exists() and not Membership.objects.exists()


def test_pressed_twice_and_late() -> None:
    a_plan()
    reader = proves(Reader().open("/join/").press("plan"))
    fields = reader.form("fields")
    reader.press("fields", name="Ann")
    agree = reader.form("agree")
    for form, press in ((agree, "agree"), (agree, "agree"), (fields, "fields"), (fields, "back")):
        answer = reader.client.post(form.action, form.fields | {"press": press, "name": "Bo"}, follow=True)
        assert "You have joined." in answer.content.decode()
    assert (Membership.objects.count(), Customer.objects.get().name) == (1, "Ann")
    Flow.objects.update(until=timezone.now() - timedelta(seconds=1))
    assert reader.client.post(agree.action, agree.fields | {"press": "agree"}).status_code == 410
    assert reader.client.get("/join/go").status_code == 302


def test_too_many_are_told_to_wait() -> None:
    a_plan()
    reader = Reader().open("/join/").press("plan")
    form = reader.form("email")
    said = form.fields | {"press": "email"}
    answers = [
        reader.client.post(form.action, said | {"email": f"a{number}@club.example"}).status_code
        for number in range(31)
    ]
    assert answers[-1] == 429 and 429 not in answers[:30]
    assert Mail.objects.count() == 30


def test_plans_may_be_found_and_nothing_else(website: Website) -> None:
    a_plan()
    reader = Reader().open("/join/")
    assert 'content="all"' in reader.text and "X-Robots-Tag" not in reader.page
    assert 'content="noindex"' in reader.press("plan").text
    assert 'content="noindex"' in Reader().open(f"/embed/{website.public_id}/").text


def test_by_invoice_says_what_comes_next() -> None:
    a_paid_plan()
    reader = joins(Reader().open("/join/"))
    assert "begins as soon as it is paid" in reader.text and "29.00 EUR" in reader.text
    assert Membership.objects.get().pending


def test_before_they_agree_the_whole_sum_is_said_and_when_it_is_due() -> None:
    a_paid_plan(for_companies=True, setup_fee_cents=500, trial_days=14)
    reader = proves(Reader().open("/join/").press("plan"))
    reader.press("fields", name="Ann", company_name="Club", seats="3")
    due = day_text(timezone.now() + timedelta(days=14))
    for said in ("92.00 EUR", "3 x 29.00 EUR + 5.00 EUR", f"due by {due}", "From then on 87.00 EUR every month"):
        assert said in reader.text, said
    assert "Join, and pay by invoice" in reader.text
    reader.press("agree")
    assert "Please pay 92.00 EUR by" in reader.text


def test_before_they_agree_it_says_which_company_it_is_for() -> None:
    works = operations.save_company(Company(name="Works"))
    operations.save_link(Link(customer=a_member(), company=works, is_admin=True))
    a_plan("Team", for_companies=True)
    reader = proves(Reader().open("/join/").press("plan"))
    reader.press("choose", customer=str(Customer.objects.get().pk))
    reader.press("fields", company=str(works.pk), company_name="Typed beside", seats="2")
    assert "Is this right?" in reader.text and "<dd>Works</dd>" in reader.text
    assert "<dd>Ann Arbor</dd>" in reader.text and "Typed beside" not in reader.text
    reader.press("back").press("fields", company="new", company_name="Other works", seats="2")
    assert "<dd>Other works</dd>" in reader.text
    assert "<dd>Works</dd>" not in reader.text


def test_how_to_pay_stands_at_the_end_in_the_letter_and_beside_what_is_owed() -> None:
    open_for_all(how_to_pay="IBAN DE00 <b>\nReference: your name")
    a_paid_plan(trial_days=14)
    reader = joins(Reader().open("/join/"))
    assert "IBAN DE00 &lt;b&gt;<br>Reference: your name" in reader.text
    letter = Mail.objects.get(kind="joined")
    draft = unseal(letter.sealed, letter.message_id)
    assert "IBAN DE00 <b>\nReference: your name" in draft.text.replace("\r", "")
    assert "IBAN DE00 &lt;b&gt;<br>" in draft.html
    shown = phone_of(Customer.objects.get()).get("/card/account/").content.decode()
    assert "IBAN DE00 &lt;b&gt;<br>" in shown


def test_who_holds_it_already() -> None:
    a_plan()
    joins(Reader().open("/join/"))
    reader = proves(Reader().open("/join/").press("plan"))
    reader.press("choose", customer=str(Customer.objects.get().pk))
    assert "You have this plan already" in reader.text
    assert Membership.objects.count() == 1


def test_a_plan_says_what_it_gives() -> None:
    plan = a_plan()
    glass = operations.save_permission(Permission(slug="glass", name="Glass of wine", is_benefit=True))
    talk = operations.save_permission(Permission(slug="talk", name="<b>Talk</b>", is_benefit=True))
    weekly = Limit(2, window_seconds=604_800)
    operations.save_plan(plan, [(Grant(permission=talk), ()), (Grant(permission=glass), (weekly,))])
    gives = Reader().open("/join/").text
    assert "<li>Glass of wine: 2 per week</li>" in gives
    assert "<li>&lt;b&gt;Talk&lt;/b&gt;: as often as you like</li>" in gives
    Partner.objects.create(slug="bar", name="Bar")
    Partner.objects.create(slug="shut", name="Shut", active=False)
    gives = Reader().open(f"/join/{plan.public_id}/").text
    assert "<li>Glass of wine: 2 per week, at any partner: Bar</li>" in gives and "Shut" not in gives


def test_a_plan_that_opens_doors_names_them() -> None:
    a_plan()
    assert "<li>Front door</li>" in Reader().open("/join/").text


def test_what_plans_give_costs_as_many_questions_for_many() -> None:
    a_plan("One")
    Reader().open("/join/")
    with CaptureQueriesContext(connection) as one:
        Reader().open("/join/")
    for number in range(5):
        a_plan(f"Plan {number}")
    with CaptureQueriesContext(connection) as many:
        Reader().open("/join/")
    assert len(many) == len(one)
