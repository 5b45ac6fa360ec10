"""How the hub is told of Stripe: by its environment or credentials, and what cannot be meant."""

from pathlib import Path

import pytest

from hub import environment
from hub.environment import STRIPE_URL, EnvironmentProblem, StripeWay

KEY, SECRET = "sk_test_tiger", "whsec_tiger"


def way(key: str = KEY, secret: str = SECRET, url: str = "") -> StripeWay | None:
    said = {"DOORWARD_STRIPE_KEY": key, "DOORWARD_STRIPE_WEBHOOK_SECRET": secret, "DOORWARD_STRIPE_URL": url}
    return environment.read(said).stripe


def test_none() -> None:
    assert way("") is None


@pytest.mark.parametrize("key", [KEY, "rk_live_tiger"])
def test_a_key(key: str) -> None:
    found = way(key, "whsec_new, whsec_old")
    assert found == StripeWay(key, ("whsec_new", "whsec_old"), STRIPE_URL)
    assert "tiger" not in repr(found) and "whsec" not in repr(found)
    assert found.live is ("live" in key)


def test_one_to_try_out() -> None:
    found = way(url="http://127.0.0.1:12111/")
    assert found is not None and found.url == "http://127.0.0.1:12111"


@pytest.mark.parametrize(
    ("key", "secret", "url"),
    [
        ("pk_test_tiger", SECRET, ""),
        ("tiger", SECRET, ""),
        (KEY, "", ""),
        (KEY, "tiger", ""),
        (KEY, SECRET, "http://club.example:80"),
        (KEY, SECRET, "https://tiger.example"),
        ("sk_live_tiger", SECRET, "http://127.0.0.1:12111"),
    ],
)
def test_what_cannot_be_meant_is_said_without_secrets(key: str, secret: str, url: str) -> None:
    with pytest.raises(EnvironmentProblem, match="DOORWARD_STRIPE_") as problem:
        way(key, secret, url)
    assert "tiger" not in str(problem.value).replace("tiger.example", "")


def test_by_credentials(tmp_path: Path) -> None:
    (tmp_path / "stripe_key").write_text(KEY + "\n")
    (tmp_path / "stripe_webhook_secret").write_text(SECRET + "\n")
    assert environment.read({"CREDENTIALS_DIRECTORY": str(tmp_path)}).stripe == StripeWay(KEY, (SECRET,))
