"""Where messages may go: not into the network around the hub, whatever an address says or a name stands for."""

import asyncio
import socket
import threading
from typing import Any
from urllib.parse import urlsplit

import pytest

from hub.webhooks.addresses import AddressRefused, Rules, check, resolved
from hub.webhooks.lookups import Lookups

PUBLIC, PRIVATE, DEVELOPING = Rules(False, False), Rules(True, False), Rules(False, True)


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1/",
        "https://[::1]/",
        "https://10.1.2.3/",
        "https://192.168.1.20/hooks",
        "https://172.16.0.1/",
        "https://100.64.0.1/",
        "https://[fd00::1]/",
        "https://169.254.169.254/latest/meta-data",
        "https://[fe80::1]/",
        "https://0.0.0.0/",
        "https://224.0.0.1/",
        "https://240.0.0.1/",
        "https://[::ffff:10.0.0.1]/",
        "https://[2002:0a00:0001::]/",
        "https://[64:ff9b::a00:1]/",
        "http://club.example/",
        "http://127.0.0.1/",
        "ftp://club.example/",
        "https:///hooks",
        "https://club.example/a b",
        "https://club.example/\n",
        "https://club.example/" + "a" * 500,
    ],
)
def test_what_is_refused(url: str) -> None:
    with pytest.raises(AddressRefused):
        check(url, PUBLIC)


def test_what_an_owner_may_allow_and_what_nobody_may() -> None:
    for url in ("https://10.1.2.3/", "https://192.168.1.20:8443/hooks", "https://[fd00::1]/"):
        check(url, PRIVATE)
    for url in ("https://127.0.0.1/", "https://169.254.169.254/", "https://[::1]/", "http://10.1.2.3/"):
        with pytest.raises(AddressRefused):
            check(url, PRIVATE)


def test_the_loopback_counts_while_somebody_develops() -> None:
    check("http://127.0.0.1:9000/hooks", DEVELOPING)
    check("http://localhost:9000/hooks", DEVELOPING)
    with pytest.raises(AddressRefused):
        check("http://10.1.2.3/", DEVELOPING)


def test_a_name_is_judged_by_what_it_stands_for() -> None:
    """localhost is a name like any other; so are numbers in other bases."""
    for url in ("https://localhost/", "https://2130706433/", "https://0x7f.1/"):
        parts = check(url, PUBLIC)
        with pytest.raises(AddressRefused):
            asyncio.run(resolved(parts, PUBLIC, Lookups()))
    assert asyncio.run(resolved(urlsplit("https://127.0.0.1/"), DEVELOPING, Lookups())) == "127.0.0.1"
    assert asyncio.run(resolved(check("https://1.1.1.1/", PUBLIC), PUBLIC, Lookups())) == "1.1.1.1"


def test_a_name_that_nobody_answers_for_holds_no_other_up(monkeypatch: pytest.MonkeyPatch) -> None:
    system, released, asked = socket.getaddrinfo, threading.Event(), []

    def answers(host: str, *rest: Any, **how: Any) -> Any:
        asked.append(host)
        if host == "hangs.example":
            released.wait()
        return system("127.0.0.1", *rest, **how)

    async def look() -> None:
        lookups = Lookups(lookup_s=0.05)
        hanging = [lookups.addresses_of("hangs.example", 443) for _ in range(50)]
        found = await asyncio.gather(*hanging, return_exceptions=True)
        assert {type(each) for each in found} == {TimeoutError}
        patient = Lookups(lookup_s=60.0)
        assert await patient.addresses_of("other.example", 443) == ["127.0.0.1"]
        waiting = asyncio.gather(*(patient.addresses_of("hangs.example", 443) for _ in range(2)))
        asyncio.get_running_loop().call_soon(released.set)
        assert await waiting == [["127.0.0.1"]] * 2

    monkeypatch.setattr(socket, "getaddrinfo", answers)
    asyncio.run(look())
    assert sorted(asked) == ["hangs.example", "hangs.example", "other.example"]


def test_a_name_that_is_not_known_is_an_error_of_its_own() -> None:
    for name in ("nobody.invalid", "a" * 70 + ".example"):
        with pytest.raises(OSError, match=r".+"):
            asyncio.run(Lookups().addresses_of(name, 443))
