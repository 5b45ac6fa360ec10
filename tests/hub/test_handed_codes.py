"""Codes that staff hand out: for hubs that send no letters, typed where a mailed code is, once and for a day."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from hub.accounts.handed_operations import FOR_A_CUSTOMER, LASTS, TooManyCodes, hand_code, prove_typed
from hub.accounts.models import HandedCode, SignInCode
from hub.accounts.proofs import How, NotProved
from hub.audit.models import Entry
from hub.cards.link_operations import link_of
from hub.cards.models import CardLink
from hub.joining import who_operations
from hub.joining.steps import Step
from hub.members import operations
from hub.members.models import Customer, Membership
from hub.websites.queries import customer_of
from tests.hub.card_page import phone
from tests.hub.joining_club import HERE, MAIL, Joiner, a_member, a_plan, open_for_all
from tests.hub.people import AT
from tests.hub.website_tokens import a_pair, a_token, a_website
from tests.hub.without_scripts import Reader

pytestmark = pytest.mark.usefixtures("database")
MINUTE = timedelta(minutes=1)
STATE = "of a page"


def no_mail() -> Customer:
    return operations.save_customer(Customer(name="Ann"))


def test_it_says_who_they_are_once_and_proves_no_mailbox() -> None:
    ann = a_member()
    code = hand_code(ann, AT)
    proof = prove_typed(STATE, f" {code[:4].lower()}-{code[4:]} ", HERE, AT + LASTS - MINUTE)
    assert (proof.how, proof.customers, proof.email) == (How.HANDED, (ann.pk,), "")
    for state in ("another page", ""):
        with pytest.raises(NotProved):
            prove_typed(state, code, HERE, AT + LASTS - MINUTE)
    with pytest.raises(NotProved):
        prove_typed(STATE, code, HERE, AT + LASTS)


def test_the_same_page_told_it_twice_is_one_session() -> None:
    ann = a_member()
    code = hand_code(ann, AT)
    seeds = {prove_typed(STATE, code, HERE, AT + timedelta(seconds=each)).seed for each in range(3)}
    assert len(seeds) == 1 and code not in seeds.pop()
    with pytest.raises(NotProved):
        prove_typed(STATE, code, HERE, AT + 2 * MINUTE)


def test_a_newer_one_ends_it_and_too_many_are_not_made() -> None:
    ann = a_member()
    codes = [hand_code(ann, AT) for _ in range(FOR_A_CUSTOMER.count)]
    with pytest.raises(TooManyCodes):
        hand_code(ann, AT)
    with pytest.raises(NotProved):
        prove_typed(STATE, codes[0], HERE, AT)
    assert prove_typed(STATE, codes[-1], HERE, AT).customers == (ann.pk,)


def test_neither_the_database_nor_the_audit_log_has_it() -> None:
    code = hand_code(a_member(), AT)
    assert len(code) == 8 and not code.isdigit()
    assert code.encode() not in bytes(HandedCode.objects.get().code_hash)
    [entry] = Entry.objects.filter(action="sign-in code made")
    assert code not in str(entry.__dict__)


def test_guesses_are_braked_by_where_they_come_from() -> None:
    code = hand_code(a_member(), AT)
    for _ in range(30):
        with pytest.raises(NotProved, match="not right"):
            prove_typed(STATE, "BBBB BBBB", HERE, AT)
    with pytest.raises(NotProved, match="Too many"):
        prove_typed(STATE, code, HERE, AT)
    assert prove_typed(STATE, code, "192.0.2.2", AT)


def test_staff_are_shown_it_once(colleague_client: Client, front_desk_client: Client) -> None:
    ann = no_mail()
    address = f"/desk/customers/{ann.pk}/sign-in-code/"
    assert front_desk_client.post(address).status_code == 403
    shown = colleague_client.post(address)
    assert "no-store" in shown["Cache-Control"]
    code = shown.context_data["code"]
    assert code in shown.content.decode() and "/card/login" in shown.content.decode()
    assert prove_typed(STATE, code, HERE, timezone.now()).customers == (ann.pk,)
    for _ in range(5):
        answer = colleague_client.post(address, follow=True)
    assert "Five codes an hour" in answer.content.decode()


def test_a_member_signs_in_by_it_where_no_letters_are_sent() -> None:
    ann, client = no_mail(), phone()
    page = client.get("/card/login")
    assert "Ask at the desk for a sign-in code" in page.content.decode()
    said = {"state": page.context_data["state"], "handed": "1"}
    wrong = client.post("/card/login/code", said | {"code": "BBBB BBBB"})
    assert (wrong.status_code, wrong.context_data["state"]) == (422, said["state"])
    assert "Ask at the desk for another" in wrong.content.decode()
    code = hand_code(ann, timezone.now())
    for _ in range(2):
        answer = phone().post("/card/login/code", said | {"code": code})
        assert (answer.status_code, answer["Location"]) == (302, "/card/")
    link = link_of(answer.cookies["doorward_card"].value)
    assert link.customer == ann and link.proved_at is not None
    assert CardLink.objects.count() == 1


def test_somebody_joins_by_it_where_no_letters_are_sent() -> None:
    open_for_all()
    plan, ann = a_plan(), no_mail()
    reader = Reader().open(f"/join/{plan.public_id}/").press("plan")
    assert "Ask at the desk" in reader.text and "Send me a code" not in reader.text
    reader.press("handed", code="BBBB BBBB")
    assert reader.page.status_code == 422 and "Ask at the desk for another" in reader.text
    reader.press("handed", code=hand_code(ann, timezone.now())).press("agree")
    assert "You have joined." in reader.text and Membership.objects.get().customer == ann


def test_without_mail_no_code_is_said_to_be_on_its_way() -> None:
    open_for_all()
    joiner = Joiner(a_plan())
    who_operations.ask_code(joiner.flow, MAIL, AT)
    assert joiner.step is Step.WHO and not SignInCode.objects.exists()


def test_a_websites_visitor_is_told_apart_by_it() -> None:
    open_for_all()
    website, ann = a_website(), a_member()
    joiner = Joiner(a_plan(), website, a_token(website, a_pair(website), email=MAIL))
    assert joiner.step is Step.WHO
    who_operations.by_handed(joiner.flow, hand_code(ann, joiner.at), HERE, joiner.at)
    joiner.agrees()
    assert customer_of(website, "user-7") == ann
