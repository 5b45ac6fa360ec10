"""What the guest's udev makes of a device, and what of that by the package's rules: Debian has some of its own."""

import re
from typing import Final

from tests.machine.guest import Guest

_RULE: Final = re.compile(r"/61-doorward\.rules:\d+ (.+)")
_MADE: Final = """
mount -t tmpfs none /sys/devices/virtual/tty
cd /sys/devices/virtual/tty
mkdir {name}
ln -s /sys/class/tty {name}/subsystem
printf "MAJOR=204\\nMINOR=64\\nDEVNAME={name}\\n" > {name}/uevent  # admin-guide/devices.txt of the kernel
SYSTEMD_DEVICE_VERIFY_SYSFS=0 udevadm test /sys/devices/virtual/tty/{name} 2>&1
"""


def by_our_rules(guest: Guest, node: str) -> set[str]:
    """As udevadm says it: `GROUP 20`, `MODE 0660`."""
    return set(_RULE.findall(guest.shell(f"udevadm test $(udevadm info --query=path {node}) 2>&1")))


def by_our_rules_if_there_was(guest: Guest, name: str) -> set[str]:
    """The same of a serial port that this machine has not: udev is shown a folder as the kernel would make it."""
    made = guest.do("unshare", "--mount", "sh", "-ec", _MADE.format(name=name))
    return set(_RULE.findall(made))


def properties(guest: Guest, node: str) -> set[str]:
    """What udev tells other programs of it: `ID_MM_DEVICE_IGNORE=1`."""
    return set(guest.do("udevadm", "info", "--query=property", node).splitlines())
