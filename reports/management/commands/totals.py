"""Prints the sums of the whole marketplace per currency: its balance sheet."""

import json
from datetime import date

from django.core.management.base import BaseCommand
from django.utils import timezone

from reports import platform


class Command(BaseCommand):
    """`manage.py totals [--first 2026-01-01] [--last 2026-03-31] [--json]`."""

    help = "Print the sums of the whole marketplace per currency."

    def add_arguments(self, parser):
        parser.add_argument("--first", type=date.fromisoformat, help="first day (UTC)")
        parser.add_argument("--last", type=date.fromisoformat, help="last day (UTC)")
        parser.add_argument("--json", action="store_true", help="print one JSON document")

    def handle(self, *args, first, last, **options):
        found = platform.totals(first=first, last=last)
        if options["json"]:
            self.stdout.write(json.dumps(found, default=str))
            return
        for currency, sums in found.items():
            self.stdout.write(self.style.MIGRATE_HEADING(currency))
            for name, number in self.lines(sums):
                self.stdout.write(f"  {name:<44}{number:>18}")
        if not (first or last):
            self.reconciliation(found)

    def lines(self, sums):
        """Yield the name and written number of every sum, groups flattened."""
        for name, number in sums.items():
            for key, inner in number.items() if isinstance(number, dict) else [("", number)]:
                for part, figure in inner.items() if isinstance(inner, dict) else [("", inner)]:
                    full = " ".join(filter(None, [name.replace("_", " "), key, part]))
                    yield full, f"{figure:,}" if isinstance(figure, int) else f"{figure:,.2f}"

    def reconciliation(self, found):
        self.stdout.write(self.style.MIGRATE_HEADING("Reconciliation"))
        for line in platform.reconcile(found, platform.reported(at=timezone.now())):
            name = f"{line.currency} {line.what}: {line.rows_label} − {line.ledger_label}"
            write = self.style.ERROR if line.difference else str
            self.stdout.write(write(f"  {name:<58}{line.rows:>16,.2f}{line.ledger:>16,.2f}{line.difference:>18,.4f}"))
