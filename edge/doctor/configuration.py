"""Which configuration stands, whether it can be read, what was refused, and whether its pins fit their boards."""

from collections.abc import Iterator
from typing import Final

from edge.core.saved_orders import mark_of
from edge.doctor.findings import Finding, failure, ok, warning
from edge.doctor.patient import Patient
from edge.hardware.boards import BoardError
from edge.hardware.wiring import wiring_of

_PUSH: Final = "push it a configuration at the hub, or run it with --config edge.toml"


def standing(patient: Patient) -> Iterator[Finding]:
    stands = patient.standing
    if stands.origin is None:
        yield warning("configuration.stands", "there is no configuration", "no reader is served", _PUSH)
    elif stands.configuration is None:
        yield failure(
            "configuration.stands",
            f"{stands.origin}, cannot be used: {stands.why}",
            "its readers are not served, or by an older one",
            "correct that field, at the hub or in the file; `doorward-edge check --config edge.toml` tries it",
        )
    else:
        readers = ", ".join(each.name for each in stands.configuration.readers)
        yield ok("configuration.stands", f"{stands.origin}: readers {readers}")


def files(patient: Patient) -> Iterator[Finding]:
    _, damaged = patient.kept_orders
    for what in damaged:
        yield failure(
            "configuration.file",
            what,
            "what the hub has ordered is kept twice: an edge that starts goes by the other copy, if it is whole",
            "start the edge anew, and push its configuration once more at the hub",
        )
    if not damaged:
        yield ok("configuration.file", "what the hub has ordered can be read")


def refused(patient: Patient) -> Iterator[Finding]:
    """What the hub desires and does not stand here."""
    orders = patient.kept_orders[0].configuration
    if orders.refused is not None and mark_of(orders.refused) > mark_of(orders.stands):
        place = "" if orders.refused.field is None else f"{orders.refused.field}: "
        yield warning(
            "configuration.refused",
            f"generation {orders.refused.generation} was refused at {orders.refused.step}",
            f"{place}{orders.refused.why}",
            "correct it at the hub and push it again; until then the one before stands",
        )
    if orders.trying:
        yield warning(
            "configuration.trying",
            "another broker or feed is being tried",
            "unless the hub answers there, the configuration before is put back",
            "wait two minutes and look again",
        )


def wiring(patient: Patient) -> Iterator[Finding]:
    configuration = patient.configuration
    if configuration is None:
        return
    try:
        concerns = list(wiring_of(configuration).concerns(configuration))
    except BoardError as error:
        why = "without its board's file nobody knows what a pin leaves at boot"
        yield failure("configuration.wiring", str(error), why, f"correct hardware.{error.field}")
        return
    for place, text, is_fault in concerns:
        if is_fault:
            why = "the edge refuses a configuration with such a pin"
            yield failure("configuration.wiring", text, why, f"take another pin for {place}", place)
        else:
            why = "it works, and may surprise"
            yield warning(
                "configuration.wiring", text, why, f"look at the wiring of {place} (docs/doors.md)", place
            )
    if not concerns:
        yield ok("configuration.wiring", "no pin is in doubt, as far as the boards are known")
