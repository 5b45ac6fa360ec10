"""USB scanners with the ids that a scenario wants, plugged into the guest by the guest's own kernel (dummy_hcd).

Each is a gadget of configfs (Documentation/usb/gadget_configfs.rst of the kernel) at a bus of its own: a keyboard,
whose reports are written here, or a serial port (CDC-ACM).
"""

from typing import Final, NamedTuple

from tests.machine.guest import Guest
from tests.machine.strokes import Stroke, strokes

_BUSES: Final = 6
_BEGIN: Final = f"""
import os, pathlib, select, subprocess, time
subprocess.run(["modprobe", "dummy_hcd", "num={_BUSES}"], check=True)
subprocess.run(["modprobe", "-a", "libcomposite", "usb_f_hid", "usb_f_acm"], check=True)
"""
_IN_GUEST: Final = """
_GADGETS = pathlib.Path("/sys/kernel/config/usb_gadget")
# A boot keyboard without lamps: HID 1.11, appendix B.1.
_KEYBOARD = bytes.fromhex(
    "05010906a101050719e029e71500250175019508810295017508810395067508150025650507190029658100c0"
)
def _words(folder, **words):
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in words.items():
        (folder / name).write_bytes(text if isinstance(text, bytes) else str(text).encode())
def _gadget(name, vendor, product, serial, function, **words):
    gadget = _GADGETS / name
    _words(gadget, idVendor=f"0x{vendor}", idProduct=f"0x{product}", bcdUSB="0x0200")
    _words(gadget / "strings/0x409", manufacturer="Doorward", product=name, serialnumber=serial)
    _words(gadget / "functions" / function, **words)
    _words(gadget / "configs/c.1", MaxPower=100)
    (gadget / "configs/c.1" / function).symlink_to(gadget / "functions" / function)
    return gadget / "functions" / function
def _node(function):
    major, minor = map(int, (function / "dev").read_text().split(":"))
    node = f"/dev/gadget-{function.parent.parent.name}"
    os.mknod(node, 0o20600, os.makedev(major, minor))
    return node
def _report(descriptor, report):
    if not select.select([], [descriptor], [], 5)[1]:
        raise TimeoutError("nobody reads the keyboard")
    os.write(descriptor, report)
def _type(nodes_and_reports, pause_s):
    opened = [(os.open(node, os.O_RDWR | os.O_NONBLOCK), reports) for node, reports in nodes_and_reports]
    try:
        for each in range(max(len(reports) for _, reports in opened)):
            for descriptor, reports in opened:
                if each < len(reports):
                    _report(descriptor, bytes.fromhex(reports[each]))
            time.sleep(pause_s)
    finally:
        for descriptor, _ in opened:
            os.close(descriptor)
"""
_PAUSE_S: Final = 0.01
_USAGES: Final = {
    **{letter: 4 + index for index, letter in enumerate("abcdefghijklmnopqrstuvwxyz")},
    **{digit: 30 + index for index, digit in enumerate("1234567890")},
    **{"ret": 40, "minus": 45, "equal": 46, "backslash": 49, "semicolon": 51, "comma": 54, "dot": 55, "slash": 56},
}
"""USB HID Usage Tables, keyboard page, by QEMU's names."""
_SHIFT: Final = 0x02


class Model(NamedTuple):
    """`vendor` and `product`: four hexadecimal digits. `name`: the gadget's own, once a guest."""

    name: str
    vendor: str
    product: str
    serial: str


class Gadgets:
    """Those of one guest."""

    def __init__(self, guest: Guest) -> None:
        self.guest: Final = guest
        self._count = 0

    def keyboard(self, model: Model) -> "GadgetKeyboard":
        """Not plugged in yet."""
        words = "protocol=1, subclass=1, report_length=8, report_desc=_KEYBOARD"
        function = f"hid.{model.name}"
        bus = self._make(model, function, words)
        place = f"_GADGETS / {model.name!r} / 'functions' / {function!r}"
        return GadgetKeyboard(self.guest, model.name, bus, self.guest.python(f"answer = _node({place})"))

    def port(self, model: Model) -> "GadgetPort":
        """A serial port; not plugged in yet."""
        function = f"acm.{model.name}"
        bus = self._make(model, function, "")
        number = self.guest.shell(f"cat /sys/kernel/config/usb_gadget/{model.name}/functions/{function}/port_num")
        return GadgetPort(self.guest, model.name, bus, f"/dev/ttyGS{number.strip()}")

    def _make(self, model: Model, function: str, words: str) -> int:
        """The number of the bus that it has."""
        if not self._count:
            self.guest.python(_BEGIN + _IN_GUEST)
        self._count += 1
        self.guest.python(f"_gadget(*{tuple(model)!r}, {function!r}, {words})")
        return self._count - 1


class Gadget:
    """`node`: where the scanner's own side of it is."""

    def __init__(self, guest: Guest, name: str, bus: int, node: str) -> None:
        self.guest: Final = guest
        self.node: Final = node
        self._switch = f"/sys/kernel/config/usb_gadget/{name}/UDC"
        self._bus = bus

    def put_in(self) -> None:
        self.guest.write(self._switch, f"dummy_udc.{self._bus}")

    def pull(self) -> None:
        self.guest.write(self._switch, "\n")


class GadgetKeyboard(Gadget):
    def types(self, text: str, layout: str = "us") -> None:
        """And Enter. Returns when all is read."""
        type_together((self, text, layout))


class GadgetPort(Gadget):
    def sends(self, text: str) -> None:
        """And CR."""
        self.guest.shell(f"stty -F {self.node} raw -echo; printf '%s\\r' {text} > {self.node}")


def type_together(*each: tuple[GadgetKeyboard, str, str]) -> None:
    """Several scanners, a key of each in turn: text and layout for each."""
    typed = [(keyboard.node, _reports(strokes(text, layout))) for keyboard, text, layout in each]
    each[0][0].guest.python(f"_type({typed!r}, {_PAUSE_S})")


def _reports(pressed: list[Stroke]) -> list[str]:
    """Down and up, as hexadecimal digits."""
    down = (bytes([_SHIFT * key.shift, 0, _USAGES[key.key], 0, 0, 0, 0, 0]) for key in pressed)
    return [report.hex() for each in down for report in (each, bytes(8))]
