"""Checks every invariant in one snapshot; prints each violated one with its rows and exits with 1."""

import json
import time

from django.core.management.base import BaseCommand, CommandError

from reports import invariants


class Command(BaseCommand):
    """`manage.py check_invariants [--only I08] [--json]`."""

    help = "Check every invariant of the database in one snapshot."

    def add_arguments(self, parser):
        parser.add_argument("--only", nargs="+", default=[], metavar="ID", help="check these alone, e.g. I08 I09")
        parser.add_argument("--json", action="store_true", help="print one JSON document")

    def handle(self, *args, only, **options):
        known = [invariant.id for invariant in invariants.ALL]
        if unknown := set(only) - set(known):
            raise CommandError(f"there is no invariant {', '.join(sorted(unknown))}; there are {', '.join(known)}")
        begun = time.perf_counter()
        with invariants.snapshot():
            found = invariants.check(only)
        report = self.as_json if options["json"] else self.as_text
        report(found, checked=len(only or known), seconds=time.perf_counter() - begun)
        if found:
            raise SystemExit(1)

    def as_json(self, found, *, checked, seconds):
        violations = [
            {
                "id": violation.invariant.id,
                "statement": violation.invariant.statement,
                "rows": [dict(zip(violation.columns, row, strict=True)) for row in violation.rows],
            }
            for violation in found
        ]
        document = {"checked": checked, "seconds": round(seconds, 2), "violations": violations}
        self.stdout.write(json.dumps(document, default=str, ensure_ascii=False))

    def as_text(self, found, *, checked, seconds):
        for violation in found:
            self.stdout.write(self.style.ERROR(f"{violation.invariant.id}  {violation.invariant.statement}"))
            self.stdout.write("     " + " | ".join(violation.columns))
            for row in violation.rows:
                self.stdout.write("     " + " | ".join(map(str, row)))
        self.stdout.write(f"{checked - len(found)} of {checked} invariants hold ({seconds:.1f} s)")
