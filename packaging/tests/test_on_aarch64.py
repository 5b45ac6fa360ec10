"""The package for a Pi, run by an emulated processor beside the libraries of each Debian that is served."""

import subprocess
from pathlib import Path

import pytest
from conftest import SUITES
from installed_edge import CONFIGURATION

# The emulator translates a process, not a root: so everything is named by where it lies on this machine.
PROGRAM = """
import platform, sys
sys.path.append(sys.argv[1] + "/usr/lib/python3/dist-packages")
import cbor2, evdev, gpiozero, msgspec, serial
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
key = Ed25519PrivateKey.generate()
key.public_key().verify(key.sign(b"seal"), b"seal")
from edge.__main__ import main
print(platform.machine(), flush=True)
sys.argv = ["doorward-edge", "check", "--config", sys.argv[1] + "/tmp/edge.toml"]
sys.exit(main())
"""
FROM_APT = "python3,python3-serial,python3-evdev,tzdata,libc6,libgcc-s1"


@pytest.mark.parametrize("suite", SUITES)
def test_it_runs_on_a_pis_processor(suite: str, package_for_a_pi: Path, tmp_path: Path) -> None:
    root = tmp_path / suite
    unpack = ["mmdebstrap", "--quiet", "--arch=arm64", "--variant=extract", f"--include={FROM_APT}", suite, root]
    subprocess.run(unpack, check=True)
    if not (root / "lib").exists():
        (root / "lib").symlink_to("usr/lib")
    subprocess.run(
        ["dpkg-deb", "--fsys-tarfile", package_for_a_pi], check=True, stdout=(tmp_path / "tar").open("wb")
    )
    subprocess.run(["tar", "-C", root, "-xf", tmp_path / "tar"], check=True)
    (root / "tmp/edge.toml").write_text(CONFIGURATION)
    variables = {
        "PYTHONPATH": f"{root}/usr/lib/doorward",
        "PYTHONHOME": f"{root}/usr",
        "DOORWARD_FIRMWARE_CONFIG": f"{root}/usr/share/doorward/firmware_config",
    }
    command = ["qemu-aarch64-static", "-L", root, root / "usr/bin/python3", "-c", PROGRAM, root]
    done = subprocess.run(command, env=variables, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("aarch64\n")
    assert "is right: readers door" in done.stdout
