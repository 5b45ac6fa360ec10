"""`doorward-hub import KIND FILE`: what the desk's import does, on a terminal."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from hub.exchange import job_operations, queries
from hub.exchange.catalogue import KINDS
from hub.exchange.models import Job
from hub.exchange.running import work
from hub.fleet.zones import organization_zone


class Command(BaseCommand):
    help = "Takes customers, companies, memberships or cards in from a CSV file."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("kind", choices=list(KINDS))
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument("--dry-run", action="store_true", help="tell what would change, and change nothing")
        parser.add_argument("--skip-bad", action="store_true", help="import the good rows where others are bad")
        parser.add_argument("--day-first", action="store_true", help="dates may be written as in 31.12.2026")

    def handle(self, *_args: Any, **options: Any) -> None:
        job = self._taken_in(options)
        self._work(job)
        self._tell(job)
        if options["dry_run"]:
            job_operations.forget(job)
            return
        if job.wrong and not options["skip_bad"]:
            job_operations.forget(job)
            raise CommandError("nothing is imported: correct these rows, or say --skip-bad", returncode=1)
        job_operations.begin_writing(job, options["skip_bad"], timezone.now())
        self._work(job)
        if job.halted:
            raise CommandError(job.halted, returncode=1)
        self.stdout.write(f"Imported: {_counts(job)}.")

    def _taken_in(self, options: dict[str, Any]) -> Job:
        path: Path = options["file"]
        said = {"file_name": path.name, "zone": str(organization_zone()), "day_first": options["day_first"]}
        try:
            with path.open("rb") as file:
                size = path.stat().st_size
                return job_operations.take_in(options["kind"], file, size, timezone.now(), **said)
        except OSError as error:
            raise CommandError(f"{path} cannot be read: {error.strerror}", returncode=1) from error

    def _work(self, job: Job) -> None:
        shows = self.stderr.isatty()

        def told() -> None:
            if shows:
                job.refresh_from_db()
                self.stderr.write(f"\r{job.rows_done:,} of {job.rows:,} rows", ending="")

        work(job, timezone.now, told)
        if shows:
            self.stderr.write("")
        job.refresh_from_db()

    def _tell(self, job: Job) -> None:
        if job.form["guessed"]:
            self.stderr.write(queries.in_words(job))
        if job.form["ignored"]:
            self.stderr.write(f"Not taken over: {', '.join(job.form['ignored'])}.")
        for found in queries.all_found(job, "wrong"):
            self.stdout.write(f"line {found.line}: {queries.reason(found.errors)}")
        self.stdout.write(f"Looked through: {_counts(job)}.")


def _counts(job: Job) -> str:
    return f"{job.new} new, {job.changed} changed, {job.unchanged} unchanged, {job.wrong} bad"
