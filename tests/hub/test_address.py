"""Whom the hub takes an address from: its own machine's proxy alone, and of what that says only the last."""

import pytest
from django.test import RequestFactory

from hub.login.address import address_of


@pytest.mark.parametrize(
    ("peer", "forwarded", "address"),
    [
        ("203.0.113.7", "", "203.0.113.7"),
        ("203.0.113.7", "192.0.2.1", "203.0.113.7"),
        ("127.0.0.1", "", "127.0.0.1"),
        ("127.0.0.1", "192.0.2.1", "192.0.2.1"),
        ("::1", "10.0.0.1, 192.0.2.1", "192.0.2.1"),
        ("::ffff:127.0.0.1", "192.0.2.1", "192.0.2.1"),
        ("::ffff:203.0.113.7", "", "203.0.113.7"),
        ("2001:db8:0:7:1:2:3:4", "", "2001:db8:0:7::/64"),
        ("127.0.0.1", "2001:db8:0:7:ffff::1", "2001:db8:0:7::/64"),
        ("::1", "", "::1"),
        ("", "192.0.2.1", ""),
    ],
)
def test_who_asks(peer: str, forwarded: str, address: str) -> None:
    more = {"HTTP_X_FORWARDED_FOR": forwarded} if forwarded else {}
    assert address_of(RequestFactory().get("/", REMOTE_ADDR=peer, **more)) == address
