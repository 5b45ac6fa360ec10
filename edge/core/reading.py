"""What a scanner's bytes were read as, once on a scan's way: turns and decisions go by this. Pure."""

from dataclasses import dataclass, replace

from contract.card import Scan, read_scan, trace_hash


@dataclass(frozen=True, slots=True)
class Reading:
    """`code_hash`: by which the code is known everywhere. `arrived_s`: of its last byte, monotonic clock."""

    scan: Scan
    code_hash: bytes
    arrived_s: float


def read(organization_key: bytes, raw: bytes, length: int, arrived_s: float) -> Reading:
    """`length` is what came in all, in bytes; `raw` may have been cut. Never raises."""
    scan = replace(read_scan(raw), length=length)
    return Reading(scan, trace_hash(organization_key, scan), arrived_s)
