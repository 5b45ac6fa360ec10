"""Files of customers, with the companies they belong to and the cards they carry, and files of companies."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.db.models.functions import Lower
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from hub.exchange.carried import check_held, code_in
from hub.exchange.cells import BETWEEN, parts_of
from hub.exchange.drafts import Draft, Row, begin, fill, find
from hub.exchange.kinds import Kind, Mark, known_of, sorted_out
from hub.exchange.references import Known, NotThere, reference_to
from hub.exchange.resources import EXTERNAL_ID, NUMBER, CompanyColumns, CustomerColumns
from hub.exchange.widgets import NotUnderstood
from hub.members import codes, many_operations, operations
from hub.members.folding import folded
from hub.members.models import Card, Company, Customer, Link
from hub.members.seats import seats_left


class Companies(Kind):
    name = "companies"
    columns_class = CompanyColumns

    def draft(self, rows: Sequence[Row], at: datetime) -> list[Draft]:
        drafts = begin(rows)
        known = known_of(Company.objects.all(), drafts)
        for draft in drafts:
            draft.thing = find(draft, known)
            if draft.thing is None:
                _begin_new(draft, Company, _("Give it an external id: it could not be found again else."))
            fill(draft, self.columns)
        return drafts

    def write(self, drafts: Sequence[Draft]) -> None:
        new, changed = sorted_out(drafts)
        operations.add_companies(each.thing for each in new)
        many_operations.change_companies([each.thing for each in changed])

    def all(self) -> QuerySet[Any]:
        return Company.objects.all()


class Customers(Kind):
    name = "customers"
    columns_class = CustomerColumns

    @classmethod
    def marks(cls, row: Row) -> tuple[list[Mark], list[Mark]]:
        """Where a row has nothing else, its email says who is meant."""
        claims, _none = super().marks(row)
        emails = [("email", row.text("email").lower())] if row.text("email") else []
        cards = [("cards", code) for code in parts_of(row.text("cards"))]
        return (claims + cards, emails) if claims else (emails + cards, [])

    def draft(self, rows: Sequence[Row], at: datetime) -> list[Draft]:
        drafts = begin(rows)
        things = self.all().annotate(email_lower=Lower("email"))
        known = known_of(things, drafts, "email")
        for draft in drafts:
            draft.thing = find(draft, known) or _by_email(draft, known)
            if draft.thing is None:
                told = _("Give an external id or an email: they could not be found again else.")
                _begin_new(draft, Customer, told, "email")
            fill(draft, self.columns)
        self._companies(drafts)
        _check_seats(drafts, at)
        self._cards(drafts)
        return drafts

    def write(self, drafts: Sequence[Draft]) -> None:
        new, changed = sorted_out(drafts)
        operations.add_customers(each.thing for each in new)
        own = set(self.columns.own())
        many_operations.change_customers([each.thing for each in changed if own & each.changes.keys()])
        good = [*new, *changed]
        operations.delete_links(link for each in good for link in each.leaves)
        operations.add_links(Link(customer=each.thing, company=to) for each in good for to in each.joins)
        many_operations.import_cards((each.thing, code) for each in good for code in each.carries)

    def all(self) -> QuerySet[Any]:
        return Customer.objects.prefetch_related("links__company", "links__customer")

    def _companies(self, drafts: Sequence[Draft]) -> None:
        named = [draft for draft in drafts if draft.thing is not None and "companies" in draft.row.cells]
        known = Known(Company.objects.all(), (text for draft in named for text in _named(draft, "companies")))
        for draft in named:
            wanted: dict[int, Company] = {}
            for text in _named(draft, "companies"):
                try:
                    company = known.named(text)
                    wanted[company.pk] = company
                except NotThere as error:
                    draft.wrong("companies", error)
                except NotUnderstood as error:
                    draft.wrong("companies", f"{text}: {error.messages[0]}")
            links = [] if draft.is_new else list(draft.thing.links.all())
            held = {link.company_id for link in links}
            draft.joins = [company for pk, company in wanted.items() if pk not in held]
            draft.leaves = [link for link in links if link.company_id not in wanted]
            _note_companies(draft, [link.company for link in links], list(wanted.values()))

    def _cards(self, drafts: Sequence[Draft]) -> None:
        """Only more of them: none is taken away. No message and no change tells a code."""
        hashes: dict[bytes, tuple[Draft, str]] = {}
        for draft in drafts:
            for text in _named(draft, "cards") if draft.thing is not None else ():
                try:
                    code = code_in(text)
                except NotUnderstood as error:
                    draft.wrong("cards", error)
                    continue
                if hashes.setdefault(codes.hash_of(code), (draft, code))[0] is not draft:
                    draft.wrong("cards", _("An earlier row has the same card."))
        taken = {bytes(each.lookup_hash): each for each in Card.objects.filter(lookup_hash__in=hashes)}
        for hashed, (draft, code) in hashes.items():
            held = taken.get(hashed)
            if held is None:
                draft.carries.append(code)
                continue
            try:
                check_held(held, draft.thing)
            except NotUnderstood as error:
                draft.wrong("cards", error)
        for draft in drafts:
            if count := len(draft.carries):
                draft.changes["cards"] = (
                    "",
                    ngettext("%(count)d more", "%(count)d more", count) % {"count": count},
                )


def _by_email(draft: Draft, known: Known) -> Any:
    """With an external id that nobody has: only who has none yet, and this very name; families share addresses."""
    row, email = draft.row, draft.row.text("email")
    if draft.errors or row.text(NUMBER) or not email:
        return None
    found = known.others(email)
    if row.text(EXTERNAL_ID):
        same = [each for each in found if not each.external_id and folded(each.name) == folded(row.text("name"))]
        return same[0] if len(same) == 1 else None
    if len(found) > 1:
        draft.wrong("email", _("Several customers have this email: give the external id."))
    return found[0] if len(found) == 1 else None


def _begin_new(draft: Draft, model: Any, told: str, *others: str) -> None:
    """An empty one, unless nothing would find it again."""
    if not draft.errors and not any(draft.row.text(name) for name in (EXTERNAL_ID, *others)):
        draft.wrong(EXTERNAL_ID, told)
    if not draft.errors:
        draft.thing, draft.is_new = model(), True


def _check_seats(drafts: list[Draft], at: datetime) -> None:
    """As many join a company as it has seats, the first rows first; who leaves it in the same piece makes room."""
    good = [draft for draft in drafts if not draft.errors]
    free = seats_left({company.pk for draft in good for company in draft.joins}, at)
    leaving = Counter(link.company_id for draft in good for link in draft.leaves)
    for draft in good:
        for company in draft.joins:
            if company.pk not in free:
                continue
            free[company.pk] -= 1
            if free[company.pk] + leaving[company.pk] < 0:
                draft.wrong("companies", _("“%(company)s” has no free seat.") % {"company": company})


def _named(draft: Draft, column: str) -> list[str]:
    return parts_of(draft.row.text(column))


def _note_companies(draft: Draft, before: list[Company], after: list[Company]) -> None:
    was, is_now = (BETWEEN.join(sorted(map(reference_to, each))) for each in (before, after))
    if was != is_now:
        draft.changes["companies"] = (was, is_now)
