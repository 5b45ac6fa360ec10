"""In the guest: tries what the edge's unit must not be able to do, and what no scan shows of what it can and has.

Run in the unit's sandbox, and outside it by the same user and by root. Writes a JSON object into the file that it
is given: of each probe "done", the name of the error with which the kernel refused it, or FELL_OVER.
"""

import ctypes
import errno
import json
import mmap
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import traceback
from pathlib import Path

GIVEN = r"""
for each in /etc /usr /opt /var /home ~root; do mkdir -pm 777 $each/open; echo secret > $each/open/secret; done
chmod 711 ~root; touch /tmp/of-others; echo secret > /var/open/key; chmod 600 /var/open/key
chmod 666 /dev/vda /dev/uinput /dev/mem /dev/kmsg /sys/class/rtc/rtc0/uevent /sys/fs/cgroup/cgroup.procs
cp /lib/modules/$(uname -r)/kernel/drivers/net/dummy.ko /usr/bin/id /opt/open/; chmod 4755 /opt/open/id
touch /var/open/of-mail; chown mail /var/open/of-mail; echo 0 > /proc/sys/kernel/dmesg_restrict
printf '\270\024\000\000\000\315\200\303' > /opt/open/getpid32  # mov $20, %eax; int $0x80; ret
"""
"""Run by root before: what BY_SANDBOX tries is allowed by modes, so that modes are not what refuses."""
PRIORITY_MAX = 1
"""Of real time: to be given as a limit in the unit and outside it, so that its limit is not what refuses."""

_libc = ctypes.CDLL(None, use_errno=True)
_FINIT_MODULE, _ADD_KEY, _PTRACE_SEIZE = 313, 248, 0x4206  # asm/unistd_64.h, linux/ptrace.h
_NEW_USER, _NEW_NET, _NEW_MOUNTS = 0x10000000, 0x40000000, 0x00020000  # linux/sched.h
_SIZE_OF_LOG, _NO_RANDOM_PLACES = 10, 0x0040000  # klogctl(3), linux/personality.h
_IN_BOUNDS, _SET_TIME = 23, 25  # linux/prctl.h: PR_CAPBSET_READ, linux/capability.h: CAP_SYS_TIME
_ITS_NAMES = 0xEFFFFFFE  # linux/proc_ns.h: of the machine's own names
_NOBODY = 65534
_OWN_PRIORITY, _FIRST_OF_ITS_CLASS = 252, 2 << 13  # asm/unistd_64.h: ioprio_get, linux/ioprio.h: best effort, 0
_ANY_PORT = ("127.0.0.1", 0)
FELL_OVER = "fell over"
_FELL_OVER = 255  # no error's number


def _did(answer):
    if answer < 0:
        raise OSError(ctypes.get_errno(), "")


def _syscall(number, *arguments):
    _did(_libc.syscall(number, *arguments))


def _written(place):
    Path(place).write_text("by the edge")


def _opened(place, flags=os.O_RDONLY):
    os.close(os.open(place, flags))


def _seized_child():
    """Of its own user: whom modes would let it trace."""
    child = os.fork()
    if not child:
        time.sleep(30)
        os._exit(0)
    try:
        _did(_libc.ptrace(_PTRACE_SEIZE, child, None, None))
    finally:
        os.kill(child, 9)
        os.waitpid(child, 0)


def _mounted():
    with tempfile.TemporaryDirectory() as place:
        _did(_libc.mount(b"none", place.encode(), b"tmpfs", 0, None))
        _did(_libc.umount2(place.encode(), 0))


def _module_loaded():
    with Path("/opt/open/dummy.ko").open("rb") as module:
        _syscall(_FINIT_MODULE, module.fileno(), b"numdummies=0", 0)


def _made_suid():
    with tempfile.NamedTemporaryFile() as own:
        Path(own.name).chmod(0o4755)


def _run_as_root():
    if subprocess.check_output(["/opt/open/id", "-u"]) != b"0\n":
        raise PermissionError(errno.EPERM, "")


def _in_32_bits():
    """Who is refused that has no error to tell of: it is ended."""
    asking = os.fork()
    if not asking:
        os._exit(0 if _own_number_in_32_bits() > 0 else errno.EPERM)
    code = os.waitstatus_to_exitcode(os.waitpid(asking, 0)[1])
    if code in (-signal.SIGSYS, errno.EPERM):
        raise PermissionError(errno.EPERM, "")
    if code:
        raise ChildProcessError(code)


def _own_number_in_32_bits():
    _libc.mmap.restype = ctypes.c_void_p
    with Path("/opt/open/getpid32").open("rb") as code:
        place = _libc.mmap(None, 8, mmap.PROT_READ | mmap.PROT_EXEC, mmap.MAP_PRIVATE, code.fileno(), 0)
    return ctypes.CFUNCTYPE(ctypes.c_int)(place)()


def _in_bounds(right):
    if not _libc.prctl(_IN_BOUNDS, right):
        raise PermissionError(errno.EPERM, "")


def _same(found, meant):
    if found != meant:
        print(f"{found!r}, not {meant!r}", file=sys.stderr)
        raise PermissionError(errno.EPERM, "")


def _other(found, unlike):
    if found == unlike:
        raise PermissionError(errno.EPERM, "")


def _mode_of_a_file():
    """That any program makes there that does not think of it."""
    place = Path("/var/lib/doorward/probe")
    place.unlink(missing_ok=True)
    place.touch()
    try:
        return oct(place.stat().st_mode & 0o777)
    finally:
        place.unlink()


def _of_its_group(setting):
    group = Path("/proc/self/cgroup").read_text().strip().removeprefix("0::/")
    return Path("/sys/fs/cgroup", group, setting).read_text().strip()


def _socket_of(*kind):
    socket.socket(*kind).close()


def _bound(address):
    with socket.socket() as listening:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(address)


BY_SANDBOX = {
    "write /etc": lambda: _written("/etc/open/file"),
    "write /usr": lambda: _written("/usr/open/file"),
    "write /opt": lambda: _written("/opt/open/file"),
    "write /var": lambda: _written("/var/open/file"),
    "write a device's settings": lambda: _opened("/sys/class/rtc/rtc0/uevent", os.O_WRONLY),
    "write control groups": lambda: _opened("/sys/fs/cgroup/cgroup.procs", os.O_WRONLY),
    "read another's home": lambda: list(Path("/home/open").iterdir()),
    "read root's home": lambda: _opened(Path("~root").expanduser() / "open" / "secret"),
    "see what others keep in /tmp": lambda: Path("/tmp/of-others").stat(),
    "see the kernel's modules": lambda: list(Path("/usr/lib/modules", os.uname().release).iterdir()),
    "see that others run": lambda: _opened("/proc/1/comm"),
    "know whose a file is": lambda: _other(Path("/var/open/of-mail").stat().st_uid, _NOBODY),
    "have the machine's own names": lambda: _same(Path("/proc/self/ns/uts").stat().st_ino, _ITS_NAMES),
    "see the kernel's log": lambda: _same(Path("/dev/kmsg").stat().st_rdev, os.makedev(1, 11)),
    "read the kernel's log": lambda: _opened("/dev/kmsg"),
    "ask for the kernel's log": lambda: _did(_libc.klogctl(_SIZE_OF_LOG, None, 0)),
    "trace a process": _seized_child,
    "read the disk's device": lambda: _opened("/dev/vda"),
    "make a keyboard": lambda: _opened("/dev/uinput", os.O_WRONLY),
    "make users of its own": lambda: _did(_libc.unshare(_NEW_USER)),
    "have a file run as its owner": _made_suid,
    "write what it runs": lambda: mmap.mmap(
        -1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC
    ).close(),
    "keep kernel keys": lambda: _syscall(_ADD_KEY, b"user", b"probe", b"x", 1, -2),
    "ask in 32 bits": _in_32_bits,
    "run in real time": lambda: os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(PRIORITY_MAX)),
    "ever get a right": lambda: _in_bounds(_SET_TIME),
    "be another kind of program": lambda: _did(_libc.personality(_NO_RANDOM_PLACES)),
    "talk to the kernel's network": lambda: _socket_of(socket.AF_NETLINK, socket.SOCK_RAW),
    "become root by a file of root's": _run_as_root,
}
"""What the sandbox alone refuses: outside it, the same user can."""
BY_RIGHTS = {
    "write the kernel's settings": lambda: _written("/proc/sys/kernel/domainname"),
    "read another's key": lambda: _opened("/var/open/key"),
    "read passwords": lambda: _opened("/etc/shadow"),
    "see another's process": lambda: _opened("/proc/1/environ"),
    "signal another's process": lambda: os.kill(1, 0),
    "read memory's device": lambda: _opened("/dev/mem"),
    "load a module": _module_loaded,
    "mount": _mounted,
    "change the root": lambda: os.chroot("/"),
    "make a network of its own": lambda: _did(_libc.unshare(_NEW_NET)),
    "make mounts of its own": lambda: _did(_libc.unshare(_NEW_MOUNTS)),
    "set the clock": lambda: time.clock_settime(time.CLOCK_REALTIME, time.time()),
    "name the machine": lambda: socket.sethostname(socket.gethostname()),
    "become root": lambda: os.setuid(0),
    "go before all others": lambda: os.setpriority(os.PRIO_PROCESS, 0, -20),
    "reach the machine's ports": lambda: _did(_libc.iopl(3)),
    "send raw packets": lambda: _socket_of(socket.AF_INET, socket.SOCK_RAW, 1),
    "see the cable": lambda: _socket_of(socket.AF_PACKET, socket.SOCK_RAW),
    "listen at a low port": lambda: _bound(("127.0.0.1", 80)),
}
"""What that user is refused outside it as well, and root is not: that it has no more rights in its unit."""
NEEDED = {
    "write its folder": lambda: tempfile.TemporaryFile(dir="/var/lib/doorward").close(),
    "write its folder in memory": lambda: tempfile.TemporaryFile(dir="/run/doorward").close(),
    "ask whether the clock is kept": lambda: _did(_libc.adjtimex(ctypes.create_string_buffer(512))),
    "know this boot and the load": lambda: (
        _opened("/proc/sys/kernel/random/boot_id"),
        _opened("/proc/loadavg"),
    ),
    "listen on the loopback": lambda: _bound(_ANY_PORT),
    "reach a hub by IPv6": lambda: _socket_of(socket.AF_INET6, socket.SOCK_STREAM),
    "step behind all others": lambda: (
        os.setpriority(os.PRIO_PROCESS, 0, 19),
        os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0)),
    ),
}
BY_UNIT = {
    "come before others": lambda: _same(os.getpriority(os.PRIO_PROCESS, 0), -10),
    "come first at the disk": lambda: _same(_libc.syscall(_OWN_PRIORITY, 1, 0), _FIRST_OF_ITS_CLASS),
    "have more of the processors": lambda: _same(_of_its_group("cpu.weight"), "1000"),
    "be spared where memory ends": lambda: _same(Path("/proc/self/oom_score_adj").read_text(), "-900\n"),
    "keep its files to itself": lambda: _same(_mode_of_a_file(), "0o600"),
    "stand in its folder": lambda: _same(str(Path.cwd()), "/var/lib/doorward"),
}
"""What the unit gives, and neither that user nor root has outside it."""


def became_of(probe):
    """In a process of its own: what one has become, the next is not."""
    trying = os.fork()
    if not trying:
        os._exit(_exit_code(probe))
    code = os.waitstatus_to_exitcode(os.waitpid(trying, 0)[1])
    return errno.errorcode.get(code, FELL_OVER) if code else "done"


def _exit_code(probe):
    try:
        probe()
    except OSError as error:
        return error.errno or _FELL_OVER
    except BaseException:  # noqa: BLE001 (whatever it was, the kernel refused nothing)
        traceback.print_exc()
        return _FELL_OVER
    return 0


if __name__ == "__main__":
    probes = BY_SANDBOX | BY_RIGHTS | NEEDED | BY_UNIT
    Path(sys.argv[1]).write_text(json.dumps({name: became_of(probe) for name, probe in probes.items()}))
