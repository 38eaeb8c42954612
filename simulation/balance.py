"""The balance sheet of the loop: what the reports say, that the ledger agrees, and what only the simulation knows."""

import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

from django.db.models import F, Sum
from django.utils import translation

from chengfeng.models import Account, Entry
from chengfeng.money import ZERO
from orders.models import Order, Payout, Settlement
from reports import facts, metrics, platform
from reports.models import MerchantDay

from . import olist, reopening
from .state import State

FUNNEL = ("impressions", "viewable", "clicks", "orders", "paid_orders", "refund_count")
WORDS = {"orders": "placed orders", "refund_count": "refunds", "viewable": "viewable impressions"}


def show(memory: State) -> None:
    """Rebuild the facts, print the sheet; exit with an error when any two books differ."""
    with translation.override("en"):
        now = datetime.now(UTC)
        facts.rebuild_history(at=now)
        sums, reported = platform.totals(), platform.reported(at=now)
        for currency, found in sums.items():
            print("\n".join(sheet(currency, found, reported.get(currency, {}))))
        differences = list(reconciliation(platform.reconcile(sums, reported)))
        if memory.truth:
            print("\n".join(hidden(memory, sums)))
        if memory.kind in FILES:
            currency, of_files = FILES[memory.kind]
            differences += list(known_totals(of_files(Path(memory.folder), sums[currency])))
    if differences:
        sys.exit("These do not agree:\n" + "\n".join(differences))


def sheet(currency: str, found: dict, reported: dict) -> Iterator[str]:
    """Yield the lines of one currency: the funnel, then the money."""
    yield f"\n{currency}"
    yield "  " + " → ".join(f"{found[name]:,} {WORDS.get(name, name.replace('_', ' '))}" for name in FUNNEL)
    yield f"  paid GMV {found['gmv']:>16,.2f}   refunds {found['refunds']:>14,.2f}"
    roi = metrics.value("roi", reported) if reported else None
    yield f"  ad spend {found['spend']:>16,.2f}   GMV by ads {found['ad_gmv']:>11,.2f}   ROI {_number(roi)}"
    yield from money(currency)


def money(currency: str) -> Iterator[str]:
    """Yield what was given, by who bears it, and how the money of the shops has moved on."""
    borne = Order.objects.filter(currency=currency, paid_at__isnull=False).aggregate(
        shops=Sum(F("discount") - F("subsidy"), default=ZERO),
        platform=Sum(F("subsidy") + F("shipping_subsidy"), default=ZERO),
    )
    settled = Settlement.objects.filter(currency=currency).aggregate(
        net=Sum("net", default=ZERO), commission=Sum("commission", default=ZERO)
    )
    paid_out = Payout.objects.filter(currency=currency, state=Payout.State.PAID).aggregate(
        sum=Sum("amount", default=ZERO)
    )
    payable = Account.objects.filter(kind=Account.Kind.PAYABLE, currency=currency)
    due = Entry.objects.filter(account__in=payable).aggregate(sum=Sum("amount", default=ZERO))
    yield f"  given by shops {borne['shops']:>10,.2f}   by the platform {borne['platform']:>6,.2f}"
    yield f"  commission {settled['commission']:>14,.2f}   settled {settled['net']:>14,.2f}"
    yield f"  paid out {paid_out['sum']:>16,.2f}   still payable {due['sum']:>8,.2f}"


def _number(value: Decimal | None) -> str:
    return "–" if value is None else f"{value:.2f}"


def reconciliation(lines: list[platform.Reconciled]) -> Iterator[str]:
    """Print the pairs of books that agree; yield those that do not."""
    print("\nBook against book")
    for line in lines:
        name = f"{line.currency} {line.what}: {line.rows_label} = {line.ledger_label}"
        if line.difference:
            yield f"  {name}: {line.rows:,.4f} and {line.ledger:,.4f}"
        elif line.rows:
            print(f"  ✓ {name:<54}{line.rows:>18,.2f}")


def hidden(memory: State, sums: dict) -> Iterator[str]:
    """Yield what the platform cannot know beside what it measured."""
    caused, planned = memory.truth.get("caused", 0), memory.truth.get("planned", 0)
    credited = sum(found["ad_orders"] for found in sums.values())
    yield "\nWhat only the simulation knows"
    checkouts = f"{caused:,} of {caused + planned:,} paid checkouts"
    yield f"  ads caused {checkouts}; the last click of 7 days claims {credited:,}"


def known_totals(compared: Iterable[tuple]) -> Iterator[str]:
    """Print the totals of the files beside those of the reports; yield those that differ."""
    print("\nThe files against the reports")
    for name, expected, got in compared:
        print(f"  {'✓' if expected == got else '✗'} {name:<28}{expected:>16,}{got:>16,}")
        if expected != got:
            yield f"  {name}: {expected:,} in the files, {got:,} in the reports"


def of_olist(folder: Path, found: dict) -> Iterator[tuple]:
    """Yield what the Olist files and the reports count: name, of the files, of ours.

    Goods that the files do not name are no items.
    """
    files = olist.read(folder)
    lines = [line for sale in files.sales for line in sale.lines if line.seller != olist.UNLISTED]
    named = metrics.total(MerchantDay.objects.exclude(merchant__slug=olist.UNLISTED).values())
    unnamed = metrics.total(MerchantDay.objects.filter(merchant__slug=olist.UNLISTED).values())
    status = Counter(sale.status for sale in files.sales)
    paid: Counter = Counter()
    for sale in files.sales:
        for payment in sale.payments:
            paid[payment.method] += payment.value
    compared = {
        "orders": (len(files.sales), found["checkouts"]),
        "items": (sum(line.quantity for line in lines), named["units"]),
        "item value": (
            sum(line.unit_price * line.quantity for line in lines),
            found["item_value"] - unnamed["item_value"],
        ),
        "freight": (sum(line.freight for line in lines), found["freight"]),
        "sellers with items": (len({line.seller for line in lines}), found["merchants"] - bool(unnamed["paid_orders"])),
        "delivered": (status["delivered"], found["delivered_checkouts"]),
        "cancelled": (status["canceled"], found["cancelled_checkouts"].get("shopper", 0)),
        "unavailable": (status["unavailable"], found["cancelled_checkouts"].get("unavailable", 0)),
        "payments": (sum(paid.values()), sum(row["amount"] for row in found["payments_by_method"].values())),
    }
    methods = found["payments_by_method"]
    compared |= {
        f"  {method}": (value, methods.get(method, {"amount": 0})["amount"]) for method, value in paid.most_common()
    }
    yield from ((name, *values) for name, values in compared.items())


FILES = {"olist": ("BRL", of_olist), "tmall": ("CNY", reopening.known_totals)}
