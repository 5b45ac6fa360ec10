"""`doorward-edge doctor`: asks every check, prints what it finds, and ends with 0 (nothing failed) or 1.

DoctorError where nothing can be asked at all.
"""

import argparse
import os
import sys
from collections.abc import Iterator
from typing import Final, TextIO

from edge.clock import SystemClock
from edge.doctor.checks import examine
from edge.doctor.findings import Finding, Level, worst
from edge.doctor.patient import Patient
from edge.doctor.report import Report, encoded, lines_of, summary

EXIT_FAILED: Final = 1
NICENESS: Final = 15
"""Scans go first: a replica is recounted here, and a journal read through."""


class DoctorError(Exception):
    """Nothing can be asked; the text says why and what to do."""


def doctor(asked: argparse.Namespace) -> int:
    """The exit code. DoctorError."""
    patient = Patient(asked.state, asked.config, SystemClock())
    if not patient.state_dir.is_dir():
        raise DoctorError(
            f"{str(patient.state_dir)!r} is no folder: name the edge's with --state DIR, or enrol it first"
        )
    if not patient.is_readable():
        raise DoctorError(f"this user may not look into {str(patient.state_dir)!r}: ask with sudo")
    os.nice(NICENESS)
    found: list[Finding] = []
    if asked.json:
        found += examine(patient)
        sys.stdout.write(f"{encoded(_report(patient, found))}\n")
    else:
        in_colour = _takes_colour(sys.stdout)
        for line in lines_of(_noted(examine(patient), found), in_colour):
            sys.stdout.write(f"{line}\n")
            sys.stdout.flush()
        sys.stdout.write(f"{summary(found, in_colour)}\n")
    return EXIT_FAILED if worst(found) is Level.FAILURE else 0


def _noted(findings: Iterator[Finding], found: list[Finding]) -> Iterator[Finding]:
    for each in findings:
        found.append(each)
        yield each


def _report(patient: Patient, found: list[Finding]) -> Report:
    return Report(
        at=patient.known.at,
        level=worst(found),
        edge=None if patient.enrolled is None else patient.enrolled.edge,
        state=str(patient.state_dir),
        process=None if patient.running is None else patient.running.pid,
        findings=found,
    )


def _takes_colour(stream: TextIO) -> bool:
    return stream.isatty() and not os.environ.get("NO_COLOR")
