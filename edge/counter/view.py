"""What a counter's page shows, as the words and colours that it needs: from a decision to a small document.

Pure. The page draws what it gets and knows no rules: what the reader's `screen_name` keeps back never leaves here.
"""

from datetime import datetime, timedelta
from typing import Any, Final

from contract.ask import Mode
from contract.calendar import zone_of
from contract.decision import Decision
from contract.reader_configuration import Reader, ScreenName
from contract.trust import ClockState
from edge.counter import texts
from edge.counter.screen import WAITS_S, Screen, Shown
from edge.counter.texts import Told

_UNITS: Final = ((86_400, "day"), (3_600, "hour"), (60, "minute"))
_FRESH_S: Final = 120.0


def state_of(screen: Screen, at: datetime, notes: list[str], is_open: bool = True) -> dict[str, Any]:
    """All that the page of one counter shows at `at` (aware UTC). `is_open`: its scanner can be read."""
    asked = screen.permission()
    choices = [{"permission": each, "label": said(each), "chosen": each == asked} for each in screen.choices]
    return {
        "asked": said(asked),
        "open": is_open,
        "choices": choices,
        "shown": _shown(screen, at),
        "undo": _undo(screen),
        "notes": notes,
    }


def notes_of(in_contact: bool, replica_age_s: float | None, clock: ClockState, is_open: bool) -> list[str]:
    """What is wrong around the counter, worst first; ages in seconds, None: it cannot be known."""
    notes = [] if is_open else [texts.NO_SCANNER]
    old = replica_age_s is None or replica_age_s > _FRESH_S
    if not in_contact or old:
        parts = [] if in_contact else [texts.OFFLINE]
        parts.append(
            texts.DATA_OF_UNKNOWN_AGE
            if replica_age_s is None
            else texts.DATA_OF.format(age=span_said(replica_age_s))
        )
        notes.append(" · ".join(parts))
    if clock is ClockState.UNKNOWN:
        notes.append(texts.CLOCK_UNKNOWN)
    return notes


def said(name: str) -> str:
    """A permission's name, as people read it."""
    return name.replace("-", " ").strip().capitalize()


def span_said(seconds: float) -> str:
    """In its largest unit, rounded down."""
    for length, unit in _UNITS:
        if seconds >= length:
            count = int(seconds // length)
            return f"{count} {unit}" + ("s" if count > 1 else "")
    return texts.MOMENT


def name_shown(name: str, rule: ScreenName) -> str:
    """As much of it as the reader shows."""
    if rule is ScreenName.NONE:
        return ""
    return name if rule is ScreenName.FULL else (name.split() or [""])[0]


def _shown(screen: Screen, at: datetime) -> dict[str, Any] | None:
    shown = screen.shown()
    if shown is None:
        return _of_nobody(screen)
    decision, told = shown.decision, told_of(shown, screen.reader)
    by_card = decision.permission == screen.reader.undo_permission
    name = "" if decision.customer is None or by_card else decision.customer.name
    return {
        "id": shown.id.hex(),
        "number": shown.number,
        "tone": told.tone,
        "mark": texts.MARKS[told.tone],
        "headline": told.headline,
        "hint": told.hint,
        "name": name_shown(name, screen.reader.screen_name),
        "what": "" if by_card else said(decision.permission),
        "facts": [] if by_card or shown.voided else _facts(decision, screen.zone, at),
        "left_ms": round(screen.left_s() * 1_000),
    }


def _of_nobody(screen: Screen) -> dict[str, Any] | None:
    """What is shown of a scan that is not decided about: not yet, or not at all."""
    if screen.is_waiting:
        told, mark, left_s = texts.WAITS, texts.WAITING_MARK, WAITS_S
    elif screen.turned_away_left_s() > 0:
        told, left_s = texts.TURNED_AWAY, screen.turned_away_left_s()
        mark = texts.MARKS[told.tone]
    else:
        return None
    said = {"tone": told.tone, "mark": mark, "headline": told.headline, "hint": told.hint}
    nobody = {"id": "", "number": screen.number, "name": "", "what": "", "facts": []}
    return {**nobody, **said, "left_ms": round(left_s * 1_000)}


def told_of(shown: Shown, reader: Reader) -> Told:
    """What a decision means to who stands there."""
    decision = shown.decision
    if shown.voided or decision.permission == reader.undo_permission:
        return texts.UNDONE if decision.granted else texts.NOTHING_TO_UNDO
    told = texts.OF_REASON[decision.reason]
    if decision.inside_already:
        return told._replace(hint=texts.INSIDE_ALREADY)
    if decision.granted and reader.mode is Mode.IDENTIFY:
        return texts.IDENTIFIED
    return told


def _facts(decision: Decision, zone: str, at: datetime) -> list[dict[str, str | bool]]:
    facts = []
    if decision.plan is not None:
        facts.append((texts.PLAN, decision.plan.name))
    if decision.detail is not None:
        facts.append((texts.STATUS, texts.OF_DETAIL[decision.detail]))
    if decision.membership is not None:
        until = decision.valid_until
        facts.append((texts.VALID_UNTIL, texts.FOR_EVER if until is None else end_said(until, zone)))
        if decision.remaining is not None or decision.granted:
            left = texts.UNLIMITED if decision.remaining is None else str(decision.remaining)
            facts.append((texts.LEFT, left))
    if decision.next_available_at is not None:
        facts.append((texts.NEXT, instant_said(decision.next_available_at, zone, at)))
    return [{"label": label, "value": value, "far": label in texts.READ_FROM_AFAR} for label, value in facts]


def end_said(end: datetime, zone: str) -> str:
    """The last day of what ends at a midnight; else the end's day and hour."""
    local = end.astimezone(zone_of(zone))
    if (local.hour, local.minute) == (0, 0):
        return _day_said(local - timedelta(days=1))
    return f"{_day_said(local)}, {local:%H:%M}"


def instant_said(instant: datetime, zone: str, at: datetime) -> str:
    """By the site's clock; near ones by today and tomorrow, and the year only where it is another one."""
    local, today = instant.astimezone(zone_of(zone)), at.astimezone(zone_of(zone)).date()
    near = {today: texts.TODAY, today + timedelta(days=1): texts.TOMORROW}
    day = near.get(local.date()) or _day_said(local).removesuffix(f" {today.year}")
    return f"{day}, {local:%H:%M}"


def _day_said(local: datetime) -> str:
    return f"{texts.DAYS[local.weekday()]} {local.day} {texts.MONTHS[local.month - 1]} {local.year}"


def _undo(screen: Screen) -> dict[str, str] | None:
    last = screen.undoable()
    if last is None:
        return None
    hour = last.at.astimezone(zone_of(screen.zone))
    return {"id": last.id.hex(), "label": f"{said(last.decision.permission)}, {hour:%H:%M}"}
