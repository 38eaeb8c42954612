"""What goes wrong in the orders room, as problem documents."""

from collections.abc import Iterator
from contextlib import contextmanager

from rest_framework import status
from rest_framework.exceptions import ValidationError

from chengfeng.http import Problem
from shops.catalogue import stock

from .. import checkout
from ..capturing import CaptureRefused
from ..moves import WrongState
from ..payment import PaymentRefused
from ..refunds import RefundRefused
from .quotes_serializers import DifferenceAnswer, RefusedCoupon


class Conflict(Problem):
    status_code = status.HTTP_409_CONFLICT


class OutOfStock(Conflict):
    code = "out_of_stock"
    title = "Some things are sold out or no longer on sale"


class OfferUsed(Conflict):
    code = "offer_used"
    title = "This offer has been used by another checkout"


class MixedCurrencies(Conflict):
    code = "mixed_currencies"
    title = "One checkout is paid in one currency"


class LimitReached(Conflict):
    code = "limit_reached"
    title = "There is a limit of units per buyer"


class QuoteChanged(Conflict):
    code = "quote_changed"
    title = "What would be charged is not what the quote said"


class QuoteUsed(Conflict):
    code = "quote_used"
    title = "Something was placed by this quote before"


class CouponsRefused(Conflict):
    code = "coupons_refused"
    title = "Some coupons take nothing off"


class NotServed(Conflict):
    code = "not_served"
    title = "Some goods are not sent to this place"


class NotPayable(Conflict):
    code = "not_payable"
    title = "There is nothing to pay here"


class NothingLeft(Conflict):
    code = "nothing_left"
    title = "Payments under way cover everything"


class SeveralMerchants(Conflict):
    code = "several_merchants"
    title = "Only what one merchant sells can be captured later"


class NotAuthorised(Conflict):
    code = "not_authorised"
    title = "The payment is not authorised, or is being captured or voided"


class WrongStateProblem(Conflict):
    code = "wrong_state"
    title = "The order is not in a state that allows this"


@contextmanager
def placing() -> Iterator[None]:
    """Turn what `checkout.place` raises into problem documents."""
    with quoting(), _refusing():
        yield


@contextmanager
def quoting() -> Iterator[None]:
    """Turn what `wanted` and `quoting` raise into problem documents."""
    try:
        yield
    except checkout.UnknownVariant as error:
        raise ValidationError({"lines": [f"There is no variant {error.code}."]}, "unknown") from error
    except checkout.MixedCurrencies as error:
        raise MixedCurrencies(currencies=error.currencies) from error
    except checkout.NothingWanted as error:
        raise ValidationError({"lines": ["There is nothing to buy."]}, "empty") from error


@contextmanager
def _refusing() -> Iterator[None]:
    try:
        yield
    except stock.OutOfStock as error:
        raise OutOfStock(lines=[{"variant": v.code, "available": n} for v, n in error.shortages]) from error
    except stock.LimitReached as error:
        raise LimitReached(lines=[{"item": error.item.code, "available": error.may_still}]) from error
    except checkout.QuoteChanged as error:
        raise QuoteChanged(differences=DifferenceAnswer(error.differences, many=True).data) from error
    except checkout.QuoteUsed as error:
        raise QuoteUsed(**({"checkout": error.checkout.code} if error.checkout else {})) from error
    except checkout.CouponsRefused as error:
        raise CouponsRefused(coupons=RefusedCoupon(error.refused, many=True).data) from error
    except checkout.NotServed as error:
        raise NotServed(variants=[variant.code for variant in error.variants]) from error
    except checkout.OfferUsed as error:
        raise OfferUsed from error
    except checkout.OfferClash as error:
        message = "An offer must be all that the checkout buys of its merchant."
        raise ValidationError({"offers": [message]}, "clash") from error


@contextmanager
def paying() -> Iterator[None]:
    """Turn what `payment.begin` raises into problem documents."""
    conflicts = {problem.code: problem for problem in (NotPayable, NothingLeft, SeveralMerchants)}
    try:
        yield
    except PaymentRefused as error:
        if error.code in conflicts:
            raise conflicts[error.code] from error
        raise ValidationError({"amount": [str(error)]}, error.code) from error


@contextmanager
def capturing() -> Iterator[None]:
    """Turn what `capturing` raises into problem documents."""
    try:
        yield
    except CaptureRefused as error:
        if error.code == NotAuthorised.code:
            raise NotAuthorised from error
        raise ValidationError({"amount": [str(error)]}, error.code) from error


@contextmanager
def refunding() -> Iterator[None]:
    """Turn what `refunds.request` raises into problem documents."""
    try:
        yield
    except RefundRefused as error:
        if error.code == "not_paid":
            raise WrongStateProblem from error
        raise ValidationError({error.field: [str(error)]}, error.code) from error


@contextmanager
def moving() -> Iterator[None]:
    """Turn a move that the table refuses into a problem document."""
    try:
        yield
    except WrongState as error:
        raise WrongStateProblem(state=error.state) from error
