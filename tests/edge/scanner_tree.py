"""A machine's /sys and /dev as files: what is plugged in, as the kernel and udev lay it out."""

from dataclasses import dataclass
from pathlib import Path

KEYS_OF_A_KEYBOARD = "1000000000007 ff9f207ac14057ff febeffdfffefffff fffffffffffffffe"
KEYS_OF_A_MOUSE = "1f0000 0 0 0 0"


@dataclass(frozen=True)
class ScannerTree:
    root: Path

    @property
    def sys(self) -> Path:
        return self.root / "sys"

    @property
    def dev(self) -> Path:
        return self.root / "dev"

    def serial(self, name: str, port: str, ids: str, *told: str, by_id: str = "") -> Path:
        """A USB serial port, and what it says it is and its serial number; returns its node."""
        device = self._usb(port, ids, *told)
        behind = device / f"{port}:1.0"
        behind.mkdir()
        return self._link(behind, Path(name), "tty", "serial", by_id)

    def uart(self, name: str, kind: str) -> Path:
        device = self.sys / "devices" / "platform" / name
        device.mkdir(parents=True)
        node = self._link(device, Path(name), "tty", "serial", "")
        (self.sys / "class" / "tty" / name / "type").write_text(f"{kind}\n")
        return node

    def chip(self, name: str, address: str) -> Path:
        """A UART on an I2C bus."""
        device = self.sys / "devices" / "platform" / "soc" / "i2c-1" / address
        device.mkdir(parents=True)
        return self._link(device, Path(name), "tty", "serial", "")

    def console(self, name: str) -> None:
        (self.sys / "class" / "tty" / name).mkdir(parents=True)

    def keyboard(
        self, name: str, port: str, ids: str, *told: str, by_id: str = "", keys: str = KEYS_OF_A_KEYBOARD
    ) -> Path:
        vendor, product = ids.split(":")
        input_device = self._usb(port, ids, *told) / f"{port}:1.0" / "input" / f"input-{name}"
        (input_device / "capabilities").mkdir(parents=True)
        (input_device / "capabilities" / "key").write_text(f"{keys}\n")
        (input_device / "id").mkdir()
        (input_device / "id" / "vendor").write_text(f"{vendor}\n")
        (input_device / "id" / "product").write_text(f"{product}\n")
        (input_device / "name").write_text(f"{told[0]}\n")
        return self._link(input_device, Path("input", name), "input", "input", by_id)

    def _usb(self, port: str, ids: str, says: str = "", number: str = "") -> Path:
        device = self.sys / "devices" / "usb1" / port
        device.mkdir(parents=True)
        vendor, product = ids.split(":")
        told = {"idVendor": vendor, "idProduct": product, "product": says, "serial": number}
        for name, text in told.items():
            if text:
                (device / name).write_text(f"{text}\n")
        return device

    def _link(self, device: Path, node: Path, kind: str, links: str, by_id: str) -> Path:
        """The kernel's folder of a device is below what it hangs on; its class has a link to it."""
        folder = device / node.name
        folder.mkdir()
        (folder / "device").symlink_to(device)
        of_class = self.sys / "class" / kind
        of_class.mkdir(parents=True, exist_ok=True)
        (of_class / node.name).symlink_to(folder)
        path = self.dev / node
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        if by_id:
            folder = self.dev / links / "by-id"
            folder.mkdir(parents=True, exist_ok=True)
            (folder / by_id).symlink_to(path)
        return path
