"""Import and export of CSV files: a file is chosen, what it would change is looked at, then it is written.

A file's kind, rows and rules are hub.exchange's; here is what staff see of an import, and how far it is.
"""

from datetime import timedelta
from typing import Any, Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_POST

from hub.desk.answers import goes_to, page
from hub.desk.exchange_forms import EXPORTS_SHOWN, KINDS_SHOWN, ImportForm, TooLarge
from hub.desk.gate import desk
from hub.errors import HubError
from hub.exchange import job_operations, queries
from hub.exchange.drafts import Outcome
from hub.exchange.exporting import export
from hub.exchange.models import Job
from hub.exchange.running import start
from hub.fleet.arrival import arrival_at
from hub.fleet.zones import organization_zone

_MAY_IMPORT: Final = "members.import_csv"
_MAY_EXPORT: Final = "members.export_csv"
_SHORT_S: Final = 1.0
"""A small file is done by then: its page shows what came of it at once."""
_CSV: Final = "text/csv; charset=utf-8"


@desk(_MAY_IMPORT)
@csrf_exempt  # Who looks for the token reads the body: how much of it is read is said before.
def imports_page(request: HttpRequest) -> HttpResponse:
    """Files that were imported, and the next one."""
    request.upload_handlers.insert(0, TooLarge(request))
    return _imports_page(request)


@csrf_protect
def _imports_page(request: HttpRequest) -> HttpResponse:
    is_sent = request.method == "POST"
    form = ImportForm(request.POST, request.FILES) if is_sent else ImportForm()
    if is_sent and (job := _taken_in(request, form)):
        return goes_to(request, reverse("desk:import", args=[job.pk]))
    status = 422 if is_sent else 200
    return page(request, "desk/exchange/imports.html", status, form=form, jobs=_jobs_shown())


@desk(_MAY_IMPORT)
def import_page(request: HttpRequest, number: int) -> HttpResponse:
    """What would change, or what has changed, row by row."""
    job = get_object_or_404(Job, pk=number)
    opens_at = Outcome.WRONG if job.wrong and job.state == Job.State.CHECKED else ""
    outcome, after = request.GET.get("rows", opens_at), request.GET.get("after", "")
    at_line = int(after) if after.isdecimal() and len(after) < 9 else 0
    return page(request, "desk/exchange/import.html", **_shown(job), **_rows(job, outcome, at_line))


@desk(_MAY_IMPORT)
def import_progress(request: HttpRequest, number: int) -> HttpResponse:
    """The bar alone, asked for again while there is more to do; at the end the whole page."""
    job = get_object_or_404(Job, pk=number)
    shown = _shown(job)
    if not shown["has_more"] or shown["progress"].stands:
        return goes_to(request, reverse("desk:import", args=[number]))
    return page(request, "desk/exchange/progress.html", **shown)


@desk(_MAY_IMPORT)
@require_POST
def write_import(request: HttpRequest, number: int) -> HttpResponse:
    job = get_object_or_404(Job, pk=number)
    at = timezone.now()
    return _started(request, job, lambda: job_operations.begin_writing(job, "skip_bad" in request.POST, at))


@desk(_MAY_IMPORT)
@require_POST
def go_on_with_import(request: HttpRequest, number: int) -> HttpResponse:
    """From the last whole piece."""
    return _started(request, get_object_or_404(Job, pk=number), lambda: None)


@desk(_MAY_IMPORT)
@require_POST
def forget_import(request: HttpRequest, number: int) -> HttpResponse:
    job_operations.forget(get_object_or_404(Job, pk=number))
    messages.success(request, _("The file is deleted here. What was imported of it stays."))
    return goes_to(request, reverse("desk:imports"))


@desk(_MAY_IMPORT)
def bad_rows(request: HttpRequest, number: int) -> HttpResponse:
    job = get_object_or_404(Job, pk=number)
    return _file(f"{job.kind}-bad-rows.csv", queries.bad_rows(job))


@desk(_MAY_EXPORT)
def export_page(request: HttpRequest) -> HttpResponse:
    """Posted: the file itself. It is asked for by a form, so that no link makes a file of everybody."""
    kind = request.POST.get("kind", "")
    if request.method == "POST" and kind in EXPORTS_SHOWN:
        name = f"{kind}-{timezone.localtime():%Y-%m-%d}.csv"
        return _file(name, export(kind, organization_zone()))
    return page(request, "desk/exchange/export.html", kinds=EXPORTS_SHOWN.items())


def _taken_in(request: HttpRequest, form: ImportForm) -> Job | None:
    """None: the form says why not."""
    if "doorward.too_large" in request.META:
        form.add_error("file", _("The file has more than 100 MB: split it into several."))
        return None
    if not form.is_valid():
        return None
    file, at = form.cleaned_data["file"], timezone.now()
    said = {"file_name": file.name, "zone": str(organization_zone()), "day_first": form.cleaned_data["day_first"]}
    try:
        job = job_operations.take_in(form.cleaned_data["kind"], file.file, file.size, at, **said)
        start(job, timezone.now).join(_SHORT_S)
    except HubError as error:
        form.add_error("file", str(error))
        return None
    return job


def _started(request: HttpRequest, job: Job, prepare: Any) -> HttpResponse:
    try:
        prepare()
        start(job, timezone.now).join(_SHORT_S)
    except HubError as error:
        messages.error(request, str(error))
    return goes_to(request, reverse("desk:import", args=[job.pk]))


def _jobs_shown() -> list[dict[str, Any]]:
    return [_shown(job) for job in queries.jobs()]


def _shown(job: Job) -> dict[str, Any]:
    progress = queries.progress_of(job, timezone.now())
    return {
        "job": job,
        "kind": KINDS_SHOWN[job.kind],
        "progress": progress,
        "left_shown": _in_words(progress.left),
        "has_more": job.state in (Job.State.CHECKING, Job.State.WRITING),
        "is_checked": job.state == Job.State.CHECKED,
        "is_done": job.state == Job.State.DONE,
        "good": job.new + job.changed,
        "arrival": arrival_at(timezone.now(), dict(job.form.get("ended_at", []))),
    }


def _rows(job: Job, outcome: str, after: int) -> dict[str, Any]:
    shown, more = queries.rows_found(job, outcome, after)
    return {
        "rows": shown,
        "outcome": outcome,
        "after": after,
        "more": more,
        "is_gone": queries.is_forgotten(job),
        "note": queries.in_words(job),
    }


def _in_words(left: timedelta | None) -> str:
    """As in 40 seconds, or 3 minutes."""
    seconds = 0 if left is None else round(left.total_seconds())
    if seconds < 90:
        return ngettext("%(count)d second", "%(count)d seconds", seconds) % {"count": seconds}
    minutes = round(seconds / 60)
    return ngettext("%(count)d minute", "%(count)d minutes", minutes) % {"count": minutes}


def _file(name: str, lines: Any) -> StreamingHttpResponse:
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return StreamingHttpResponse(lines, content_type=_CSV, headers=headers)
