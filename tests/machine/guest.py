"""A guest as the tests use it: what is run there, the edge's journal, and waits that all have an end."""

import json
import socket
import time
from collections.abc import Callable
from typing import Any, Final, TypeVar

from tests.machine.limits import EVENT_S, SERVES_S
from tests.machine.qemu import Qemu

Got = TypeVar("Got")


class GuestError(Exception):
    """The guest does not answer, or what was run there failed; the text is what it said."""


living: Final[list["Guest"]] = []
"""Those that were begun and not closed, whether QEMU still runs or not: who is asked after a failure."""


class Guest:
    def __init__(self, qemu: Qemu) -> None:
        """Waits until its agent answers. GuestError: it does not, and QEMU is ended."""
        self.qemu: Final = qemu
        self._number = int(time.time() * 1000) % 10**9
        self._socket = socket.socket(socket.AF_UNIX)
        self._waiting = b""
        living.append(self)
        try:
            self._socket.connect(str(qemu.agent))
            self.wait_for_agent(SERVES_S)
        except BaseException:
            self.close()
            raise

    def wait_for_agent(self, limit_s: float) -> None:
        until = time.monotonic() + limit_s
        while True:
            try:
                self.python("answer = 1", limit_s=5)
                return
            except TimeoutError as error:
                if time.monotonic() > until or not self.qemu.is_running:
                    raise GuestError(f"no agent answers in {limit_s} s\n{self.console()}") from error

    def attempt(self, *command: str, typed: str = "", limit_s: float = 60) -> tuple[int, str, str]:
        """Exit code, what it printed, what it printed as errors."""
        answer = self._ask({"run": list(command), "typed": typed, "limit_s": limit_s}, limit_s + 10)
        return answer["code"], answer["out"], answer["err"]

    def do(self, *command: str, typed: str = "", limit_s: float = 60) -> str:
        code, out, err = self.attempt(*command, typed=typed, limit_s=limit_s)
        if code:
            raise GuestError(f"{' '.join(command)}: {code}\n{out}\n{err}")
        return out

    def shell(self, text: str, limit_s: float = 60) -> str:
        return self.do("sh", "-ec", text, limit_s=limit_s)

    def python(self, text: str, limit_s: float = 60) -> Any:
        """What the text calls `answer`; what else it names is there the next time."""
        answer = self._ask({"python": text}, limit_s)
        if answer["code"]:
            raise GuestError(answer["err"])
        return answer["out"]

    def write(self, place: str, text: str) -> None:
        self.python(f"import pathlib\npathlib.Path({place!r}).write_text({text!r})")

    def until(self, what: str, look: Callable[[], Got | None], limit_s: float = EVENT_S) -> Got:
        """What `look` sees at last. GuestError: nothing. What the guest said instead, a failure ends with."""
        end = time.monotonic() + limit_s
        while not (seen := look()):
            if time.monotonic() > end:
                raise GuestError(f"waited {limit_s} s for {what}")
            time.sleep(0.05)
        return seen

    def told(self) -> str:
        """What a failure prints."""
        try:
            return self.shell("journalctl -b --no-pager -n 80 -o short-monotonic; dmesg | tail -20")
        except (GuestError, OSError) as error:
            return f"{error}\n{self.console()}"

    def console(self) -> str:
        return self.qemu.console.read_text(errors="replace")[-4000:] if self.qemu.console.exists() else ""

    def close(self) -> None:
        """Again, too."""
        if self in living:
            living.remove(self)
        self._socket.close()
        self.qemu.close()

    def _ask(self, request: dict[str, Any], limit_s: float) -> dict[str, Any]:
        self._number += 1
        until = time.monotonic() + limit_s
        self._socket.sendall(b"\n" + json.dumps({"number": self._number, **request}).encode() + b"\n")
        while True:
            while b"\n" in self._waiting:
                line, _, self._waiting = self._waiting.partition(b"\n")
                answer: dict[str, Any] = json.loads(line)
                if answer["number"] == self._number:
                    return answer
            self._socket.settimeout(max(0.01, until - time.monotonic()))
            got = self._socket.recv(65536)
            if not got:
                raise GuestError(f"the guest has ended\n{self.console()}")
            self._waiting += got
