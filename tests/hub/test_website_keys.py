"""Websites and their keys: what is made, what is taken, what stays secret."""

import base64
import json
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed448 import Ed448PrivateKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from hub.audit.models import Entry
from hub.websites import key_material, operations
from hub.websites.key_material import KeyRefused, public_key_in
from hub.websites.key_operations import (
    KEPT_MAX,
    KEYS_MAX,
    KeyShown,
    TooManyKeys,
    add_public_key,
    end_key,
    make_pair,
    make_secret,
    revoke_key,
)
from hub.websites.models import Website, WebsiteKey
from hub.websites.operations import WEBSITES_MAX, WebsiteRefused
from hub.websites.queries import frame_origins, website_with
from tests.hub.conftest import Database
from tests.hub.website_tokens import AT, a_pair, a_secret, a_token, a_website, fault_of


def public_pem(key: Ed25519PrivateKey | Ed448PrivateKey) -> str:
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


# The same in each process that collects these tests: their names hold it.
PRIVATE = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PEM = public_pem(PRIVATE)
PUBLIC = PRIVATE.public_key()
RAW = PUBLIC.public_bytes_raw()
X = base64.urlsafe_b64encode(RAW).rstrip(b"=").decode()
BASE64 = base64.b64encode(RAW).decode()
ORDER_4 = bytes(32)
FIELD = 2**255 - 19


def jwk(**said: str) -> str:
    return json.dumps({"kty": "OKP", "crv": "Ed25519", "x": X} | said)


@pytest.mark.parametrize(
    "pasted",
    [PEM, f"\n {PEM}\n", jwk(), X, BASE64, f"{BASE64[:20]}\r\n {BASE64[20:]}"],
)
def test_a_public_key_is_read_in_each_form(pasted: str) -> None:
    assert public_key_in(pasted) == RAW


def private_pem(key: Ed25519PrivateKey) -> str:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


@pytest.mark.parametrize(
    ("pasted", "why"),
    [
        (private_pem(PRIVATE), "private key, which only the website"),
        (jwk(d=X), "private key, which only the website"),
        (json.dumps({"kty": "oct", "k": X}), "private key, which only the website"),
        (jwk(crv="X25519"), "another kind"),
        (json.dumps({"kty": "RSA", "n": X, "e": "AQAB"}), "another kind"),
        (public_pem(Ed448PrivateKey.from_private_bytes(bytes(57))), "another kind"),
        ("", "32 bytes; this has 0"),
        (X[:-4], "32 bytes"),
        ("{", "This is no key"),
        ("{" + "[" * 1900, "This is no key"),
        (jwk(x="ü"), "This is no key"),
        ("-----BEGIN PUBLIC KEY-----\nü\n-----END PUBLIC KEY-----", "This is no key"),
        ("not a key!", "This is no key"),
        ("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI", "32 bytes"),
        ("x" * 2_001, "too long"),
        (base64.b64encode(ORDER_4).decode(), "Anybody could sign"),
        (base64.b64encode(bytes([1, *bytes(31)])).decode(), "Anybody could sign"),
        (base64.b64encode((FIELD - 1).to_bytes(32, "little")).decode(), "Anybody could sign"),
        (base64.b64encode((FIELD + 1).to_bytes(32, "little")).decode(), "Anybody could sign"),
    ],
)
def test_what_is_no_public_key_is_refused_and_says_why(pasted: str, why: str) -> None:
    with pytest.raises(KeyRefused, match=why):
        public_key_in(pasted)


def test_each_weak_point_is_one() -> None:
    """Edwards25519 (RFC 8032, section 5.1): eight times a point of small order is nothing, (0, 1)."""
    d = -121665 * pow(121666, -1, FIELD) % FIELD
    for weak in key_material._WEAK:
        y, x2 = weak, (weak * weak - 1) * pow(d * weak * weak + 1, -1, FIELD) % FIELD
        for _doubled in range(3):
            # By y and the square of x alone: -x2 + y2 = 1 + d x2 y2.
            y2 = y * y % FIELD
            y = (y2 + x2) * pow(2 + x2 - y2, -1, FIELD) % FIELD
            x2 = 4 * x2 * y2 * pow(y2 - x2, -2, FIELD) % FIELD
        assert (x2, y) == (0, 1)


def test_one_that_the_website_made_signs(sqlite_database: Database) -> None:
    website = a_website()
    key = add_public_key(website.pk, PEM, AT)
    seed = base64.urlsafe_b64encode(PRIVATE.private_bytes_raw()).decode()
    theirs = KeyShown(key, jwk(d=seed, alg="EdDSA"))
    assert fault_of(website, a_token(website, theirs)) == ""


def test_what_is_handed_over_is_kept_nowhere_as_it_is(sqlite_database: Database) -> None:
    website = a_website()
    pair, secret = make_pair(website.pk, AT), make_secret(website.pk, AT)
    kept = repr([*WebsiteKey.objects.values(), *Entry.objects.values()])
    for each, part in ((pair, "d"), (secret, "k")):
        shown = json.loads(each.jwk)
        raw = base64.urlsafe_b64decode(shown[part] + "=")
        assert (shown["kid"], shown["alg"], len(raw)) == (each.key.kid, each.key.algorithm, 32)
        assert shown[part] not in kept and raw.hex() not in kept and repr(raw)[2:-1] not in kept
        assert shown[part] not in repr(each)
    assert repr(pair.key.pk) and "jwk" not in repr(pair)


def test_a_secret_is_another_keys_nowhere(sqlite_database: Database) -> None:
    """What is encrypted for one key opens under no other."""
    website = a_website()
    one, other = a_secret(website), a_secret(website)
    WebsiteKey.objects.filter(pk=other.key.pk).update(
        secret_encrypted=bytes(WebsiteKey.objects.get(pk=one.key.pk).secret_encrypted)
    )
    with pytest.raises(Exception, match="cannot be read"):
        fault_of(website, a_token(website, other))


def test_a_revoked_secret_is_forgotten_and_revoked_once(database: Database) -> None:
    website = a_website()
    key = a_secret(website).key
    revoke_key(key.pk, AT)
    revoke_key(key.pk, AT + timedelta(days=1))
    end_key(key.pk, AT)
    stored = WebsiteKey.objects.get()
    assert (bytes(stored.secret_encrypted), stored.revoked_at, stored.until) == (b"", AT, None)
    assert [each.action for each in Entry.objects.filter(thing_kind="websitekey").order_by("number")] == [
        "created",
        "revoked",
    ]


def test_an_end_is_not_put_off(sqlite_database: Database) -> None:
    key = a_pair(a_website()).key
    end_key(key.pk, AT)
    end_key(key.pk, AT + timedelta(hours=5))
    assert WebsiteKey.objects.get().until == AT + timedelta(days=1)


def test_so_many_keys_count_at_once_and_the_oldest_that_ended_go(sqlite_database: Database) -> None:
    website = a_website()
    for _each in range(KEYS_MAX):
        make_pair(website.pk, AT)
    with pytest.raises(TooManyKeys, match="revoke one first"):
        make_pair(website.pk, AT)
    for number in range(KEPT_MAX):
        at = AT + timedelta(minutes=number)
        revoke_key(WebsiteKey.objects.filter(revoked_at=None).latest("pk").pk, at)
        newest = make_secret(website.pk, at)
    assert WebsiteKey.objects.count() <= KEPT_MAX
    assert WebsiteKey.objects.filter(revoked_at=None).count() == KEYS_MAX
    assert WebsiteKey.objects.filter(pk=newest.key.pk).exists()


def test_a_website_is_changed_switched_and_deleted_and_the_log_has_it(database: Database) -> None:
    website = a_website()
    make_pair(website.pk, AT)
    operations.change_website(website.pk, " The   shop ", ["https://shop.example/"])
    shown = website_with(website.public_id)
    assert (shown.name, frame_origins(shown)) == ("The shop", ["https://shop.example"])
    off = operations.set_active(website.pk, False)
    assert frame_origins(off) == []
    with pytest.raises(Website.DoesNotExist):
        website_with(website.public_id)
    operations.set_active(website.pk, True)
    operations.delete_website(website.pk)
    assert not WebsiteKey.objects.exists()
    entries = Entry.objects.filter(thing_kind="website").order_by("number")
    assert [each.action for each in entries] == ["created", "changed", "disabled", "enabled", "deleted"]
    assert entries[1].after == {"name": "The shop", "origins": ["https://shop.example"]}


def test_what_cannot_be_changes_nothing(sqlite_database: Database) -> None:
    website = a_website()
    for name in ("", "   ", "x" * 101, "a\x1bb"):
        with pytest.raises(WebsiteRefused, match="Give it a name"):
            operations.change_website(website.pk, name, [])
    for number in range(WEBSITES_MAX - 1):
        a_website(f"Website {number}")
    with pytest.raises(WebsiteRefused, match="delete one first"):
        a_website("One more")
    assert Website.objects.get(pk=website.pk).name == "Club"
