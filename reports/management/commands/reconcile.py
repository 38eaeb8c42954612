"""Prints what every pair of places says of the money, per merchant or all together, and names each difference."""

from datetime import date

from django.core.management.base import BaseCommand, CommandError

from reports.reconciliation import comparing
from shops.models import Merchant


class Command(BaseCommand):
    """`manage.py reconcile [--merchant mch_…] [--first 2026-01-01] [--last 2026-03-31]`."""

    help = "Compare orders, payments, refunds, ledger, settlements and payouts; exit with 1 where two places differ."

    def add_arguments(self, parser):
        parser.add_argument("--merchant", help="code of one merchant")
        parser.add_argument("--first", type=date.fromisoformat, default=comparing.BEGINNING, help="first local day")
        parser.add_argument("--last", type=date.fromisoformat, default=comparing.END, help="last local day")

    def handle(self, *args, merchant, first, last, **options):
        merchants = list(Merchant.objects.filter(code=merchant) if merchant else Merchant.objects.all())
        if merchant and not merchants:
            raise CommandError(f"there is no merchant {merchant}")
        sums = comparing.sums(merchants, first, last)
        for key in sorted({(one.currency, one.pair.code) for one in sums}):
            self.line(*key, [one for one in sums if (one.currency, one.pair.code) == key])
        different = comparing.differences(merchants, first, last, limit=1000)
        for row in different:
            self.stdout.write(
                self.style.ERROR(f"{row.day} {row.pair.label}: {row.reference} {row.order} {row.left} {row.right}")
            )
        if different:
            raise SystemExit(1)

    def line(self, currency, code, sums):
        left, right = sum(one.left for one in sums), sum(one.right for one in sums)
        pair = sums[0].pair
        name = f"{currency} {pair.label}: {pair.left_label} − {pair.right_label}"
        self.stdout.write(f"  {name:<58}{left:>16,.2f}{right:>16,.2f}{left - right:>18,.4f}")
