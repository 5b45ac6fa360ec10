"""Whether a token is a website's: its form, the key that it names, and that its header chooses nothing."""

import hmac
import json
from hashlib import sha256
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from hub.websites.faults import Fault
from hub.websites.key_operations import KeyShown
from hub.websites.models import UsedToken, Website, WebsiteKey
from hub.websites.verifying import TOKEN_LETTERS_MAX
from tests.hub.conftest import Database
from tests.hub.website_tokens import a_pair, a_secret, a_token, a_website, by_hand, claims_of, fault_of, signed


@pytest.fixture
def website(sqlite_database: Database) -> Website:
    return a_website()


@pytest.fixture(params=["EdDSA", "HS256"])
def key(request: pytest.FixtureRequest, website: Website) -> KeyShown:
    return a_pair(website) if request.param == "EdDSA" else a_secret(website)


def test_the_same_signature_written_otherwise_is_the_same_token(website: Website, key: KeyShown) -> None:
    token = a_token(website, key)
    assert fault_of(website, token) == ""
    head, body, signature = token.split(".")
    assert fault_of(website, f"{head}.{body}.{signature}==") in ("used", "malformed")


def test_the_public_key_is_no_secret(website: Website) -> None:
    """RFC 8725, section 2.1."""
    pair = a_pair(website)
    public = bytes(WebsiteKey.objects.get().public_key)
    header = {"alg": "HS256", "kid": pair.key.kid}
    unsigned = by_hand(header, claims_of(website)).rpartition(".")[0]
    for secret in (public, public.hex().encode(), json.dumps(jwk_of(pair)).encode()):
        signature = hmac.new(secret, unsigned.encode(), sha256).digest()
        token = f"{unsigned}.{by_hand(0, 0, signature).rpartition('.')[2]}"
        assert fault_of(website, token) == Fault.ALGORITHM_WRONG


def jwk_of(pair: KeyShown) -> dict[str, str]:
    return {name: each for name, each in json.loads(pair.jwk).items() if name != "d"}


@pytest.mark.parametrize("algorithm", ["none", "None", "", None, 7, ["EdDSA"], "HS512", "RS256", "eddsa", {}])
def test_the_header_does_not_choose_the_algorithm(website: Website, key: KeyShown, algorithm: Any) -> None:
    token = by_hand({"alg": algorithm, "kid": key.key.kid}, claims_of(website))
    assert fault_of(website, token) in (Fault.ALGORITHM_WRONG, Fault.MALFORMED)
    without = by_hand({"kid": key.key.kid}, claims_of(website))
    assert fault_of(website, without) in (Fault.ALGORITHM_WRONG, Fault.MALFORMED)


def test_a_signature_of_nothing_or_of_something_else_is_wrong(website: Website, key: KeyShown) -> None:
    head, body, signature = a_token(website, key).split(".")
    other = a_token(website, key, sub="somebody else")
    for token in (f"{head}.{body}.", f"{head}.{other.split('.')[1]}.{signature}", f"{head}.{body}.AAAA"):
        assert fault_of(website, token) == Fault.SIGNATURE_WRONG


def test_a_key_is_its_own_websites_alone(website: Website, key: KeyShown) -> None:
    other = a_website("Shop")
    theirs = a_pair(other)
    assert fault_of(website, a_token(website, theirs)) == Fault.KEY_UNKNOWN
    assert fault_of(other, a_token(other, key)) == Fault.KEY_UNKNOWN
    assert fault_of(website, signed(theirs, claims_of(website), kid=key.key.kid)) in (
        Fault.SIGNATURE_WRONG,
        Fault.ALGORITHM_WRONG,
    )
    assert fault_of(other, a_token(website, theirs)) == Fault.ISSUER_WRONG


@pytest.mark.parametrize(
    ("kid", "fault"),
    [(..., Fault.KEY_MISSING), ("", Fault.KEY_UNKNOWN), ("a\x00", Fault.KEY_UNKNOWN), (7, Fault.MALFORMED)],
)
def test_a_key_has_to_be_named(website: Website, key: KeyShown, kid: Any, fault: Fault) -> None:
    header = {"alg": key.key.algorithm} | ({} if kid is ... else {"kid": kid})
    assert fault_of(website, by_hand(header, claims_of(website))) == fault


@pytest.mark.parametrize("extra", [{"crit": ["b64"], "b64": False}, {"crit": ["x"], "x": 1}, {"b64": False}])
def test_what_has_to_be_understood_and_is_not_is_refused(
    website: Website, key: KeyShown, extra: dict[str, Any]
) -> None:
    header = {"alg": key.key.algorithm, "kid": key.key.kid} | extra
    assert fault_of(website, by_hand(header, claims_of(website), b"x" * 64)) == Fault.MALFORMED


@pytest.mark.parametrize(
    "token",
    [
        "",
        ".",
        "..",
        "a.b.c",
        "a.b.c.d",
        "ü.ü.ü",
        "\ud800",
        by_hand([], {}),
        by_hand("kid", {}),
        by_hand(b"[" * 1500, {}),
        by_hand(b'{"kid": ' + b"9" * 2000, {}),
    ],
)
def test_what_is_no_token_is_malformed(website: Website, token: str) -> None:
    assert fault_of(website, token) == Fault.MALFORMED


def test_a_payload_that_is_no_object_is_malformed(website: Website) -> None:
    key = a_secret(website)
    for claims in ([], "sub", None, 7):
        assert fault_of(website, signed(key, claims)) == Fault.MALFORMED  # type: ignore[arg-type]


def test_one_that_is_too_long_is_not_looked_at(website: Website, key: KeyShown) -> None:
    long = a_token(website, key, more="x" * TOKEN_LETTERS_MAX)
    assert fault_of(website, long) == Fault.TOO_LONG


MANY = examples(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)


@pytest.mark.parametrize("algorithm", ["EdDSA", "HS256"])
@examples(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(data=st.data())
def test_whatever_is_signed_it_is_refused_or_a_visitor(website: Website, algorithm: str, data: Any) -> None:
    WebsiteKey.objects.all().delete()
    shown = a_pair(website) if algorithm == "EdDSA" else a_secret(website)
    names = st.sampled_from(["iss", "aud", "sub", "iat", "exp", "nbf", "jti", "email", "name", "x"])
    said = claims_of(website) | data.draw(st.dictionaries(names, JSON, max_size=3))
    fault = fault_of(website, signed(shown, said))
    assert fault in {"", *Fault}


@examples(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(token=st.text(max_size=60) | st.tuples(JSON, JSON, st.binary(max_size=70)))
def test_garbage_is_refused(website: Website, token: Any) -> None:
    text = token if isinstance(token, str) else by_hand(*token)
    assert fault_of(website, text) in set(Fault)
    assert not UsedToken.objects.exists()
