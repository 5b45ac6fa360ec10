"""The page of each step, with what it shows."""

from collections.abc import Callable
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from hub.accounts import passkey_operations
from hub.billing.queries import standing
from hub.joining.agreeing import version_of
from hub.joining.asking import Asked
from hub.joining.queries import Present, company_said, may_see_card, public_plans, seats_of, trial_days_of
from hub.joining.steps import Step
from hub.mail.queries import can_send
from hub.members.prices import price_text
from hub.organization.queries import signup
from hub.signup.places import Place, page
from hub.signup.plans import price_words, shown, small_print
from hub.signup.totals import total_of

_EMAIL_LETTERS_MAX: Final = 254
_EVENTS: Final = {Step.DONE: "joined", Step.PLAN: ""}
"""What the page around a frame is told of; of all others that it has started."""


def step_page(
    request: HttpRequest, place: Place, secret: str, present: Present, wrong: dict[str, str] | None = None
) -> HttpResponse:
    """`wrong`: by the fields' names; "": of the whole. It is shown where it was typed."""
    flow, wrong = present.flow, wrong or {}
    said: dict[str, Any] = {
        "flow": secret,
        "step": present.step,
        "plan": flow.plan,
        "price": price_words(flow.plan) if flow.plan else "",
        "small_print": small_print(flow.plan, trial_days_of(flow)) if flow.plan else [],
        "wrong": wrong,
        "wrong_whole": wrong.get("", ""),
        "event": _EVENTS.get(present.step, "started"),
    }
    said |= _SHOWS[present.step](request, present, wrong) if present.step in _SHOWS else {}
    return page(request, place, f"signup/{present.step}.html", 422 if wrong else 200, **said)


def _plan(request: HttpRequest, present: Present, wrong: dict[str, str]) -> dict[str, Any]:
    return {"plans": shown(public_plans())}


def _who(request: HttpRequest, present: Present, wrong: dict[str, str]) -> dict[str, Any]:
    flow = present.flow
    return {
        "email": request.POST.get("email", "")[:_EMAIL_LETTERS_MAX] or flow.proved_email or flow.hint_email,
        "by_letter": can_send(),
        "is_visitor": bool(flow.sub),
        "is_known_visitor": flow.customer_id is not None,
        "by_passkey": passkey_operations.can_have() and not flow.sub,
        "wrong_address": wrong.get("email", ""),
        "wrong_password": wrong.get("password", ""),
        "wrong_passkey": wrong.get("passkey", ""),
        "wrong_handed": wrong.get("handed", ""),
    }


def _code(request: HttpRequest, present: Present, wrong: dict[str, str]) -> dict[str, Any]:
    return {"email": present.flow.code_email, "error": wrong.get("code", "")}


def _choose(request: HttpRequest, present: Present, wrong: dict[str, str]) -> dict[str, Any]:
    return {"customers": present.choices, "may_be_new": bool(present.flow.proved_email)}


def _held(request: HttpRequest, present: Present, wrong: dict[str, str]) -> dict[str, Any]:
    return {"held": present.held}


def _fields(request: HttpRequest, present: Present, wrong: dict[str, str]) -> dict[str, Any]:
    said = present.flow.said or {}
    fields = [(each, _value(request, each, said), wrong.get(each.name, "")) for each in present.asked]
    return {"fields": fields, "hint_email": present.flow.proved_email or present.flow.hint_email}


def _value(request: HttpRequest, asked: Asked, said: dict[str, Any]) -> str:
    return request.POST.get(asked.name, "")[: asked.most + 1] or said.get(asked.name, "") or asked.value


def _agree(request: HttpRequest, present: Present, wrong: dict[str, str]) -> dict[str, Any]:
    flow, settings, ways = present.flow, signup(), [each.way for each in present.offers]
    who = flow.customer.name if flow.customer else (flow.said or {}).get("name", "")
    days = trial_days_of(flow)
    return {
        "who": who,
        "company": company_said(flow),
        "seats": (flow.said or {}).get("seats", ""),
        "total": total_of(flow.plan, seats_of(flow), ways, days, timezone.now()) if flow.plan else None,
        "ways": [each.value for each in ways],
        "terms": settings.terms,
        "shown": version_of(flow.plan, settings, days) if flow.plan else "",
        "may_go_back": True,
    }


def _done(request: HttpRequest, present: Present, wrong: dict[str, str]) -> dict[str, Any]:
    flow = present.flow
    owed = next(iter(standing(flow.membership).owed), None) if flow.membership else None
    return {
        "membership": flow.membership,
        "owed": price_text(owed.cents, owed.currency) if owed else "",
        "due_at": owed.due_at if owed else None,
        "how_to_pay": signup().how_to_pay,
        "may_see_card": may_see_card(flow),
        "by_letter": can_send() and flow.customer is not None and bool(flow.customer.email),
    }


_SHOWS: Final[dict[Step, Callable[[HttpRequest, Present, dict[str, str]], dict[str, Any]]]] = {
    Step.PLAN: _plan,
    Step.WHO: _who,
    Step.CODE: _code,
    Step.CHOOSE: _choose,
    Step.HELD: _held,
    Step.FIELDS: _fields,
    Step.AGREE: _agree,
    Step.DONE: _done,
}
