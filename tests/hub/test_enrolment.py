"""Enrolment codes, and what an edge gets for one: operations, POST /enrol, the staff's page and the command."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from contract.enrolment import REQUEST_BYTES_MAX
from contract.enrolment_code import EnrolError, EnrolWhy, make_code, read_code
from contract.instants import to_us
from hub import authority
from hub.enrolment import attempt_operations
from hub.enrolment.models import EnrolAttempt, EnrolmentCode
from hub.enrolment.operations import CODE_LASTS, enrol, make_code_for
from hub.enrolment.states import State, state_of
from hub.fleet.identity_operations import revoke_edge
from hub.fleet.models import Edge
from hub.fleet.named import UnknownEdge
from hub.settings import ENVIRONMENT, KEYS
from tests.enrolled import HUB_KEY
from tests.hub.conftest import Database, run_hub
from tests.hub.enrolling import Pi, certificate_request_by
from tests.hub.scans import small_club
from tests.hub.staff_pages import address

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def edge(database: Database) -> Edge:
    """One that was enrolled once before."""
    return small_club().edge


def refused(request: bytes, at: datetime = AT) -> EnrolWhy:
    with pytest.raises(EnrolError) as caught:
        enrol(request, at)
    return caught.value.why


def test_an_edge_enrols(edge: Edge) -> None:
    pi, shown = Pi(), make_code_for("clubhouse", AT)
    assert shown.command.endswith("--hub http://127.0.0.1:8000 --name clubhouse")
    assert shown.text not in repr(shown)
    assert state_of(Edge.objects.get(), AT) is State.CODE_WAITING
    pending = pi.ask(shown.text)
    delivered = pi.take(enrol(pending.request, AT + MINUTE), pending)
    assert (delivered.feed, delivered.epoch) == ("everyone", edge.feed.epoch)
    assert (delivered.organization_key, delivered.generation) == (KEYS.organization, 1)
    assert (delivered.broker_host, delivered.broker_port, delivered.broker_tls) == ("127.0.0.1", 1883, False)
    assert delivered.at_us == to_us(AT + MINUTE)
    enrolled = Edge.objects.get()
    assert (bytes(enrolled.signing_key), enrolled.enrolments) == (pi.signing_key.verifying.public, 2)
    assert state_of(enrolled, AT) is State.ENROLLED
    certificate = pi.certificate()
    assert certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value == "edge:clubhouse:2"
    assert certificate.public_key() == pi.tls_key.public_key()
    assert certificate.not_valid_before_utc.year == 2020
    own = authority.load(ENVIRONMENT.authority, KEYS.authority).certificate
    certificate.verify_directly_issued_by(own)
    usage = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert list(usage) == [ExtendedKeyUsageOID.CLIENT_AUTH]


def test_the_same_request_again_gets_the_same_and_another_gets_nothing(edge: Edge) -> None:
    pi, shown = Pi(), make_code_for("clubhouse", AT)
    pending = pi.ask(shown.text)
    first = pi.take(enrol(pending.request, AT), pending)
    again = pi.take(enrol(pending.request, AT + MINUTE), pending)
    assert again.certificate == first.certificate
    assert Edge.objects.get().enrolments == 2
    other = Pi(number=2)
    assert refused(other.ask(shown.text).request) is EnrolWhy.USED
    assert refused(pi.ask(shown.text, nonce=b"m" * 16).request) is EnrolWhy.USED
    assert bytes(Edge.objects.get().signing_key) == pi.signing_key.verifying.public
    assert refused(pending.request, AT + CODE_LASTS) is EnrolWhy.USED


def test_what_does_not_count_changes_nothing(edge: Edge) -> None:
    pi, shown = Pi(), make_code_for("clubhouse", AT)
    before = Edge.objects.values().get(), EnrolmentCode.objects.values().get()
    good = pi.ask(shown.text)
    assert refused(good.request, AT + CODE_LASTS) is EnrolWhy.EXPIRED
    assert refused(Pi("annex").ask(shown.text).request) is EnrolWhy.WRONG_NAME
    assert refused(good.request[:-1] + bytes([good.request[-1] ^ 1])) is EnrolWhy.WRONG_SECRET
    assert refused(pi.ask(shown.text, b"no request").request) is EnrolWhy.BAD_KEY
    assert refused(
        pi.ask(shown.text, certificate_request_by(ec.generate_private_key(ec.SECP384R1()))).request
    ) is (EnrolWhy.BAD_KEY)
    changed = bytearray(certificate_request_by(pi.tls_key))
    changed[-1] ^= 1
    assert refused(pi.ask(shown.text, bytes(changed)).request) is EnrolWhy.BAD_KEY
    nobodys = make_code(b"x" * 10, HUB_KEY.verifying.public).text()
    assert refused(pi.ask(nobodys).request) is EnrolWhy.UNKNOWN_CODE
    assert refused(b"\xa0") is EnrolWhy.MALFORMED
    assert (Edge.objects.values().get(), EnrolmentCode.objects.values().get()) == before
    enrol(good.request, AT)


def test_a_newer_code_ends_the_one_before(edge: Edge) -> None:
    first, second = (make_code_for("clubhouse", AT) for _ in range(2))
    assert first.text != second.text
    assert refused(Pi().ask(first.text).request) is EnrolWhy.UNKNOWN_CODE
    enrol(Pi().ask(second.text).request, AT)


def test_revocation_ends_what_was_made_before_it(edge: Edge) -> None:
    pi, shown = Pi(), make_code_for("clubhouse", AT)
    revoke_edge(edge.pk, AT + MINUTE)
    assert refused(pi.ask(shown.text).request, AT + 2 * MINUTE) is EnrolWhy.EXPIRED
    assert state_of(Edge.objects.get(), AT + 2 * MINUTE) is State.REVOKED
    shown = make_code_for("clubhouse", AT + 2 * MINUTE)
    pending = pi.ask(shown.text)
    enrol(pending.request, AT + 3 * MINUTE)
    assert Edge.objects.get().revoked_at is None
    revoke_edge(edge.pk, AT + 4 * MINUTE)
    assert refused(pending.request, AT + 5 * MINUTE) is EnrolWhy.USED
    assert Edge.objects.get().revoked_at is not None


def test_there_is_no_such_edge(edge: Edge) -> None:
    with pytest.raises(UnknownEdge, match="add it on the page of edges"):
        make_code_for("annex", AT)


def test_a_code_of_another_key_of_the_hubs_has_lapsed(edge: Edge) -> None:
    shown = make_code_for("clubhouse", AT)
    kept = EnrolmentCode.objects.get()
    EnrolmentCode.objects.update(fingerprint=b"\0" * 10)
    assert bytes(kept.fingerprint) == HUB_KEY.id == read_code(shown.text).fingerprint
    # The fingerprint is in the MAC: only a request made with this very code comes as far as the key.
    other = make_code(read_code(shown.text).secret, bytes(32))
    assert refused(Pi().ask(shown.text).request) is EnrolWhy.WRONG_SECRET
    EnrolmentCode.objects.update(fingerprint=other.fingerprint)
    assert refused(Pi().ask(other.text()).request) is EnrolWhy.EXPIRED


# Over HTTP


def post(body: bytes, where: str = "203.0.113.7") -> tuple[int, dict[str, str] | bytes]:
    client = Client(SERVER_NAME="localhost", enforce_csrf_checks=True, REMOTE_ADDR=where)
    response = client.post("/enrol", body, content_type="application/cbor")
    assert "no-store" in response["Cache-Control"]
    is_json = response["Content-Type"] == "application/json"
    return response.status_code, response.json() if is_json else response.content


def live_code() -> str:
    return make_code_for("clubhouse", datetime.now(UTC)).text


def test_an_edge_enrols_over_http(edge: Edge) -> None:
    pi = Pi()
    pending = pi.ask(live_code())
    for _ in range(2):
        status, answer = post(pending.request)
        assert status == 200
        assert isinstance(answer, bytes)
        assert pi.take(answer, pending).feed == "everyone"


def test_what_is_wrong_is_said_over_http(edge: Edge) -> None:
    code = live_code()
    status, told = post(Pi("annex").ask(code).request)
    assert (status, told["why"]) == (403, "wrong_name")
    assert code not in told["text"]
    assert post(b"\xff")[0] == 400
    assert post(b"")[0] == 413
    status, told = post(bytes(REQUEST_BYTES_MAX + 1))
    assert (status, told["why"]) == (413, "wrong_size")
    assert Client(SERVER_NAME="localhost").get("/enrol").status_code == 405


def test_an_unknown_code_and_a_wrong_secret_are_answered_alike(edge: Edge) -> None:
    request = bytearray(Pi().ask(live_code()).request)
    request[-1] ^= 1
    unknown = Pi().ask(make_code(b"x" * 10, HUB_KEY.verifying.public).text()).request
    assert post(bytes(request)) == post(unknown) == post(unknown, "203.0.113.8")
    assert post(unknown)[0] == 403


def test_guessing_is_braked_by_address_and_in_all_and_holds_no_code_up(
    edge: Edge, monkeypatch: pytest.MonkeyPatch
) -> None:
    good = Pi().ask(live_code())
    for n in range(attempt_operations.MAX_ADDRESS):
        assert post(b"\xa0", f"2001:db8::{n:x}")[0] == 400
    status, told = post(b"\xa0", "2001:db8::ffff:1")
    assert (status, told["why"]) == (429, "too_many")
    assert post(b"\xa0", "2001:db8:0:1::1")[0] == 400
    assert EnrolAttempt.objects.count() == attempt_operations.MAX_ADDRESS + 1
    monkeypatch.setattr(attempt_operations, "MAX_STRANGERS", attempt_operations.MAX_ADDRESS)
    assert post(b"\xa0", "203.0.113.8")[0] == 429
    assert post(good.request, "2001:db8::1")[0] == 200


def test_an_address_of_ipv4_in_ipv6_is_its_own(edge: Edge) -> None:
    for where in ("::ffff:203.0.113.7", "203.0.113.7", "no address"):
        post(b"\xa0", where)
    assert sorted(Counter(EnrolAttempt.objects.values_list("where_hash", flat=True)).values()) == [1, 2]


def test_a_code_that_has_lapsed_is_a_strangers(edge: Edge, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attempt_operations, "MAX_ADDRESS", 3)
    lapsed = Pi().ask(make_code_for("clubhouse", datetime.now(UTC) - 2 * CODE_LASTS).text).request
    assert [post(lapsed)[0] for _ in range(4)] == [403, 403, 403, 429]
    good = Pi().ask(live_code()).request
    assert [post(good)[0] for _ in range(4)] == [200] * 4


def test_the_very_same_request_is_braked_by_its_code(edge: Edge, monkeypatch: pytest.MonkeyPatch) -> None:
    good = Pi().ask(live_code())
    monkeypatch.setattr(attempt_operations, "MAX_CODE", 3)
    assert [post(good.request, f"203.0.113.{n}")[0] for n in range(4)] == [200, 200, 200, 429]


@pytest.mark.parametrize("length", ["9" * 5_000, "9" * 9, "x", "-1"])
def test_a_length_that_is_none_is_refused(sqlite_database: Database, length: str) -> None:
    client = Client(SERVER_NAME="localhost")
    answer = client.generic("POST", "/enrol", b"x", content_type="application/cbor", CONTENT_LENGTH=length)
    assert answer.status_code == 413


# For staff


def test_staff_make_a_code_on_an_edges_page(edge: Edge) -> None:
    staff = Client(SERVER_NAME="localhost")
    staff.force_login(User.objects.create_superuser("owner"))
    way, its_page = reverse("desk:enrol", args=[edge.pk]), reverse("desk:edge", args=[edge.pk])
    assert way in staff.get(its_page).content.decode()
    asked = staff.get(way)
    assert "Make the code" in asked.content.decode()
    assert "The Pi that is this edge now goes on" in asked.content.decode()
    assert EnrolmentCode.objects.count() == 0
    made = staff.post(way)
    assert "no-store" in made["Cache-Control"]
    assert "sudo doorward-edge enroll --hub http://127.0.0.1:8000 --name clubhouse</pre>" in made.content.decode()
    assert "code waiting" in staff.get(address(Edge, "changelist")).content.decode()
    assert "A code waits until" in staff.get(its_page).content.decode()
    assert "<svg" in made.content.decode() and "The code counts for 59 min" in made.content.decode()
    progress = f"{reverse('desk:enrolling', args=[edge.pk])}?before={edge.enrolments}"
    assert "Waiting for the Pi" in staff.get(progress).content.decode()
    Edge.objects.update(enrolments=edge.enrolments + 1)
    assert "Enrolled" in staff.get(progress).content.decode()


def test_enrolment_stands_first_on_the_page_until_a_machine_is_the_edge(edge: Edge) -> None:
    staff = Client(SERVER_NAME="localhost")
    staff.force_login(User.objects.create_superuser("owner"))
    revoking = reverse("desk:revoke_edge", args=[edge.pk])

    def shown() -> str:
        return staff.get(reverse("desk:edge", args=[edge.pk])).content.decode()

    Edge.objects.update(signing_key=None, enrolments=0)
    before = shown()
    assert before.index(">Enrolment<") < before.index('id="doings"')
    assert revoking not in before
    Edge.objects.update(signing_key=bytes(32), enrolments=1)
    enrolled = shown()
    assert enrolled.index('id="doings"') < enrolled.index(">Enrolment<")
    assert revoking in enrolled
    assert "goes on deciding" in staff.get(revoking).content.decode()
    assert Edge.objects.get().revoked_at is None
    assert "is revoked" in staff.post(revoking, follow=True).content.decode()
    assert Edge.objects.get().revoked_at is not None
    revoked = shown()
    assert revoked.index(">Enrolment<") < revoked.index('id="doings"')
    assert revoking not in revoked
    assert "The Pi that is this edge now" not in staff.get(reverse("desk:enrol", args=[edge.pk])).content.decode()


def test_who_may_not_change_edges_makes_no_code(edge: Edge) -> None:
    staff = Client(SERVER_NAME="localhost")
    staff.force_login(User.objects.create_user("viewer", is_staff=True))
    way = reverse("desk:enrol", args=[edge.pk])
    assert staff.get(way).status_code == staff.post(way).status_code == 403
    assert EnrolmentCode.objects.count() == 0


def test_a_code_is_made_by_command(sqlite_database: Database) -> None:
    small_club()
    done = run_hub("enrol", "clubhouse", "--minutes", "5", **sqlite_database.environment)
    assert done.returncode == 0, done.stderr
    code = done.stdout.partition("asks for the code:")[2].split()[0]
    assert read_code(code).id == bytes(EnrolmentCode.objects.get().code_id)
    wrong = run_hub("enrol", "annex", **sqlite_database.environment)
    assert wrong.returncode == 2
    assert wrong.stderr == "doorward-hub: there is no edge 'annex': add it on the page of edges\n"
    assert run_hub("enrol", "clubhouse", "--minutes", "0", **sqlite_database.environment).returncode == 1
