"""Before a change of plans is saved, staff see who gains and who loses by it; then it is done as they saw it, or
they see it again."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final, NamedTuple

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from hub.decisions.foreseen import Finding, Foreseen, Terms, Verdict
from hub.decisions.foreseen_operations import NotAsForeseen, save_as_foreseen
from hub.desk.csv_answers import noted_csv_answer
from hub.desk.gate import check
from hub.fleet.models import Schedule
from hub.fleet.standing import Light
from hub.members.models import Customer, Permission
from hub.members.terms_text import terms_text
from hub.partners.models import Partner

SHOWN_MAX: Final = 50
_AT_ONCE: Final = 500
_HEADER: Final = (
    *("customer", "external_id", "name", "change", "permission", "permission_name"),
    *("before", "after"),
)
_LIGHTS: Final = {Verdict.GAINS: Light.GREEN, Verdict.LOSES: Light.RED, Verdict.DIFFERS: Light.AMBER}


class Line(NamedTuple):
    """One customer, and what changes for them. `before` and `after` empty: not granted."""

    customer: int
    name: str
    permission: str
    before: str
    after: str


class Part(NamedTuple):
    """All to whom the same kind of thing happens. `sums`: by permission, in a sentence each."""

    verdict: Verdict
    light: Light
    title: str
    sums: list[str]
    lines: list[Line]
    others: int


class Preview(NamedTuple):
    """`is_again`: what had been shown is not so any more."""

    parts: list[Part]
    mark: str
    waiting: int
    is_again: bool


def save_or_show(
    request: HttpRequest, look: Callable[[Any], Foreseen], save: Callable[[], Any]
) -> Preview | HttpResponseBase | None:
    """None: it is saved. Else what is to be seen before, or a file of it where that was asked for."""
    at, do = timezone.now(), request.POST.get("do", "")
    if do == "csv":
        check(request, "members.export_csv")
        foreseen = look(at)
        count = sum(len(each.customers) for each in foreseen.findings)
        return noted_csv_answer(request, "preview.csv", _HEADER, csv_rows(foreseen), count)
    given = request.POST.get("mark", "") if do == "save" else ""
    try:
        save_as_foreseen(given, lambda: look(at), save)
    except NotAsForeseen as shown:
        return preview_of(shown.foreseen, is_again=bool(given))
    return None


def preview_of(foreseen: Foreseen, is_again: bool = False) -> Preview:
    names = _Names(foreseen)
    parts = [_part(foreseen, verdict, names) for verdict in Verdict if foreseen.of(verdict)]
    return Preview(parts, foreseen.mark, foreseen.waiting, is_again)


class _Names:
    """What people call what findings name by slug."""

    def __init__(self, foreseen: Foreseen) -> None:
        slugs = {each.permission for each in foreseen.findings}
        self.permissions = dict(Permission.objects.filter(slug__in=slugs).values_list("slug", "name"))
        self.schedules = dict(Schedule.objects.values_list("slug", "name"))
        self.partners = dict(Partner.objects.values_list("slug", "name"))

    def terms(self, terms: Terms) -> str:
        """Each membership's, joined by a plus sign."""
        return " + ".join(terms_text(each.grant, self.schedules, self.partners) for each in terms)


def csv_rows(foreseen: Foreseen) -> Iterator[tuple[object, ...]]:
    """All of it, a line for each customer and permission."""
    names = _Names(foreseen)
    for finding in foreseen.findings:
        permission, terms = names.permissions.get(finding.permission), (finding.before, finding.after)
        said = (finding.verdict.value, finding.permission, permission, *map(names.terms, terms))
        for start in range(0, len(finding.customers), _AT_ONCE):
            some = finding.customers[start : start + _AT_ONCE]
            known = Customer.objects.filter(pk__in=some).order_by("pk").values_list("pk", "external_id", "name")
            yield from ((*each, *said) for each in known)


def _part(foreseen: Foreseen, verdict: Verdict, names: _Names) -> Part:
    findings, count = foreseen.of(verdict), foreseen.count(verdict)
    shown = list(_first(findings))
    known = Customer.objects.in_bulk([customer for _finding, customer in shown])
    lines = [_line(finding, known[customer], names) for finding, customer in shown if customer in known]
    sums = [_sum(each, names) for each in findings]
    others = sum(len(each.customers) for each in findings) - len(shown)
    return Part(verdict, _LIGHTS[verdict], _title(verdict, count), sums, lines, others)


def _first(findings: Iterable[Finding]) -> Iterator[tuple[Finding, int]]:
    pairs = ((finding, customer) for finding in findings for customer in finding.customers)
    return (pair for pair, _number in zip(pairs, range(SHOWN_MAX), strict=False))


def _line(finding: Finding, customer: Customer, names: _Names) -> Line:
    permission = names.permissions.get(finding.permission, finding.permission)
    return Line(customer.pk, customer.name, permission, names.terms(finding.before), names.terms(finding.after))


def _title(verdict: Verdict, count: int) -> str:
    told = {"count": count}
    if verdict is Verdict.GAINS:
        return ngettext("%(count)s customer gains something", "%(count)s customers gain something", count) % told
    if verdict is Verdict.LOSES:
        return ngettext("%(count)s customer loses something", "%(count)s customers lose something", count) % told
    text = ngettext("For %(count)s customer something differs", "For %(count)s customers something differs", count)
    return text % told


def _sum(finding: Finding, names: _Names) -> str:
    told = {
        "permission": names.permissions.get(finding.permission, finding.permission),
        "before": names.terms(finding.before),
        "after": names.terms(finding.after),
        "count": len(finding.customers),
    }
    if finding.verdict is Verdict.GAINS:
        return _("%(permission)s: “%(after)s”, for %(count)s") % told
    if finding.verdict is Verdict.LOSES:
        return _("%(permission)s: no more, for %(count)s") % told
    return _("%(permission)s: “%(after)s” instead of “%(before)s”, for %(count)s") % told
