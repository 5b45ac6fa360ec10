"""What stands in a guest for a Raspberry Pi's board: its chip's pins (gpio-sim), and its revision.

GPIO 0 to 8 are pulled up, as a Pi's are, and the door is shut. The kernel traces each level that is set, from
before the edge starts.
"""

from typing import Final

from tests.machine.wiring import Wire

LINES: Final = 54
_SCRIPT: Final = f"""\
#!/bin/sh
set -e
modprobe gpio-sim
bank=/sys/kernel/config/gpio-sim/pi/header
mkdir -p $bank
echo {LINES} > $bank/num_lines
echo pinctrl-bcm2835 > $bank/label
mount -t tracefs none /sys/kernel/tracing 2>/dev/null || true
cd /sys/kernel/tracing
echo mono > trace_clock
echo 0 > /proc/sys/kernel/tracepoint_printk
echo 'get == 0' > events/gpio/gpio_value/filter
echo 1 > events/gpio/gpio_value/enable
echo 1 > /sys/kernel/config/gpio-sim/pi/live
cd /sys/devices/platform/$(cat /sys/kernel/config/gpio-sim/pi/dev_name)/$(cat $bank/chip_name)
for number in 0 1 2 3 4 5 6 7 8; do echo pull-up > sim_gpio$number/pull; done
echo pull-down > sim_gpio{Wire.CONTACT}/pull
mount --bind /etc/cpuinfo /proc/cpuinfo
"""
_UNIT: Final = """\
[Unit]
Description=The board that this machine would have
DefaultDependencies=no
After=sys-kernel-config.mount systemd-modules-load.service local-fs.target
Wants=sys-kernel-config.mount
Before=doorward-edge.service basic.target
[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/bin/sh /opt/board.sh
[Install]
WantedBy=sysinit.target
"""
# The unit has a /proc of its own (ProtectProc=), where what is bound over another's is not seen.
_DROP_IN: Final = "[Service]\nBindReadOnlyPaths=/etc/cpuinfo:/proc/cpuinfo\n"
FILES: Final = {
    "etc/cpuinfo": "processor\t: 0\n\nHardware\t: BCM2835\nRevision\t: a02082\n",
    "etc/systemd/system/board.service": _UNIT,
    "etc/systemd/system/doorward-edge.service.d/board.conf": _DROP_IN,
    "opt/board.sh": _SCRIPT,
}
