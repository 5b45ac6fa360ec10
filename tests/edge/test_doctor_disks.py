"""What the doctor finds of the disk that an edge has its own folder on: full, read-only, slow, worn."""

import errno
import os
from pathlib import Path

import pytest

from edge.doctor import disk
from edge.doctor.findings import Level
from edge.ports import MachineState
from tests.edge.doctor_runs import Ward, the, ward
from tests.edge.small_disks import small_disk

__all__ = ["ward"]  # a fixture
OK, WARNING, FAILURE = Level.OK, Level.WARNING, Level.FAILURE


def test_disks_that_are_full_or_read_only(tmp_path: Path) -> None:
    with small_disk(tmp_path / "state") as small:
        ward = Ward(tmp_path)
        ward.enrol()
        assert the(disk.space, ward.patient(), "disk.space").level is FAILURE
        assert the(disk.wear, ward.patient(), "disk.wear").level is OK
        small.fill()
        assert "No space left" in the(disk.writable, ward.patient(), "disk.writable").what
        small.empty()
        small.read_only(True)
        assert "read-only" in the(disk.writable, ward.patient(), "disk.writable").what
        ward.close()


def test_a_disk_that_is_read_only_though_its_mount_is_not(ward: Ward, monkeypatch: pytest.MonkeyPatch) -> None:
    """As a kernel leaves it that met errors."""

    def refused(_: int) -> None:
        raise OSError(errno.EROFS, os.strerror(errno.EROFS))

    monkeypatch.setattr(disk.os, "fsync", refused)
    one = the(disk.writable, ward.patient(), "disk.writable")
    assert (one.level, one.what, "make room" in str(one.to_do)) == (FAILURE, "the disk is read-only", False)


@pytest.mark.parametrize(("free_bytes", "level"), [(49e6, FAILURE), (51e6, WARNING), (501e6, OK)])
def test_room_on_the_disk(ward: Ward, monkeypatch: pytest.MonkeyPatch, free_bytes: float, level: Level) -> None:
    state = MachineState(None, int(free_bytes), 0.5, None, None)
    monkeypatch.setattr(disk.Machine, "as_it_stands", lambda _: state)
    assert the(disk.space, ward.patient(), "disk.space").level is level


@pytest.mark.parametrize(("took_s", "level"), [(0.039, OK), (0.041, WARNING)])
def test_a_disk_that_is_slow(ward: Ward, monkeypatch: pytest.MonkeyPatch, took_s: float, level: Level) -> None:
    """As most of the tries are, not the one that had to wait for something else."""
    monkeypatch.setattr(disk, "_fsync_times_s", lambda _: [took_s] * 5 + [9.0] + [0.001] * 3)
    assert the(disk.writable, ward.patient(), "disk.fsync").level is level


@pytest.fixture
def emmc(ward: Ward) -> Path:
    """In sysfs, as that of the state folder's disk, of which it is a partition."""
    device = ward.machine / "sys" / "devices" / "mmc" / "mmcblk0"
    (device / "mmcblk0p2").mkdir(parents=True)
    (device / "mmcblk0p2" / "partition").write_text("2")
    number = ward.state.stat().st_dev
    blocks = ward.machine / "sys" / "dev" / "block"
    blocks.mkdir(parents=True)
    (blocks / f"{os.major(number)}:{os.minor(number)}").symlink_to(device / "mmcblk0p2")
    (device / "device").mkdir()
    return device / "device"


def test_a_worn_disk(ward: Ward, emmc: Path) -> None:
    (emmc / "life_time").write_text("0x01 0x09\n")
    ward.put("sys/fs/ext4/mmcblk0p2/errors_count", "3\n")
    ward.put("sys/fs/ext4/mmcblk0p2/lifetime_write_kbytes", "4000000\n")
    assert the(disk.wear, ward.patient(), "disk.errors").level is FAILURE
    one = the(disk.wear, ward.patient(), "disk.wear")
    assert (one.level, "90 %" in one.what, "4 GB" in one.what) == (WARNING, True, True)


@pytest.mark.parametrize(("said", "level"), [("0x00", OK), ("0x01", OK), ("0x02", WARNING), ("0x03", WARNING)])
def test_a_disk_whose_spare_blocks_run_out_whatever_else_it_says(
    ward: Ward, emmc: Path, said: str, level: Level
) -> None:
    (emmc / "life_time").write_text("0x00 0x00\n")
    (emmc / "pre_eol_info").write_text(f"{said}\n")
    one = the(disk.wear, ward.patient(), "disk.wear")
    assert (one.level, "spare blocks" in one.what) == (level, level is WARNING)
