"""From check-ins to events: what was decided and why, without the code that was shown."""

from collections.abc import Iterable, Iterator

from contract.effects import counts
from contract.reasons import Outcome
from hub.checkins.models import CheckIn
from hub.members.models import Membership
from hub.webhooks import things
from hub.webhooks.drafts import Draft, instant_text
from hub.webhooks.event_types import EventType


def drafts_of(checkins: Iterable[CheckIn]) -> Iterator[Draft]:
    """Selected with their edges."""
    checkins = list(checkins)
    names = things.Names({each.customer_id for each in checkins}, {each.company_id for each in checkins})
    ids = {each.membership_id for each in checkins}
    external_ids = dict(Membership.objects.filter(pk__in=ids).values_list("pk", "external_id"))
    for checkin in checkins:
        held = things.told_of_gone(checkin.membership_id, external_ids.get(checkin.membership_id))
        data = _data(checkin, names, held)
        for event_type in _types(checkin):
            yield Draft(event_type, checkin.at, bytes(checkin.checkin_id).hex(), data)


def _types(checkin: CheckIn) -> Iterator[EventType]:
    granted = checkin.outcome == Outcome.GRANTED
    yield EventType.CHECKIN_GRANTED if granted else EventType.CHECKIN_DENIED
    if counts(checkin.outcome, checkin.counted):
        yield EventType.REDEMPTION


def _data(checkin: CheckIn, names: things.Names, held: things.Told | None) -> things.Told:
    return {
        "checkin": {
            "id": bytes(checkin.checkin_id).hex(),
            "at": instant_text(checkin.at),
            "received_at": instant_text(checkin.received_at),
            "edge": None if checkin.edge is None else checkin.edge.name,
            "reader": checkin.reader,
            "site": checkin.site,
            "partner": checkin.partner,
            "permission": checkin.permission,
            "outcome": checkin.outcome,
            "reason": checkin.reason,
            "detail": checkin.detail,
            "counted": checkin.counted,
            "remaining": checkin.remaining,
        },
        "customer": names.customer(checkin.customer_id),
        "membership": held,
        "company": names.company(checkin.company_id),
    }
