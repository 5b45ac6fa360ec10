"""What the club's website says of who is logged in there. In a browser: tests/hub/test_demo_website.py."""

import base64
import hashlib
import hmac
import json

from demo.website import pages
from demo.website.tokens import Known, token_for

SECRET = b"\1" * 32
KEY = json.dumps(
    {"kty": "oct", "k": base64.urlsafe_b64encode(SECRET).rstrip(b"=").decode(), "alg": "HS256", "kid": "k1"}
)
KNOWN = Known("http://127.0.0.1:8000", "0a1b", KEY)


def test_a_token_is_signed_for_this_hub_and_another_one_each_time() -> None:
    token, other = token_for(pages.VISITOR, KNOWN), token_for(pages.VISITOR, KNOWN)
    header, claims, signature = (base64.urlsafe_b64decode(part + "==") for part in token.split("."))
    assert json.loads(header) == {"alg": "HS256", "kid": "k1", "typ": "JWT"}
    said = json.loads(claims)
    assert (said["iss"], said["aud"], said["sub"]) == ("0a1b", KNOWN.hub, "visitor-7")
    assert said["exp"] - said["iat"] <= 300
    assert hmac.digest(SECRET, token.rpartition(".")[0].encode(), hashlib.sha256) == signature
    assert other != token
    assert KEY not in repr(KNOWN)


def test_who_is_not_logged_in_has_no_token() -> None:
    open_page, known_page = pages.page("/", KNOWN), pages.page("/logged-in", KNOWN)
    assert open_page is not None and "data-token" not in open_page
    assert known_page is not None and 'data-token="ey' in known_page
    assert pages.page("/elsewhere", KNOWN) is None
    assert pages.policy(KNOWN).count(KNOWN.hub) == 2
