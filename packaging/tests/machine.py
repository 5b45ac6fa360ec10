"""A Debian system in a folder, of a suite's own packages: what is installed there is installed as on a fresh one.

It shares this machine's devices, processes and loopback. It takes root, and `make deb-test` gives it a namespace
of its own, so that no mount outlives it.
"""

import os
import subprocess
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
ROOTS = CHECKOUT / "build" / "deb" / "roots"
STATE = "var/lib/doorward"
_ENVIRONMENT = {
    "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    "LC_ALL": "C.UTF-8",
    "HOME": "/root",
    "DEBIAN_FRONTEND": "noninteractive",
}
Done = subprocess.CompletedProcess[str]


class Machine:
    """`root` is its file system, seen from outside."""

    def __init__(self, suite: str, folder: Path) -> None:
        """`suite`: Debian's name, of which `make deb-test` has put an archive into ROOTS."""
        self.suite = suite
        self.root = folder / suite
        self.root.mkdir()
        subprocess.run(["tar", "-C", self.root, "-xf", ROOTS / f"{suite}.tar"], check=True)
        self._mount("proc", "-t", "proc", "proc")
        self._mount("dev", "--rbind", "/dev")
        self.do("apt-get", "update", "-q")

    def close(self) -> None:
        for place in ("dev", "proc"):
            subprocess.run(["umount", "--recursive", "--lazy", self.root / place], check=True)

    def command(self, *words: str) -> list[str]:
        """What to run here, so that `words` run there, as root."""
        variables = [f"{name}={value}" for name, value in _ENVIRONMENT.items()]
        return ["env", "-i", *variables, "chroot", str(self.root), *words]

    def attempt(self, *words: str, typed: str = "") -> Done:
        return subprocess.run(self.command(*words), input=typed, capture_output=True, text=True, check=False)

    def do(self, *words: str, typed: str = "") -> str:
        """What it printed, on stderr too; it has to succeed."""
        done = self.attempt(*words, typed=typed)
        assert done.returncode == 0, f"{words}: {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done.stdout + done.stderr

    def install(self, package: Path, *options: str) -> str:
        """By apt, with what it depends on."""
        inside = self.root / "tmp" / package.name
        inside.write_bytes(package.read_bytes())
        return self.do(
            "apt-get", "install", "-y", "-q", "--no-install-recommends", *options, f"/tmp/{package.name}"
        )

    def status(self) -> str:
        """What dpkg has to say of the package: `installed 0.1.0`, `config-files 0.1.0`."""
        done = self.attempt("dpkg-query", "-W", "-f", "${db:Status-Status} ${Version}", "doorward-edge")
        return done.stdout if done.returncode == 0 else "unknown"

    def group(self, name: str) -> int:
        """The number that a group has there."""
        return int(self.do("getent", "group", name).split(":")[2])

    def plug_in(self, terminal: Path) -> None:
        """A terminal of this machine gets the rights that udev gives a serial port there."""
        os.chown(terminal, 0, self.group("dialout"))
        terminal.chmod(0o660)

    def _mount(self, place: str, *how: str) -> None:
        subprocess.run(["mount", *how, self.root / place], check=True)
