"""`doorward-edge enroll`: from a code that a person typed to a state folder that an edge can start on.

Whole or not at all: until the answer is proven, what was there before stands. Nothing is said of keys and codes.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from contract.enrolment import Enrolled, open_answer
from contract.enrolment_code import Code, EnrolError, EnrolWhy, read_code
from contract.instants import from_us
from contract.keys import OpeningKey
from contract.reader_configuration import ALLOWED
from contract.topics import is_name
from edge.core.clock_trust import ClockTrust
from edge.core.saved_trust import recalled, saved
from edge.enrolling.asking import SavedPending, asking, certifies, forget, pending_of
from edge.enrolling.post import PostError, Refusal, address_of, post
from edge.ports import KernelClock
from edge.storage.earlier_state import unacked
from edge.storage.enrolment_file import (
    EnrolledEdge,
    EnrolmentFileError,
    NotEnrolled,
    read_enrolment,
    write_enrolment,
)
from edge.storage.errors import StorageError
from edge.storage.state_folder import claim
from edge.storage.trust_file import SmallTrustFile

_TO_DO: Final[dict[str, str]] = {
    EnrolWhy.CODE_UNREADABLE: "type it again as the hub shows it",
    EnrolWhy.UNKNOWN_CODE: "is --hub the hub that made the code? Or make a new code there",
    EnrolWhy.WRONG_SECRET: "make a new code at the hub",
    EnrolWhy.WRONG_NAME: "give --name the edge's name at the hub, as the code was made for it",
    EnrolWhy.EXPIRED: "make a new code at the hub",
    EnrolWhy.USED: "make a new code at the hub",
    EnrolWhy.WRONG_FINGERPRINT: "is --hub the hub that made the code? If it is, somebody answers in its place",
    EnrolWhy.BAD_SEAL: "is --hub the hub that made the code? If it is, somebody answers in its place",
    EnrolWhy.OTHER_REQUEST: "ask again; if it stays so, somebody answers in the hub's place",
    "too_many": "wait 15 minutes",
    "hub_not_ready": "look at the hub's log",
    EnrolWhy.CANNOT_OPEN: "ask again; if it stays so, make a new code at the hub",
}
_OTHERWISE: Final = "ask again; if it stays so, look at the versions of hub and edge"


class EnrolFailed(Exception):
    """This edge is as it was; the text says why and what to do."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody asked for. `name` None: as the edge is called already. `force`: in place of an enrolment."""

    state_dir: Path
    hub: str
    code: str = field(repr=False)
    name: str | None
    force: bool


def enrol(wish: Wish, clock: KernelClock, warn: Callable[[str], None] = lambda _: None) -> EnrolledEdge:
    """Who this edge is now. `warn` hears what somebody should know of it. EnrolFailed, StorageError."""
    try:
        address_of(wish.hub)
        code = read_code(wish.code)
        name = _name(wish)
        descriptor = claim(wish.state_dir)
        try:
            return _enrol(wish, code, name, clock, warn)
        finally:
            os.close(descriptor)
    except EnrolError as error:
        raise EnrolFailed(_with_advice(str(error), error.why)) from error
    except Refusal as refusal:
        raise EnrolFailed(_with_advice(f"the hub says: {refusal}", refusal.why)) from refusal
    except PostError as error:
        raise EnrolFailed(str(error)) from error


def _enrol(wish: Wish, code: Code, name: str, clock: KernelClock, warn: Callable[[str], None]) -> EnrolledEdge:
    state_dir = wish.state_dir
    try:
        saved_pending = asking(state_dir, code, name)
    except OSError as error:
        raise StorageError(f"{str(state_dir)!r} cannot be written: {error.strerror}") from error
    asked_s = clock.boottime_s()
    answer = post(wish.hub, saved_pending.request)
    enrolled = open_answer(answer, pending_of(saved_pending, code), OpeningKey(saved_pending.opening_seed))
    _check_certificate(enrolled, saved_pending)
    seed, tls_key = saved_pending.signing_seed, saved_pending.tls_key
    set_aside = write_enrolment(state_dir, name, seed, tls_key, enrolled)
    if set_aside is not None:
        warn(f"what this edge had of another hub, or as another edge, is set aside in {state_dir / set_aside}")
    # The enrolment stands: nothing of what follows undoes it.
    try:
        forget(state_dir)
        _raise_floor(state_dir, enrolled.delivered.at_us, asked_s, clock)
    except OSError as error:
        warn(
            f"the hub's time could not be kept in {str(state_dir)!r}: {error.strerror}; the hub will say it again"
        )
    return read_enrolment(state_dir)


def _name(wish: Wish) -> str:
    """What the edge is to be called. EnrolFailed: nobody said, or it is enrolled already."""
    try:
        enrolled = read_enrolment(wish.state_dir)
    except NotEnrolled:
        known = None
    except EnrolmentFileError as error:
        if not wish.force:
            raise EnrolFailed(f"{error} --force puts a new enrolment in its place") from error
        known = None
    else:
        known = enrolled.edge
        if not wish.force:
            raise EnrolFailed(
                f"{str(wish.state_dir)!r} is enrolled already, as {known}; "
                f"--force puts a new enrolment in its place{_what_it_costs(wish.state_dir)}"
            )
    if wish.name is None and known is None:
        raise EnrolFailed("--name is missing: the edge's name at the hub, which the code was made for")
    name = wish.name or known or ""
    if not is_name(name):
        raise EnrolFailed(f"--name is {name!r}; it should be {ALLOWED['name']}")
    return name


def _what_it_costs(state_dir: Path) -> str:
    """Of another hub, or as another edge: rows that no hub has would never get to theirs."""
    rows = unacked(state_dir)
    if rows == 0:
        return ""
    told = "check-ins that cannot be counted" if rows is None else f"{rows} check-ins"
    return (
        f". Its hub has not acknowledged {told}: at another hub, or by another name, they are set aside and "
        "counted nowhere; let it reach its hub first"
    )


def _check_certificate(enrolled: Enrolled, pending: SavedPending) -> None:
    if not certifies(enrolled.delivered.certificate[0], pending.tls_key):
        raise EnrolFailed("the hub certified another key than this edge's: make a new code at the hub")


def _raise_floor(state_dir: Path, at_us: int, asked_s: float, clock: KernelClock) -> None:
    """The hub's time, answered to this very request: the edge knows from its first start what has passed."""
    file, boot = SmallTrustFile(state_dir / "trust.json"), clock.boot_id()
    answered_s = clock.boottime_s()
    marks, whole_s = recalled(file.read(), boot, answered_s)
    trust = ClockTrust(marks)
    trust.heard(from_us(at_us), asked_s, answered_s, clock.now())
    file.write(saved(trust.marks(), whole_s, boot, answered_s))


def _with_advice(text: str, why: str) -> str:
    """Unless it says already what to do."""
    if any(said in text for said in ("make a new", "then try again")):
        return text
    return f"{text}. What to do: {_TO_DO.get(why, _OTHERWISE)}"
