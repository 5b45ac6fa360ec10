"""A member, a card and a reader, and scans that an edge decides from the feed and that come in as check-ins."""

import secrets
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import msgspec

from contract.ask import Ask, Circumstances, Mode, Policy
from contract.decision import Decision, decide
from contract.facts import Facts
from contract.instants import to_us
from contract.limits import Limit
from contract.membership import HolderKind
from contract.messages import CheckIn, JournalRow, Void, encode
from hub.checkins import operations as checkins
from hub.checkins.models import CheckIn as Row
from hub.decisions.deciding import facts_of_card
from hub.decisions.explaining import Explanation, explain, find
from hub.feed.operations import EVERYONE
from hub.fleet import operations as fleet
from hub.members import operations as members
from hub.members.models import Card, Grant, Permission
from tests.hub.scans import AT, Club, batch, journal_rows, small_club

DOOR, WINE = "front-door", "glass-of-wine"
WEEK_S = 7 * 24 * 3600
JOURNAL = b"j" * 16


@dataclass
class Scene:
    """`policy` and `circumstances` are those of the next scan. The site is in Berlin, the door granted at all
    times and the wine once in seven days."""

    club: Club
    card: Card
    policy: dict[str, Any] = field(default_factory=lambda: {"site": "clubhouse"})
    circumstances: dict[str, Any] = field(default_factory=dict)
    permission: str = WINE
    mode: Mode = Mode.REDEEM
    code_hash: bytes = b""
    rows: int = 0
    arrives_at: datetime = AT + timedelta(days=60)

    def grant(self, permission: str, limits: list[Limit] | None = None, **changed: Any) -> Grant:
        plan, asked = self.club.membership.plan, Permission.objects.get(slug=permission)
        grant = Grant.objects.filter(plan=plan, permission=asked).first() or Grant(plan=plan, permission=asked)
        for name, value in changed.items():
            setattr(grant, name, value)
        return members.save_grant(grant, limits or [])

    def ask(self) -> Ask:
        return Ask(
            permission=self.permission,
            mode=self.mode,
            policy=Policy(**self.policy),
            circumstances=Circumstances(**self.circumstances),
        )

    def facts(self, **known: Any) -> Facts:
        return replace(facts_of_card(EVERYONE, self.code_hash, self.policy.get("site")), **known)

    def scan(self, at: datetime = AT, facts: Facts | None = None, **changed: Any) -> CheckIn:
        """Decided as an edge with `facts` decides, and sent. `changed`: what it says otherwise."""
        ask, facts = self.ask(), facts or self.facts()
        said = self.message(ask, decide(ask, facts, at), at)
        return self.send(msgspec.structs.replace(said, **changed))

    def send(self, said: CheckIn) -> CheckIn:
        self.rows += 1
        done = checkins.ingest([batch(JOURNAL, journal_rows(said, first=self.rows))], self.arrives_at)
        assert (done.committed, done.refused) == (1, 0)
        return said

    def undo(self, undone: CheckIn, at: datetime) -> None:
        """Taken back at the reader."""
        self.rows += 1
        row = JournalRow(self.rows, encode(Void(voids=undone.id, at_us=to_us(at), reader=undone.reader)))
        assert checkins.ingest([batch(JOURNAL, [row])], AT + timedelta(days=60)).refused == 0

    def message(self, ask: Ask, decision: Decision, at: datetime) -> CheckIn:
        held, position = decision.membership, decision.decided_from
        company = held.holder.id if held and held.holder.kind is HolderKind.COMPANY else None
        return CheckIn(
            id=secrets.token_bytes(16),
            at_us=to_us(at),
            reader="counter",
            outcome=decision.outcome,
            reason=decision.reason,
            permission=ask.permission,
            mode=ask.mode,
            counted=decision.counted,
            code_hash=self.code_hash,
            code_length=20,
            code_classes="upper",
            detail=decision.detail,
            customer=decision.customer and decision.customer.id,
            membership=held and held.id,
            remaining=decision.remaining,
            feed=position and position.feed,
            epoch=position and position.epoch,
            sequence=position and position.sequence,
            policy=ask.policy,
            circumstances=ask.circumstances,
            company=company,
            inside_already=decision.inside_already,
            step=decision.step,
        )


def scene() -> Scene:
    club = small_club()
    club.edge.site.time_zone = "Europe/Berlin"
    fleet.save_site(club.edge.site)
    card = members.issue_card(club.customer)
    made = Scene(club, card, code_hash=bytes(card.lookup_hash))
    made.grant(DOOR)
    made.grant(WINE, [Limit(1, WEEK_S)])
    return made


def last() -> Explanation:
    return explain(find("last"))


def row_of(said: CheckIn) -> Row:
    return Row.objects.get(checkin_id=said.id)
