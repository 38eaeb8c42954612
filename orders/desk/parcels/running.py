"""A run over a file of parcels: tried out at once, carried out by a worker, resumed where it was interrupted."""

import hashlib
from collections.abc import Iterable
from contextlib import closing
from datetime import datetime
from functools import partial

from django.core.files import File
from django.db import transaction
from django.utils import translation
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from chengfeng import clock, jobs
from chengfeng.models import Job
from shops.models import Merchant, User
from shops.people.rights import Right
from shops.tenancy import Access, access_of

from ...fulfilment import ship
from ...models import Order
from ..acting import act
from ..models import ShippingRow, ShippingRun
from .planning import Broken, Parcel, Plan, plan
from .reading import Row, read

Outcome = ShippingRow.Outcome


@transaction.atomic
def rehearse(merchant: Merchant, file: File, *, by: User, at: datetime) -> ShippingRun:
    """Read a file and write down what its rows would do; nothing is shipped. Raises FileRefused."""
    found = plan(merchant, read(file))
    file.seek(0)
    digest = hashlib.file_digest(file, "sha256").hexdigest()
    run = ShippingRun.objects.create(
        merchant=merchant, file=file, file_name=(file.name or "parcels.csv")[:200], digest=digest, is_dry=True,
        requested_by=by, created_at=at, finished_at=at,
    )  # fmt: skip
    _keep(run, found)
    ready = [(parcel, Outcome.REPEATED if parcel.is_repeated else Outcome.READY) for parcel in found.parcels]
    ShippingRow.objects.bulk_create(row for parcel, outcome in ready for row in _rows(run, parcel, outcome))
    return run


@transaction.atomic
def apply(rehearsal: ShippingRun, *, by: User, at: datetime) -> ShippingRun:
    """Have a worker ship what a dry run found ready; asked again, it is the same run, taken up where it stopped."""
    run, is_new = ShippingRun.objects.select_for_update(of=("self",)).get_or_create(
        rehearsal=rehearsal,
        defaults={
            "merchant": rehearsal.merchant, "file": rehearsal.file.name, "file_name": rehearsal.file_name,
            "digest": rehearsal.digest, "is_dry": False, "requested_by": by, "created_at": at,
        },
    )  # fmt: skip
    if is_new or (not run.finished_at and run.job and run.job.is_over):
        owner = rehearsal.merchant.code
        run.job = jobs.enqueue(
            "ship_file", at=at, owner=owner, requested_by=by.code, run=run.code, language=get_language()
        )
        run.save(update_fields=["job"])
    return run


def run(job: Job, report: jobs.Report) -> dict:
    """Ship the parcels of a job's run, as the worker does; raises Refused when who asked for it may not any more."""
    asked = ShippingRun.objects.select_related("merchant", "requested_by").get(code=job.params["run"])
    with translation.override(job.params.get("language") or None):
        access = access_of(asked.requested_by, asked.merchant, at=clock.now(), right=Right.ORDERS_SHIP)
        if access is None or not access.may(Right.ORDERS_SHIP):
            raise jobs.Refused(_("Who asked for this may not ship orders any more."))
        carry_out(asked, access, report)
    return {"run": asked.code}


def carry_out(run: ShippingRun, access: Access, report: jobs.Report) -> None:
    """Ship every parcel of the run's file that has not been dealt with, each in a transaction with its rows."""
    done = set(run.rows.values_list("number", flat=True))
    with closing(run.file.open("rb")) as file:
        rows = [row for row in read(file.file) if row.number not in done]
    found = plan(run.merchant, rows)
    _keep(run, found)
    for progress, parcel in enumerate(found.parcels, 1):
        _ship(run, parcel, access)
        report(progress, len(found.parcels))
    ShippingRun.objects.filter(pk=run.pk).update(finished_at=clock.now())


def _keep(run: ShippingRun, found: Plan) -> None:
    """Write down the rows that are refused."""
    ShippingRow.objects.bulk_create(_row(run, row, order, broken) for row, order, broken in found.refused)


@transaction.atomic
def _ship(run: ShippingRun, parcel: Parcel, access: Access) -> None:
    if parcel.is_repeated:
        ShippingRow.objects.bulk_create(_rows(run, parcel, Outcome.REPEATED))
        return
    said = {"carrier": parcel.carrier, "tracking": parcel.tracking}
    refusal = act(
        access, parcel.order, "order.ship", partial(ship, lines=parcel.units, **said), at=clock.now(),
        file=run.code, **said,
    )  # fmt: skip
    if refusal is None:
        ShippingRow.objects.bulk_create(_rows(run, parcel, Outcome.SHIPPED))
    else:
        broken = Broken("order", "forbidden")
        ShippingRow.objects.bulk_create(_row(run, row, parcel.order, broken) for row in parcel.rows)


def _rows(run: ShippingRun, parcel: Parcel, outcome: str) -> Iterable[ShippingRow]:
    return (_row(run, row, parcel.order, outcome=outcome, carrier=parcel.carrier) for row in parcel.rows)


def _row(
    run: ShippingRun,
    row: Row,
    order: Order | None,
    broken: Broken | None = None,
    *,
    outcome: str = Outcome.REFUSED,
    carrier: str = "",
) -> ShippingRow:
    return ShippingRow(
        run=run, number=row.number, order_text=row.order[:80], order=order, carrier=(carrier or row.carrier)[:60],
        tracking=row.tracking[:60], sku=row.sku[:64],
        units=int(row.units) if row.units.isdecimal() and row.units.isascii() and len(row.units) < 7 else None,
        outcome=outcome, field=broken.field if broken else "", rule=broken.rule if broken else "",
        reason=broken.reason[:200] if broken else "",
    )  # fmt: skip
