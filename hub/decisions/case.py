"""One answer with all that it was made from, as its explanation speaks of it. Pure."""

from dataclasses import dataclass, field
from datetime import datetime

from django.utils.translation import gettext as _

from contract.ask import Ask
from contract.decision import Decision
from contract.facts import Facts
from contract.grant import Grant
from hub.decisions import opening, words
from hub.decisions.register import Register
from hub.feed.operations import EVERYONE


@dataclass(frozen=True, slots=True)
class Case:
    """One answer with all that it was made from. `reader` is EDGE/READER, `zone` the site's, `register` the hub's
    of now."""

    ask: Ask
    facts: Facts
    at: datetime
    answer: Decision
    reader: str
    zone: str
    register: Register = field(default_factory=Register)

    @property
    def permission(self) -> str:
        """As people call it."""
        return self.register.permission(self.ask.permission)

    @property
    def grant(self) -> Grant | None:
        return None if self.answer.plan is None else self.answer.plan.grant_of(self.ask.permission)

    @property
    def plan(self) -> str:
        """As it stands within a sentence."""
        if self.answer.plan is None:
            return _("the plan")
        return _("the plan “%(plan)s”") % {"plan": self.answer.plan.name}

    @property
    def plan_at_start(self) -> str:
        """As a sentence begins with it."""
        return f"{self.plan[0].upper()}{self.plan[1:]}"

    @property
    def feed(self) -> str | None:
        """The feed that was decided by, where it is not everybody's."""
        position = self.facts.position
        return None if position is None or position.feed == EVERYONE else position.feed

    def named_days(self, schedule: str) -> opening.Named:
        return opening.Named(
            self.ask.policy.site, self.register.holidays, self.register.exceptions.get(schedule, {})
        )

    def when(self, at: datetime | None) -> str:
        return _("an instant that is not known") if at is None else words.instant(at, self.zone)
