"""Which origins may be allowed to show our pages: exact ones, as browsers write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.websites.origins import ORIGINS_MAX, OriginRefused, checked, origin_of, origins_in


@pytest.mark.parametrize(
    ("text", "origin"),
    [
        ("https://club.example", "https://club.example"),
        ("HTTPS://WWW.Club.Example/", "https://www.club.example"),
        ("https://club.example:443", "https://club.example"),
        ("https://club.example:8443/", "https://club.example:8443"),
        ("https://xn--mller-kva.example", "https://xn--mller-kva.example"),
        ("https://192.168.1.20", "https://192.168.1.20"),
        ("http://localhost:8080", "http://localhost:8080"),
        ("http://localhost:80", "http://localhost"),
        ("http://shop.localhost:3000", "http://shop.localhost:3000"),
        ("http://127.0.0.1:8000", "http://127.0.0.1:8000"),
    ],
)
def test_one_is_kept_as_browsers_say_it(text: str, origin: str) -> None:
    assert origin_of(text) == origin


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("https://*.club.example", "whoever has a name below it"),
        ("*", "whoever has a name below it"),
        ("http://club.example", "begin with https://"),
        ("http://localhost.club.example", "begin with https://"),
        ("http://128.0.0.1", "begin with https://"),
        ("club.example", "a whole one"),
        ("//club.example", "a whole one"),
        ("ftp://club.example", "a whole one"),
        ("javascript:alert(1)", "a whole one"),
        ("data:text/html,x", "a whole one"),
        ("null", "a whole one"),
        ("https://", "a whole one"),
        ("https://club.example/join", "leave out"),
        ("https://club.example?x", "leave out"),
        ("https://club.example#x", "leave out"),
        ("https://me:secret@club.example", "leave out"),
        ("https://@club.example", "leave out"),
        ("https://club.example:99999", "correct its port"),
        ("https://club.example:0", "correct its port"),
        ("https://club.example:x", "correct its port"),
        ("https://müller.example", "plain letters"),
        ("https://club.example https://evil.example", "plain letters"),
        ("https://club.example\n", "plain letters"),
        ("https://club.example; script-src *", "whoever has"),
        ("https://club.example;script-src", "letters, digits, dots"),
        ("https://club.example,https://evil.example", "leave out"),
        ("https://'self'", "letters, digits, dots"),
        ("https://[::1]", "letters, digits, dots"),
        ("https://[::1", "correct its host"),
        ("https://-club.example", "letters, digits, dots"),
        ("https://club..example", "letters, digits, dots"),
        ("https://club.example.", "letters, digits, dots"),
        (f"https://{'a' * 64}.example", "letters, digits, dots"),
        (f"https://{'a.' * 130}example", "letters, digits, dots"),
    ],
)
def test_all_else_is_refused_and_says_why(text: str, why: str) -> None:
    with pytest.raises(OriginRefused, match=why):
        origin_of(text)


def test_each_counts_once_and_there_is_an_end() -> None:
    assert origins_in("https://a.example\n\n  https://b.example/ \nHTTPS://A.example") == [
        "https://a.example",
        "https://b.example",
    ]
    assert origins_in(" \n") == []
    many = [f"https://{number}.example" for number in range(ORIGINS_MAX)]
    assert len(checked(many)) == ORIGINS_MAX
    with pytest.raises(OriginRefused, match="list fewer"):
        checked([*many, "https://one-more.example"])


@given(st.text(max_size=40) | st.from_regex(r"https?://[ -~]{0,30}", fullmatch=True))
def test_whatever_is_typed_it_stays_one_word_of_the_header(text: str) -> None:
    try:
        origin = origin_of(text)
    except OriginRefused:
        return
    assert not set(origin) - set("abcdefghijklmnopqrstuvwxyz0123456789.-:/")
    assert origin_of(origin) == origin
