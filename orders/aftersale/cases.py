"""Cases: a shopper asks for money or goods, and who may see the cases there are."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from chengfeng.money import ZERO, minor_unit
from shops.models import User, Variant

from ..models import Order
from . import photos as pictures
from .claims import Claimable, claimable, kinds, replacements, worth
from .models import Case, CaseLine
from .moves import CaseState, Side, due, step


class CaseRefused(Exception):
    """What was asked for cannot be had; `field` names the part and `code` the rule. Nothing was written."""

    def __init__(self, field: str, code: str, message: str):
        self.field, self.code = field, code
        super().__init__(message)


def request(
    order: Order,
    *,
    kind: Case.Kind,
    units: Mapping[str, int],
    reason: Case.Reason,
    at: datetime,
    words: str = "",
    amount: Decimal | None = None,
    replacements: Mapping[str, str] | None = None,
    photos: Sequence[UploadedFile] = (),
    by: User | None = None,
) -> Case:
    """Open a case about `units` (line code → number) of a paid order.

    `amount` None is all that they cost. `replacements` (line code → variant code) says what an exchange should bring;
    the same thing where it does not. Raises CaseRefused, TooManyPhotos, and ValidationError for a bad photo.
    """
    drawn = pictures.drawn(photos)
    wanted = {code: number for code, number in units.items() if number}
    with transaction.atomic():
        order = Order.objects.select_for_update(of=("self",), no_key=True).get(pk=order.pk)
        known = claimable(order)
        _refuse(order, kind, wanted, known, at=at)
        case = Case.objects.create(
            merchant_id=order.merchant_id, order=order, kind=kind, reason=reason, words=words,
            amount=_amount(order, wanted, known, amount), requested_at=at, due_at=due(CaseState.REQUESTED, since=at),
        )  # fmt: skip
        CaseLine.objects.bulk_create(_lines(case, wanted, known, replacements or {}))
        pictures.add(case, drawn, side=Side.SHOPPER, at=at)
        step(case, source="", side=Side.SHOPPER, by=by, note=words, amount=case.amount, at=at)
    return case


def _refuse(
    order: Order, kind: Case.Kind, units: Mapping[str, int], known: Mapping[str, Claimable], *, at: datetime
) -> None:
    if kind not in kinds(order, at=at):
        raise CaseRefused("kind", "too_late" if order.delivered_at else "not_now", "this cannot be asked for now")
    if not units:
        raise CaseRefused("lines", "empty", "no units are named")
    for index, (code, number) in enumerate(units.items()):
        if code not in known:
            raise CaseRefused(f"lines.{index}.line", "unknown", "the order has no such line")
        if not 0 < number <= known[code].of(kind):
            most = known[code].of(kind)
            raise CaseRefused(f"lines.{index}.quantity", "too_many", f"only {most} units can be asked for")


def _amount(order: Order, units: Mapping[str, int], known: Mapping[str, Claimable], asked: Decimal | None) -> Decimal:
    most = worth(order, units, known)
    amount = most if asked is None else asked
    if amount > most:
        raise CaseRefused("amount", "too_much", f"these units cost {most}")
    if amount < ZERO or amount % minor_unit(order.currency):
        raise CaseRefused("amount", "too_fine", f"{amount} is no amount of {order.currency}")
    return amount


def _lines(
    case: Case, units: Mapping[str, int], known: Mapping[str, Claimable], wanted: Mapping[str, str]
) -> list[CaseLine]:
    return [
        CaseLine(
            case=case, line=known[code].line, quantity=number, amount=known[code].cost(number),
            replacement=_replacement(index, known[code], wanted.get(code)) if case.kind == Case.Kind.EXCHANGE else None,
        )
        for index, (code, number) in enumerate(units.items())
    ]  # fmt: skip


def _replacement(index: int, known: Claimable, code: str | None) -> Variant:
    if not code:
        return known.line.variant
    found = replacements(known.line).filter(code=code).first()
    if found is None:
        raise CaseRefused(f"lines.{index}.replacement", "unknown", "this cannot be had in exchange")
    return found
