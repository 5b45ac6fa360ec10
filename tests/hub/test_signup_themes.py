"""How a website dresses its frame: what has no such value, or could not be read, is left out."""

import re
from pathlib import Path

import pytest

import hub.signup
from hub.signup.legible import SHEETS, unread
from hub.signup.themes import theme_of

SHEET = Path(hub.signup.__file__).parent / "static" / "signup" / "signup.css"


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"ink": "112233", "paper": "112233"}, {}),
        ({"ink": "777777", "paper": "ffffff"}, {}),
        ({"ink": "222222", "scheme": "dark"}, {"scheme": "dark"}),
        # Read in one scheme alone, it is shown in that.
        ({"ink": "222222"}, {"ink": "222222", "scheme": "light"}),
        ({"paper": "101010", "ground": "000000"}, {"paper": "101010", "ground": "000000", "scheme": "dark"}),
        ({"paper": "808080"}, {}),
        ({"soft": "eeeeee", "scheme": "light"}, {"scheme": "light"}),
        ({"link": "0000cc", "scheme": "light"}, {"link": "0000cc", "scheme": "light"}),
        ({"colour": "#FFFFFF", "round": "33", "font": "serif"}, {"colour": "ffffff", "font": "serif"}),
        ({"ink": "red;}", "font": "comic", "unknown": "1"}, {}),
    ],
)
def test_what_is_said(asked: dict[str, str], said: dict[str, str]) -> None:
    theme = theme_of(asked)
    assert dict(theme.said) == said
    assert set(theme.left_out) == set(asked) - set(said) - {"unknown"}
    assert theme_of(dict(theme.said)).said == theme.said
    for scheme in [theme.scheme] if theme.scheme else SHEETS:
        assert "ink" not in unread(dict(theme.said), [scheme])


def test_texts_that_could_not_be_read_on_a_dark_paper_take_the_ink() -> None:
    css = theme_of({"ink": "ffffff", "paper": "0f766e", "ground": "0f766e"}).css
    for name in ("--soft", "--link", "--red", "--green"):
        assert f"{name}: var(--ink);" in css
    assert "--sunken: #0f766e;" in css
    assert "var(--ink)" not in theme_of({"colour": "0f766e"}).css


@pytest.mark.parametrize("scheme", SHEETS)
def test_the_defaults_are_the_sheets_and_can_be_read(scheme: str) -> None:
    block = SHEET.read_text().split(f'data-scheme="{scheme}"', 1)[1].partition("}")[0]
    written = {
        name: value for name, value in re.findall(r"--(\w+): #([0-9a-f]{6})", block) if name in SHEETS[scheme]
    }
    assert written == SHEETS[scheme]
    assert unread({}, [scheme]) == set()
