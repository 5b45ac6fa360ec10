"""Scanner profiles: every file that is shipped parses, says where each fact is from, and gives settings."""

import re
from pathlib import Path

import pytest

from contract.scanner_configuration import LAYOUTS, EndsWith, Parity, Reading, Scanner
from edge.firmware_config import VARIABLE, FirmwareConfigError, firmware_config
from edge.scanners.profiles import (
    FOLDER,
    Interface,
    Profile,
    ProfileError,
    all_profiles,
    fitting,
    profile_named,
    profile_of,
    read_profile,
    settings_for,
)
from edge.scanners.settings import settings_of

PROFILES = {profile.name: profile for profile in all_profiles()}


def test_at_least_eight_models_and_both_generic_ones_are_known() -> None:
    assert {"generic-keyboard", "generic-serial"} < set(PROFILES)
    assert len(PROFILES) >= 10
    assert len(PROFILES) == len(list((firmware_config() / FOLDER).glob("*.toml")))


@pytest.mark.parametrize("name", PROFILES)
def test_each_setting_stands_on_a_fact_and_a_checked_fact_on_a_source(name: str) -> None:
    profile = PROFILES[name]
    said = {field for field in profile.settings.__struct_fields__ if getattr(profile.settings, field)}
    assert said <= {about.replace("-", "_") for fact in profile.facts for about in fact.about}
    assert all(each.source for each in profile.sourced if each.checked)
    assert all(usb.interface in profile.interfaces for usb in profile.usb)


def test_a_model_is_told_by_its_strings_else_by_its_id_else_it_is_any_scanner() -> None:
    def names(usb: str, says: str, interface: Interface) -> list[str]:
        return [profile.name for profile in fitting(PROFILES.values(), usb, says, interface)]

    zebras = ["zebra-ds2208", "zebra-ds9308", "zebra-ls2208"]
    assert names("05e0:1701", "Symbol Bar Code Scanner", Interface.SERIAL) == zebras
    assert names("05e0:1200", "Zebra DS9308", Interface.KEYBOARD) == ["zebra-ds9308"]
    assert names("05e0:1701", "Symbol Bar Code Scanner", Interface.KEYBOARD) == ["generic-keyboard"]
    assert names("1234:5678", "Datalogic Gryphon GD4430", Interface.KEYBOARD) == ["datalogic-gryphon"]
    assert names("", "", Interface.SERIAL) == ["generic-serial"]


def test_the_section_goes_before_the_profile_and_the_profile_before_the_default() -> None:
    model = Reading(baud=9600, parity=Parity.EVEN, layout="de", prefix="<", suffix=">", ends_with=EndsWith.SILENCE)
    plain = settings_of(Scanner(device="/dev/ttyACM0", baud=1200, prefix=""), model, b"x")
    assert (plain.baud, plain.parity, plain.prefix, plain.suffix) == (1200, Parity.EVEN, "", ">")
    assert (plain.ends_with, plain.silence_s, plain.init) == (EndsWith.SILENCE, 0.1, b"x")
    keyboard = settings_of(Scanner(device="usb:05e0:1200"), model, b"x")
    assert (keyboard.is_keyboard, keyboard.layout, keyboard.init) == (True, "de", b"")
    assert settings_of(Scanner(device="/dev/ttyACM0")).silence_s == 1.0


def test_settings_come_from_the_profile_that_a_reader_names() -> None:
    assert settings_for(Scanner(device="/dev/ttyS0", profile="zkteco-zkb200")).baud == 9600
    assert settings_for(Scanner(device="/dev/ttyS0", profile="newland-cdc-init")).init.startswith(b"~\x010000#TSU")
    assert settings_for(Scanner(device="/dev/ttyS0")).baud == 115_200


def test_a_profile_that_nobody_has_is_told_with_what_to_do() -> None:
    with pytest.raises(
        ProfileError, match="no scanner profile is named 'no-such'; `doorward-edge scanners --profiles"
    ):
        profile_named("no-such")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("name = ", "is no scanner profile"),
        ('name = "other"', "is no scanner profile: Object missing required field `models`"),
        (
            'name = "x"\nmodels = ["X"]\ninterfaces = ["serial"]\nbaud = 1\n[setup]\nhow = "."',
            "unknown field `baud`",
        ),
        ('name = "y"\nmodels = ["X"]\ninterfaces = ["serial"]\n[setup]\nhow = "."', "should be the file's name"),
        (
            'name = "x"\nmodels = ["X"]\ninterfaces = ["serial"]\n[settings]\nbaud = 7\n[setup]\nhow = "."',
            "says baud is 7; it should be one of 1200",
        ),
        (
            'name = "x"\nmodels = ["X"]\ninterfaces = ["keyboard"]\n[settings]\nlayout = "xx"\n[setup]\nhow = "."',
            'says layout is "xx"; it should be a keyboard layout',
        ),
        (
            'name = "x"\nmodels = ["X"]\ninterfaces = ["serial"]\n[[usb]]\nid = "5E0:1"\ninterface = "serial"\n'
            '[setup]\nhow = "."',
            "Expected `str` matching regex",
        ),
    ],
)
def test_a_profile_that_does_not_fit_says_which_file_and_why(tmp_path: Path, text: str, why: str) -> None:
    path = tmp_path / "x.toml"
    path.write_text(text)
    with pytest.raises(ProfileError, match=r"x\.toml") as refused:
        read_profile(path)
    assert why in str(refused.value)


def test_the_folder_may_be_named_and_a_missing_one_is_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv(VARIABLE, str(tmp_path))
    assert firmware_config() == tmp_path
    assert all_profiles() == ()
    monkeypatch.setenv(VARIABLE, str(tmp_path / "none"))
    with pytest.raises(FirmwareConfigError, match="name it with DOORWARD_FIRMWARE_CONFIG=DIR"):
        firmware_config()
    with pytest.raises(ProfileError, match="looked at"):
        all_profiles()


def test_a_model_of_two_profiles_is_asked_for_by_a_profiles_name(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv(VARIABLE, str(tmp_path))
    (tmp_path / "scanners").mkdir()
    for name in ("a", "b"):
        text = f'name = "{name}"\nmodels = ["Twin"]\ninterfaces = ["serial"]\n[setup]\nhow = "."\n'
        (tmp_path / "scanners" / f"{name}.toml").write_text(text)
    with pytest.raises(ProfileError, match="2 scanner profiles have the name or model 'twin': a, b;"):
        profile_of("twin")
    assert profile_of("b").name == "b"


def test_a_profile_is_checked_only_if_each_of_its_facts_is() -> None:
    assert PROFILES["honeywell-orbit-7120"].is_checked
    assert not PROFILES["generic-serial"].is_checked
    assert not PROFILES["honeywell-voyager-1250g"].is_checked
    assert isinstance(PROFILES["newland"], Profile)


def test_a_profile_is_read_once_so_that_what_was_tested_is_what_is_applied(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv(VARIABLE, str(tmp_path))
    folder = tmp_path / "scanners"
    folder.mkdir()
    path = folder / "read-once.toml"
    path.write_text('name = "read-once"\nmodels = ["x"]\ninterfaces = ["serial"]\n[setup]\nhow = "."\n')
    profile = profile_named("read-once")
    path.unlink()
    assert profile_named("read-once") is profile


def test_the_document_names_every_layout() -> None:
    text = (Path(__file__).parents[2] / "docs" / "scanners.md").read_text()
    told = text.partition("Layouts, by their names at xkb: ")[2].partition("\n\n")[0]
    assert tuple(re.findall("`([^`]+)`", told)) == LAYOUTS
