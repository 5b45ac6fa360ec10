"""What an edge that follows the feed knows of a card: rows gathered as an edge gathers them, turned into facts."""

from datetime import datetime

from django.conf import settings

from contract.ask import Ask, Policy
from contract.decision import Decision, decide
from contract.facts import Facts, Position
from contract.feed import Kind
from contract.gathering import StoredRow, facts_from_rows
from hub.feed import queries
from hub.feed.operations import EVERYONE
from hub.members import codes


def live_rows() -> list[StoredRow]:
    rows = queries.rows_after(EVERYONE, 0, 100_000)
    return [(row.kind, row.key, row.ref, row.body) for row in rows if row.body is not None]


def kinds() -> dict[Kind, int]:
    """How many live rows there are of each kind."""
    counted: dict[Kind, int] = {}
    for kind, *_ in live_rows():
        counted[Kind(kind)] = counted.get(Kind(kind), 0) + 1
    return counted


def facts(code: str, site: str | None = None) -> Facts:
    """By following refs and key ranges only, at `site`."""
    rows = live_rows()
    head = queries.head(EVERYONE)
    position = Position(head.feed, head.epoch, head.sequence)
    card = [row for row in rows if row[0] == Kind.CARD and row[1] == codes.hash_of(code)]
    if not card:
        return facts_from_rows(position, [], site, settings.KEYS.organization)
    holder = card[0][2]
    links = [row for row in rows if row[0] == Kind.LINK and row[1].startswith(holder)]
    holders = (holder, *(row[2] for row in links))
    memberships = [row for row in rows if row[0] == Kind.MEMBERSHIP and row[1].startswith(holders)]
    plans = [row for row in rows if row[0] == Kind.PLAN and row[1] in {each[2] for each in memberships}]
    people = [row for row in rows if row[0] == Kind.CUSTOMER and row[1] == holder]
    own = [row for row in rows if row[0] in {Kind.USE, Kind.PASSAGE} and row[1].startswith(holder)]
    pools = [row for row in rows if row[0] == Kind.POOL_USE and row[1].startswith(holders)]
    secret = [row for row in rows if row[0] == Kind.ROTATING and row[1] == card[0][1]]
    hours = [row for row in rows if row[0] in {Kind.SITE, Kind.SCHEDULE}]
    found = [*card, *people, *memberships, *plans, *own, *pools, *secret, *hours]
    return facts_from_rows(position, found, site, settings.KEYS.organization)


def decision(code: str, permission: str, at: datetime, policy: Policy | None = None) -> Decision:
    """At a reader with this policy, the hub in reach and the clock right."""
    policy = policy or Policy()
    return decide(Ask(permission=permission, policy=policy), facts(code, policy.site), at)


def assert_exact() -> None:
    assert queries.head(EVERYONE).digest == queries.digest_from_rows(EVERYONE)
