"""Prometheus's text format, version 0.0.4, as edge and hub say their figures to whoever scrapes them.

Pure: what is measured, and where it is served, others know.
https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format
"""

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from typing import Final, NamedTuple

from contract.errors import ContractError

CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"
_METRIC: Final = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*")
_LABEL: Final = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*")
_IN_VALUES: Final = str.maketrans({"\\": r"\\", "\n": r"\n", '"': r"\""})
_IN_HELP: Final = str.maketrans({"\\": r"\\", "\n": r"\n"})


class ExpositionError(ContractError):
    """A name that the format does not have: a fault of the program."""


class MetricType(StrEnum):
    COUNTER = "counter"
    GAUGE = "gauge"
    HISTOGRAM = "histogram"


class Sample(NamedTuple):
    """One line. `suffix` is what a histogram's lines add to its name."""

    value: float
    labels: Mapping[str, str] = {}
    suffix: str = ""


class Metric(NamedTuple):
    """All lines of one name; `meaning` is for people."""

    name: str
    type: MetricType
    meaning: str
    samples: Sequence[Sample]


def counter(name: str, meaning: str, samples: Iterable[Sample]) -> Metric:
    """What only rises, but for a restart; `name` ends in _total."""
    return Metric(name, MetricType.COUNTER, meaning, list(samples))


def gauge(name: str, meaning: str, samples: Iterable[Sample]) -> Metric:
    return Metric(name, MetricType.GAUGE, meaning, list(samples))


def measured(name: str, meaning: str, value: float | None) -> Metric:
    """A gauge of one line; of none where nothing is known."""
    return gauge(name, meaning, [] if value is None else [Sample(value)])


def histogram(name: str, meaning: str, bounds: Sequence[float], counts: Sequence[int], total: float) -> Metric:
    """`counts` are those of each bucket alone, with one more for what lies above `bounds`; `total` is the sum of
    all that was observed, in the unit of the bounds."""
    samples, cumulated = [], 0
    for bound, count in zip((*bounds, math.inf), counts, strict=True):
        cumulated += count
        samples.append(Sample(cumulated, {"le": _number(bound)}, "_bucket"))
    samples += [Sample(total, suffix="_sum"), Sample(cumulated, suffix="_count")]
    return Metric(name, MetricType.HISTOGRAM, meaning, samples)


def exposition(metrics: Iterable[Metric]) -> str:
    """The text of all metrics that have a line. ExpositionError: a name does not fit, or comes twice."""
    lines: list[str] = []
    seen: set[str] = set()
    for metric in metrics:
        if not _METRIC.fullmatch(metric.name) or metric.name in seen:
            raise ExpositionError(f"{metric.name!r} is no metric's name, or the second of that name")
        seen.add(metric.name)
        if metric.samples:
            lines.append(f"# HELP {metric.name} {metric.meaning.translate(_IN_HELP)}")
            lines.append(f"# TYPE {metric.name} {metric.type}")
            lines.extend(_line(metric.name, sample) for sample in metric.samples)
    return "".join(f"{line}\n" for line in lines)


def _line(name: str, sample: Sample) -> str:
    for label in sample.labels:
        if not _LABEL.fullmatch(label):
            raise ExpositionError(f"{label!r} is no label's name")
    pairs = ",".join(f'{label}="{value.translate(_IN_VALUES)}"' for label, value in sample.labels.items())
    labels = f"{{{pairs}}}" if pairs else ""
    return f"{name}{sample.suffix}{labels} {_number(sample.value)}"


def _number(value: float) -> str:
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "+Inf" if value > 0 else "-Inf"
    return str(int(value)) if value == int(value) else repr(float(value))
