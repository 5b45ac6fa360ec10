"""What is told of files that passes need: missing, wrong, open to others, soon over. Never a key's content."""

import io
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from django.core.management import call_command
from django.utils import timezone

from hub.cards.passes.configuration import Wallets, wallets
from hub.environment import EnvironmentProblem, read
from tests.hub import wallet_files as files
from tests.hub.wallet_files import hub_with, pass_certificate, pem_of, put, put_apple, put_google


def found(folder: Path, **hub: str) -> Wallets:
    with hub_with(folder, **hub):
        return wallets(timezone.now())


def test_without_any_file_nothing_is_offered_and_nothing_is_wrong(tmp_path: Path) -> None:
    assert found(tmp_path / "wallet", issuer="") == Wallets(None, None, ())


def test_all_of_both(tmp_path: Path) -> None:
    put_apple(tmp_path)
    put_google(tmp_path)
    usable = found(tmp_path)
    assert usable.apple is not None and usable.google is not None and not usable.troubles
    assert (usable.apple.pass_type, usable.apple.team) == (files.PASS_TYPE, files.TEAM)
    assert (usable.google.issuer, usable.google.account) == (files.ISSUER, files.ACCOUNT)
    assert "PRIVATE" not in repr(usable) and "key" not in repr(usable)


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda at: (at / "wwdr.cer").unlink(), "wwdr.cer is missing: of Apple's authorities"),
        (lambda at: (at / "apple.key").unlink(), "apple.key is missing"),
        (lambda at: (at / "apple.key").chmod(0o644), "may be read by others (mode 0644): chmod 600"),
        (
            lambda at: put(at, "apple.key", pem_of(ec.generate_private_key(ec.SECP256R1()))),
            "was not made for apple.key",
        ),
        (lambda at: put(at, "apple.key", pem_of(files.rsa_key(), b"tiger")), "locked by a password"),
        (lambda at: put(at, "apple.key", b"tiger"), "holds no private key"),
        (lambda at: put(at, "apple.cer", b"tiger"), "is no certificate"),
        (lambda at: put(at, "apple.cer", pass_certificate(user_id="").pem), "is no Pass Type ID certificate"),
        (lambda at: put(at, "wwdr.cer", files.root().pem), "is not the authority that signed apple.cer"),
        (lambda at: put(at, "apple.cer", pass_certificate(days=-1).pem), "apple.cer has expired on"),
    ],
)
def test_what_is_wrong_with_apples_is_said_and_nothing_is_offered(
    tmp_path: Path, spoil: Callable[[Path], object], said: str
) -> None:
    put_apple(tmp_path)
    spoil(tmp_path)
    usable = found(tmp_path, issuer="")
    assert usable.apple is None
    assert len(usable.troubles) == 1 and said in usable.troubles[0] and "tiger" not in usable.troubles[0]


def test_what_is_soon_over_is_said_in_time(tmp_path: Path) -> None:
    put_apple(tmp_path, pass_certificate(days=20))
    usable = found(tmp_path, issuer="")
    assert usable.apple is not None and "apple.cer expires on" in usable.troubles[0]
    put_apple(tmp_path, pass_certificate(days=200))
    assert found(tmp_path, issuer="").troubles == ()
    with hub_with(tmp_path, issuer=""):
        assert wallets(timezone.now() + timedelta(days=201)).apple is None


def test_without_https_passes_do_not_follow(tmp_path: Path) -> None:
    put_apple(tmp_path)
    usable = found(tmp_path, issuer="", url="http://localhost:8000")
    assert usable.apple is not None and "https://" in usable.troubles[0]


@pytest.mark.parametrize(
    ("content", "mode", "issuer", "said"),
    [
        (None, 0o600, files.ISSUER, "google.json is missing"),
        (b"{}", 0o600, files.ISSUER, "is no key of a service account"),
        (b"[tiger", 0o600, files.ISSUER, "is no key of a service account"),
        (b'{"client_email": "a@b", "private_key": "tiger"}', 0o600, files.ISSUER, "holds no private key"),
        (b"{}", 0o640, files.ISSUER, "may be read by others"),
        (b"{}", 0o600, "", "DOORWARD_GOOGLE_ISSUER is not set"),
    ],
)
def test_what_is_wrong_with_googles(
    tmp_path: Path, content: bytes | None, mode: int, issuer: str, said: str
) -> None:
    if content is not None:
        put(tmp_path, "google.json", content, mode)
    usable = found(tmp_path, issuer=issuer)
    assert usable.google is None and said in usable.troubles[0] and "tiger" not in usable.troubles[0]


def test_the_command_says_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    put_apple(tmp_path)
    out, err = io.StringIO(), io.StringIO()
    with hub_with(tmp_path), pytest.raises(SystemExit):
        call_command("wallet", stdout=out, stderr=err)
    assert f"Apple Wallet is offered: {files.PASS_TYPE}, team {files.TEAM}" in out.getvalue()
    assert "Google Wallet is not offered" in out.getvalue() and "google.json is missing" in err.getvalue()


def test_the_environment_names_folder_and_issuer(tmp_path: Path) -> None:
    told = read({"DOORWARD_DATA": str(tmp_path), "DOORWARD_GOOGLE_ISSUER": "123"})
    assert (told.wallet, told.google_issuer) == (tmp_path / "wallet", "123")
    assert read({"DOORWARD_WALLET": str(tmp_path / "w")}).wallet == tmp_path / "w"
    with pytest.raises(EnvironmentProblem, match="digits only"):
        read({"DOORWARD_GOOGLE_ISSUER": "tiger@example"})
