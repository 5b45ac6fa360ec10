"""Websites' tokens: what is refused, and why; one that counts does so once."""

import logging
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from django.conf import settings
from django.db import connection

from hub.audit.models import Entry
from hub.members.models import Customer
from hub.websites import operations, sealing
from hub.websites.faults import SAID, Fault
from hub.websites.key_operations import KeyShown, end_key, make_pair, revoke_key
from hub.websites.models import Subject, UsedToken, Website, WebsiteKey
from hub.websites.token_operations import note_framed, use_token
from tests.hub.conftest import Database
from tests.hub.website_tokens import AT, a_pair, a_secret, a_token, a_website, fault_of, later

SECONDS = int(AT.timestamp())
AT_ONCE = 10


@pytest.fixture
def website(sqlite_database: Database) -> Website:
    return a_website()


@pytest.fixture(params=["EdDSA", "HS256"])
def key(request: pytest.FixtureRequest, website: Website) -> KeyShown:
    return a_pair(website) if request.param == "EdDSA" else a_secret(website)


def test_a_visitor_is_who_the_website_says(website: Website, key: KeyShown) -> None:
    said = {
        "sub": "äöü 7",
        "email": "ann@club.example",
        "name": " Ann  Arbor",
        "email_verified": True,
        "role": "x",
    }
    visitor = use_token(website, a_token(website, key, **said), AT)
    assert (visitor.website, visitor.sub) == (website, "äöü 7")
    assert (visitor.email, visitor.name) == ("ann@club.example", "Ann Arbor")
    assert "ann" not in repr(visitor).lower() and "äöü" not in repr(visitor)
    bare = use_token(website, a_token(website, key, email=None, name=""), AT)
    assert (bare.sub, bare.email, bare.name) == ("user-7", "", "")
    assert not Customer.objects.exists() and not Subject.objects.exists()


@pytest.mark.parametrize(
    ("said", "fault"),
    [
        ({"iss": ...}, Fault.CLAIM_MISSING),
        ({"aud": ...}, Fault.CLAIM_MISSING),
        ({"sub": ...}, Fault.CLAIM_MISSING),
        ({"iat": ...}, Fault.CLAIM_MISSING),
        ({"exp": ...}, Fault.CLAIM_MISSING),
        ({"jti": ...}, Fault.CLAIM_MISSING),
        ({"jti": None}, Fault.CLAIM_MISSING),
        ({"iss": "somebody"}, Fault.ISSUER_WRONG),
        ({"iss": ["somebody"]}, Fault.ISSUER_WRONG),
        ({"iss": 7}, Fault.ISSUER_WRONG),
        ({"aud": "https://elsewhere.example"}, Fault.AUDIENCE_WRONG),
        ({"aud": f"{settings.DOORWARD_URL}/"}, Fault.AUDIENCE_WRONG),
        ({"aud": []}, Fault.AUDIENCE_WRONG),
        ({"aud": [settings.DOORWARD_URL, "https://elsewhere.example"]}, Fault.AUDIENCE_WRONG),
        ({"aud": {"a": 1}}, Fault.AUDIENCE_WRONG),
        ({"iat": str(SECONDS)}, Fault.TIME_WRONG),
        ({"iat": True}, Fault.TIME_WRONG),
        ({"iat": -1}, Fault.TIME_WRONG),
        ({"exp": 10**400}, Fault.TIME_WRONG),
        ({"exp": float("inf")}, Fault.TIME_WRONG),
        ({"exp": float("nan")}, Fault.TIME_WRONG),
        ({"exp": [1]}, Fault.TIME_WRONG),
        ({"nbf": "soon"}, Fault.TIME_WRONG),
        ({"exp": SECONDS + 301}, Fault.LIFETIME_WRONG),
        ({"iat": SECONDS + 20, "exp": SECONDS + 20}, Fault.LIFETIME_WRONG),
        ({"iat": SECONDS * 1000, "exp": SECONDS * 1000 + 60}, Fault.TIME_WRONG),
        ({"iat": SECONDS - 60, "exp": SECONDS}, Fault.EXPIRED),
        ({"iat": SECONDS - 400, "exp": SECONDS - 200}, Fault.EXPIRED),
        ({"iat": SECONDS + 31, "exp": SECONDS + 61}, Fault.TOO_EARLY),
        ({"nbf": SECONDS + 31}, Fault.TOO_EARLY),
        ({"sub": ""}, Fault.SUBJECT_WRONG),
        ({"sub": "  "}, Fault.SUBJECT_WRONG),
        ({"sub": 7}, Fault.SUBJECT_WRONG),
        ({"sub": ["7"]}, Fault.SUBJECT_WRONG),
        ({"sub": "x" * 256}, Fault.SUBJECT_WRONG),
        ({"sub": "a\nb"}, Fault.SUBJECT_WRONG),
        ({"sub": "a\x00b"}, Fault.SUBJECT_WRONG),
        ({"sub": "\ud800"}, Fault.SUBJECT_WRONG),
        ({"sub": "\u202egpj"}, Fault.SUBJECT_WRONG),
        ({"jti": 7}, Fault.ID_WRONG),
        ({"jti": "short"}, Fault.ID_WRONG),
        ({"jti": "x" * 256}, Fault.ID_WRONG),
        ({"jti": "\ud800" * 8}, Fault.ID_WRONG),
        ({"email": "nobody"}, Fault.EMAIL_WRONG),
        ({"email": ["a@club.example"]}, Fault.EMAIL_WRONG),
        ({"email": "a@club.example\nBcc: all@club.example"}, Fault.EMAIL_WRONG),
        ({"email": f"{'a' * 250}@club.example"}, Fault.EMAIL_WRONG),
        ({"name": 7}, Fault.NAME_WRONG),
        ({"name": "x" * 201}, Fault.NAME_WRONG),
        ({"name": "\x1b[2J"}, Fault.NAME_WRONG),
    ],
)
def test_a_claim_that_is_wrong_is_named(
    website: Website, key: KeyShown, said: dict[str, Any], fault: Fault
) -> None:
    assert fault_of(website, a_token(website, key, **said)) == fault
    assert not UsedToken.objects.exists()


@pytest.mark.parametrize(
    "said",
    [
        {"aud": [settings.DOORWARD_URL]},
        {"exp": SECONDS + 300},
        {"iat": SECONDS - 299, "exp": SECONDS + 1},
        {"iat": SECONDS + 30, "exp": SECONDS + 90, "nbf": SECONDS + 30},
        {"iat": SECONDS + 0.5, "exp": SECONDS + 60.5},
        {"sub": "x" * 255, "jti": "x" * 255, "name": "x" * 200},
    ],
)
def test_what_is_just_right_counts(website: Website, key: KeyShown, said: dict[str, Any]) -> None:
    assert fault_of(website, a_token(website, key, **said)) == ""


def test_it_counts_once_and_longer_than_it_lives_it_is_not_remembered(website: Website, key: KeyShown) -> None:
    token = a_token(website, key)
    assert [fault_of(website, token, later(each)) for each in (0, 1, 59, 60)] == ["", "used", "used", "expired"]
    other = a_website("Shop")
    mine, theirs = a_pair(other), a_token(website, key, jti="the very same")
    assert fault_of(website, theirs) == ""
    assert fault_of(other, a_token(other, mine, jti="the very same")) == ""
    assert UsedToken.objects.count() == 3
    at = later(4_000)
    assert fault_of(website, a_token(website, key, at), at) == ""
    assert UsedToken.objects.count() == 1


def test_keys_are_exchanged_with_no_visitor_refused(website: Website) -> None:
    old, day = a_pair(website), timedelta(days=1)
    new = make_pair(website.pk, AT)
    end_key(old.key.pk, AT)
    almost, over = AT + day - timedelta(seconds=1), AT + day
    assert fault_of(website, a_token(website, old, almost), almost) == ""
    assert fault_of(website, a_token(website, old, over), over) == Fault.KEY_ENDED
    assert fault_of(website, a_token(website, new, over), over) == ""


def test_a_revoked_key_counts_no_longer_at_once(website: Website, key: KeyShown) -> None:
    assert fault_of(website, a_token(website, key)) == ""
    revoke_key(key.key.pk, AT)
    assert fault_of(website, a_token(website, key)) == Fault.KEY_ENDED


def test_a_website_that_is_off_takes_none(website: Website, key: KeyShown) -> None:
    off = operations.set_active(website.pk, False)
    assert fault_of(off, a_token(website, key)) == Fault.WEBSITE_OFF
    assert fault_of(operations.set_active(website.pk, True), a_token(website, key)) == ""


def test_a_secret_that_cannot_be_read_is_said(website: Website) -> None:
    key = a_secret(website)
    WebsiteKey.objects.update(secret_encrypted=b"x" * 60)
    with pytest.raises(sealing.SecretUnreadable, match=key.key.kid):
        use_token(website, a_token(website, key), AT)


def test_the_log_says_why_and_nothing_of_the_token(
    website: Website, key: KeyShown, caplog: pytest.LogCaptureFixture
) -> None:
    token = a_token(website, key, email="ann@club.example", aud="https://elsewhere.example")
    with caplog.at_level(logging.INFO):
        fault_of(website, token)
    assert f"{website.public_id} is refused: audience_wrong" in caplog.text
    for secret in (token, token.split(".")[1], "ann@club", "elsewhere", "user-7"):
        assert secret not in caplog.text


def test_staff_see_what_came_last_and_nothing_else_is_written(website: Website, key: KeyShown) -> None:
    entries = Entry.objects.count()
    fault_of(website, "a.b.c")
    note_framed(website, AT)
    seen = Website.objects.get()
    assert (seen.refused_at, seen.refused_code, seen.framed_at, seen.used_at) == (AT, "malformed", AT, None)
    fault_of(website, a_token(website, key, later(59)), later(59))
    fault_of(website, "a", later(59))
    note_framed(website, later(59))
    seen = Website.objects.get()
    assert (seen.refused_at, seen.framed_at, seen.used_at) == (AT, AT, later(59))
    assert WebsiteKey.objects.get().used_at == later(59)
    assert Entry.objects.count() == entries


def test_of_ten_at_once_one_counts(database: Database) -> None:
    website = a_website()
    token, together = a_token(website, a_pair(website)), Barrier(AT_ONCE)

    def use(_number: int) -> str:
        together.wait()
        try:
            return fault_of(website, token)
        finally:
            connection.close()

    with ThreadPoolExecutor(AT_ONCE) as threads:
        faults = sorted(threads.map(use, range(AT_ONCE)))
    assert faults == ["", *["used"] * (AT_ONCE - 1)]
    assert UsedToken.objects.count() == 1


def test_every_fault_has_its_text() -> None:
    assert set(SAID) == set(Fault)
