"""Holds the files of history against manifest and PostgreSQL; names each that is not as it should be."""

from django.core.management.base import BaseCommand, CommandError

from chengfeng import clock
from reports.history import verifying
from reports.history.logs import LOGS
from reports.history.writing import Busy


class Command(BaseCommand):
    """`manage.py verify_history [--log events] [--repair]`."""

    help = "Compare the files of history with manifest and PostgreSQL; exit with 1 where they differ."

    def add_arguments(self, parser):
        parser.add_argument("--log", nargs="+", default=[], metavar="LOG", help="compare these alone, e.g. events")
        parser.add_argument("--repair", action="store_true", help="write what is wrong anew from PostgreSQL")

    def handle(self, *args, log, repair, **options):
        if unknown := set(log) - set(LOGS):
            raise CommandError(f"there is no log {', '.join(sorted(unknown))}; there are {', '.join(LOGS)}")
        at = clock.now()
        faults = list(verifying.verify(at=at, logs=[LOGS[name] for name in log or LOGS]))
        for fault in faults:
            self.stdout.write(self.style.ERROR(str(fault)))
        if repair:
            self.repair(faults, at)
        elif faults:
            raise SystemExit(1)

    def repair(self, faults, at):
        try:
            verifying.repair(faults, at=at)
        except Busy as busy:
            raise CommandError("history is being written now; try again later") from busy
        self.stdout.write(f"{len(faults)} written anew")
