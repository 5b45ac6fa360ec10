"""A reader, in the words of edge.toml. Only the operations files of this folder write it.

What its policy means is the contract's (contract.ask.Policy), and so is what cannot be meant together
(contract.reader_configuration).
"""

from typing import Final

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from contract.ask import (
    PASSBACK_SECONDS_MAX,
    REPLICA_AGE_SECONDS_MAX,
    Codes,
    Direction,
    Mode,
    Passback,
    Posture,
)
from contract.reader_configuration import RESCAN_SECONDS_MAX, ReaderKind, misfits
from contract.reader_configuration import Reader as Section
from contract.trust import ClockState
from hub.fleet.validators import finite
from hub.members.validators import slug, slug_as_in

_ANY_DEVICE: Final = "/dev/null"
_ANY_PIN: Final = 0
_MODES: Final = [
    (Mode.REDEEM.value, gettext_lazy("use benefits up")),
    (Mode.IDENTIFY.value, gettext_lazy("show only, count nothing")),
]
_CODES: Final = [
    (Codes.STATIC.value, pgettext_lazy("codes", "all")),
    (Codes.ROTATING.value, gettext_lazy("rotating; static ones while the clock is unknown")),
    (Codes.ROTATING_STRICTLY.value, gettext_lazy("rotating only")),
]
_CLOCKS: Final = [
    (ClockState.UNKNOWN.value, gettext_lazy("unknown: any clock")),
    (ClockState.HOLDOVER.value, gettext_lazy("holdover: synced once since it started")),
    (ClockState.SYNCED.value, pgettext_lazy("a clock", "synced")),
]
_DIRECTIONS: Final = [
    (Direction.IN.value, gettext_lazy("into its area")),
    (Direction.OUT.value, gettext_lazy("out of it")),
]
_PASSBACKS: Final = [
    (Passback.OFF.value, pgettext_lazy("anti-passback", "off")),
    (Passback.SOFT.value, gettext_lazy("soft: granted, and marked")),
    (Passback.HARD.value, gettext_lazy("hard: denied")),
]
_POSTURES: Final = [
    (Posture.SECURE.value, pgettext_lazy("a door", "secure")),
    (Posture.UNLOCKED.value, gettext_lazy("unlocked: it stands open")),
    (Posture.FREE.value, gettext_lazy("free: any readable scan opens")),
    (Posture.LOCKDOWN.value, pgettext_lazy("a door", "lockdown")),
]


class Reader(models.Model):
    """One scanner on an edge, at a door or a counter, that asks for one permission."""

    class Kind(models.TextChoices):
        DOOR = "door", pgettext_lazy("a reader", "Door")
        COUNTER = "counter", pgettext_lazy("a reader", "Counter")

    edge = models.ForeignKey("fleet.Edge", models.CASCADE, related_name="readers")
    name = models.CharField(max_length=32, validators=[slug], help_text=gettext_lazy("The same as in edge.toml."))
    kind = models.CharField(max_length=16, choices=Kind.choices)
    permission = models.ForeignKey(
        "members.Permission",
        models.PROTECT,
        related_name="readers",
        help_text=gettext_lazy("The same as in edge.toml."),
    )
    mode = models.CharField(max_length=16, choices=_MODES, default=Mode.REDEEM.value)
    enabled = models.BooleanField(default=True)
    partner = models.ForeignKey("partners.Partner", models.PROTECT, null=True, blank=True, related_name="readers")
    attended = models.BooleanField(default=True, help_text=gettext_lazy("Somebody who is known stands at it."))
    codes = models.CharField(
        gettext_lazy("codes taken"), max_length=32, choices=_CODES, default=Codes.STATIC.value
    )
    clock = models.CharField(
        gettext_lazy("worst clock taken"), max_length=16, choices=_CLOCKS, default=ClockState.UNKNOWN.value
    )
    replica_age_seconds_max = models.PositiveIntegerField(
        gettext_lazy("oldest data taken, in seconds"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(REPLICA_AGE_SECONDS_MAX)],
        help_text=gettext_lazy("86400 is a day. Empty: however old."),
    )
    area = models.CharField(
        max_length=32, blank=True, validators=[slug_as_in("sauna")], help_text=gettext_lazy("As in sauna.")
    )
    direction = models.CharField(max_length=8, choices=_DIRECTIONS, default=Direction.IN.value)
    passback = models.CharField(
        gettext_lazy("anti-passback"),
        max_length=8,
        choices=_PASSBACKS,
        default=Passback.OFF.value,
        help_text=gettext_lazy("What becomes of who comes into the area twice without having gone out."),
    )
    passback_seconds = models.PositiveIntegerField(
        gettext_lazy("anti-passback is reset after, in seconds"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(PASSBACK_SECONDS_MAX)],
        help_text=gettext_lazy("Empty: never."),
    )
    lockdown_permission = models.ForeignKey(
        "members.Permission",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text=gettext_lazy("Who has it passes in a lockdown. Empty: nobody does."),
    )
    posture = models.CharField(max_length=16, choices=_POSTURES, default=Posture.SECURE.value)
    unlocked_schedule = models.ForeignKey(
        "fleet.Schedule",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="readers",
        help_text=gettext_lazy("A door stands open in these hours."),
    )
    confirm_seconds = models.FloatField(
        default=1.0,
        validators=[finite, MinValueValidator(0.1), MaxValueValidator(10)],
        help_text=gettext_lazy("How long the hub is given to confirm a benefit: 0.1 to 10."),
    )
    rescan_seconds = models.FloatField(
        null=True,
        blank=True,
        validators=[finite, MinValueValidator(0), MaxValueValidator(RESCAN_SECONDS_MAX)],
        help_text=format_lazy(
            gettext_lazy(
                "The same code again within it repeats the answer: 0 to {most}. Empty: 0, or 5 where codes rotate."
            ),
            most=RESCAN_SECONDS_MAX,
        ),
    )
    undo_permission = models.ForeignKey(
        "members.Permission",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text=gettext_lazy("A card with it undoes the last redemption at a counter, within 15 minutes."),
    )

    class Meta:
        ordering = ["edge", "name"]
        constraints = [
            models.UniqueConstraint(
                fields=["edge", "name"],
                name="reader_once",
                violation_error_message=gettext_lazy("This edge already has a reader of that name."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.edge}/{self.name}"

    def clean(self) -> None:
        section = self._section()
        # Of two misfits of one field the first is said.
        found = () if section is None else reversed(list(misfits(section)))
        fields = {
            field: _("This %(says)s; it should be %(allowed)s.") % {"says": says, "allowed": allowed}
            for field, says, allowed in found
        }
        if fields:
            raise ValidationError(fields)

    def _section(self) -> Section | None:
        """As edge.toml says it, with what belongs to the machine made up. None: a choice is none, which is said at
        its field already."""
        try:
            return Section(
                kind=ReaderKind(self.kind),
                relay_pin=_ANY_PIN if self.kind == self.Kind.DOOR else None,
                name=self.name,
                device=_ANY_DEVICE,
                permission=_told(self, "permission") or "",
                area=self.area or None,
                direction=Direction(self.direction),
                passback=Passback(self.passback),
                passback_seconds=self.passback_seconds,
                posture=Posture(self.posture),
                unlocked_schedule=_told(self, "unlocked_schedule"),
                undo_permission=_told(self, "undo_permission"),
            )
        except ValueError:
            return None


def _told(reader: Reader, field: str) -> str | None:
    return None if getattr(reader, f"{field}_id") is None else getattr(reader, field).slug
