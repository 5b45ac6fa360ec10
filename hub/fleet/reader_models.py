"""A reader, in the words of edge.toml. Only hub/fleet/operations.py writes it.

What its policy means is the contract's (contract.ask.Policy). What fits a door or a counter is said here once
more, since edge and hub know nothing of each other.
"""

from collections.abc import Callable, Iterator
from typing import Final

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from contract.ask import (
    PASSBACK_SECONDS_MAX,
    REPLICA_AGE_SECONDS_MAX,
    Codes,
    Direction,
    Mode,
    Passback,
    Policy,
    PolicyError,
    Posture,
)
from contract.trust import ClockState
from hub.fleet.validators import finite
from hub.members.validators import slug, slug_as_in

RESCAN_SECONDS_MAX: Final = 60
_MODES: Final = [(Mode.REDEEM.value, "use benefits up"), (Mode.IDENTIFY.value, "show only, count nothing")]
_CODES: Final = [
    (Codes.STATIC.value, "all"),
    (Codes.ROTATING.value, "rotating; static ones while the clock is unknown"),
    (Codes.ROTATING_STRICTLY.value, "rotating only"),
]
_CLOCKS: Final = [
    (ClockState.UNKNOWN.value, "unknown: any clock"),
    (ClockState.HOLDOVER.value, "holdover: synced once since it started"),
    (ClockState.SYNCED.value, "synced"),
]
_DIRECTIONS: Final = [(Direction.IN.value, "into its area"), (Direction.OUT.value, "out of it")]
_PASSBACKS: Final = [
    (Passback.OFF.value, "off"),
    (Passback.SOFT.value, "soft: granted, and marked"),
    (Passback.HARD.value, "hard: denied"),
]
_POSTURES: Final = [
    (Posture.SECURE.value, "secure"),
    (Posture.UNLOCKED.value, "unlocked: it stands open"),
    (Posture.FREE.value, "free: any readable scan opens"),
    (Posture.LOCKDOWN.value, "lockdown"),
]


class Reader(models.Model):
    """One scanner on an edge, at a door or a counter, that asks for one permission."""

    class Kind(models.TextChoices):
        DOOR = "door"
        COUNTER = "counter"

    edge = models.ForeignKey("fleet.Edge", models.CASCADE, related_name="readers")
    name = models.CharField(max_length=32, validators=[slug], help_text="The same as in edge.toml.")
    kind = models.CharField(max_length=16, choices=Kind.choices)
    permission = models.ForeignKey(
        "members.Permission", models.PROTECT, related_name="readers", help_text="The same as in edge.toml."
    )
    mode = models.CharField(max_length=16, choices=_MODES, default=Mode.REDEEM.value)
    enabled = models.BooleanField(default=True)
    partner = models.ForeignKey("partners.Partner", models.PROTECT, null=True, blank=True, related_name="readers")
    attended = models.BooleanField(default=True, help_text="Somebody who is known stands at it.")
    codes = models.CharField("codes taken", max_length=32, choices=_CODES, default=Codes.STATIC.value)
    clock = models.CharField("worst clock taken", max_length=16, choices=_CLOCKS, default=ClockState.UNKNOWN.value)
    replica_age_seconds_max = models.PositiveIntegerField(
        "oldest data taken, in seconds",
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(REPLICA_AGE_SECONDS_MAX)],
        help_text="86400 is a day. Empty: however old.",
    )
    area = models.CharField(max_length=32, blank=True, validators=[slug_as_in("sauna")], help_text="As in sauna.")
    direction = models.CharField(max_length=8, choices=_DIRECTIONS, default=Direction.IN.value)
    passback = models.CharField(
        "anti-passback",
        max_length=8,
        choices=_PASSBACKS,
        default=Passback.OFF.value,
        help_text="What becomes of who comes into the area twice without having gone out.",
    )
    passback_seconds = models.PositiveIntegerField(
        "anti-passback is reset after, in seconds",
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(PASSBACK_SECONDS_MAX)],
        help_text="Empty: never.",
    )
    lockdown_permission = models.ForeignKey(
        "members.Permission",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="Who has it passes in a lockdown. Empty: nobody does.",
    )
    posture = models.CharField(max_length=16, choices=_POSTURES, default=Posture.SECURE.value)
    unlocked_schedule = models.ForeignKey(
        "fleet.Schedule",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="readers",
        help_text="A door stands open in these hours.",
    )
    confirm_seconds = models.FloatField(
        default=1.0,
        validators=[finite, MinValueValidator(0.1), MaxValueValidator(10)],
        help_text="How long the hub is given to confirm a benefit: 0.1 to 10.",
    )
    rescan_seconds = models.FloatField(
        null=True,
        blank=True,
        validators=[finite, MinValueValidator(0), MaxValueValidator(RESCAN_SECONDS_MAX)],
        help_text=f"The same code again within it repeats the answer: 0 to {RESCAN_SECONDS_MAX}."
        " Empty: 0, or 5 where codes rotate.",
    )
    undo_permission = models.ForeignKey(
        "members.Permission",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="A card with it undoes the last redemption at a counter, within 15 minutes.",
    )

    class Meta:
        ordering = ["edge", "name"]
        constraints = [
            models.UniqueConstraint(
                fields=["edge", "name"],
                name="reader_once",
                violation_error_message="This edge already has a reader of that name.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.edge}/{self.name}"

    def clean(self) -> None:
        misfits = dict(self._misfits())
        if misfits:
            raise ValidationError(misfits)

    def _misfits(self) -> Iterator[tuple[str, str]]:
        """Fields that cannot be meant together with others, each with what to do."""
        yield from self._misfits_of_place()
        yield from self._misfits_of_door() if self.kind == self.Kind.DOOR else self._misfits_of_counter()

    def _misfits_of_place(self) -> Iterator[tuple[str, str]]:
        if self.passback not in list(Passback) or self.direction not in list(Direction):
            return  # Said at those fields already.
        passback, direction = Passback(self.passback), Direction(self.direction)
        yield from _refused("area", lambda: Policy(area=self.area or None, passback=passback, direction=direction))
        yield from _refused(
            "passback_seconds",
            lambda: Policy(area="any", passback=passback, passback_seconds=self.passback_seconds),
        )
        if passback is not Passback.OFF and direction is Direction.OUT:
            yield "passback", "Nobody is kept in: on the way out it is off."

    def _misfits_of_door(self) -> Iterator[tuple[str, str]]:
        if self.undo_permission_id is not None:
            yield "undo_permission", "Leave it out for a door: who passed, passed."

    def _misfits_of_counter(self) -> Iterator[tuple[str, str]]:
        if self.posture in (Posture.UNLOCKED, Posture.FREE):
            yield "posture", "A counter is either secure or in lockdown: only doors stand open."
        if self.unlocked_schedule_id is not None:
            yield "unlocked_schedule", "Leave it out for a counter: only doors stand open."
        if self.undo_permission_id is not None and self.undo_permission_id == self.permission_id:
            yield "undo_permission", "Choose another permission than the reader's own."


def _refused(field: str, policy: Callable[[], Policy]) -> Iterator[tuple[str, str]]:
    try:
        policy()
    except PolicyError as error:
        yield field, f"This cannot be: {error}."
