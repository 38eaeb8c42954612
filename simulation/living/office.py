"""The platform's evening: the recurring jobs as of that day, and once a week statements, payouts and a look at all."""

from datetime import date, datetime, timedelta

from ads import wallet
from orders import expiry, presale, reconcile
from orders.aftersale import deadlines
from orders.models import PayoutBatch, PayoutReturn
from orders.settlement import payouts, settling, statements
from orders.vouchers import giving_back
from reports.reconciliation import running
from shops.models import Review
from shops.promotions import flash
from shops.reviews import answering

from .. import people
from ..furnishing import banking
from . import chance

CURRENCIES = ("CNY", "EUR", "USD")
STATEMENTS, PAYOUTS = 0, 2  # weekdays: Monday, Wednesday
OFFICE_BEGINS, OFFICE_ENDS = timedelta(hours=10), timedelta(hours=18)
REASON = "广告引流"


class Office:
    """Two operators: one prepares payouts, the other approves them."""

    def __init__(self) -> None:
        self._preparer, self._approver = people.operator(), people.approver()

    def close(self, day: date, *, now: datetime) -> None:
        """Do what falls due up to the end of a day (or `now`)."""
        at = min(chance.midnight(day + timedelta(days=1)), now)
        expiry.expire_due(at=at)
        flash.close_over(at=at)
        presale.remind(at=at)
        giving_back.expire_due(at=at)
        reconcile.settle_pending(at=at)
        reconcile.carry_out_pending(at=at)
        wallet.reconcile(at=at)
        deadlines.act_due(at=at)
        deadlines.receive_due(at=at)
        settling.settle_due(at=at)
        self._hide_advertising(at)
        if day.weekday() == STATEMENTS:
            statements.close_due(at=at)
            running.look(at=at)
        if day.weekday() == PAYOUTS and chance.midnight(day) + OFFICE_ENDS <= now:
            self._pay_out(chance.midnight(day) + OFFICE_BEGINS)

    def finish(self, *, now: datetime) -> None:
        """Leave the office as it is found today: all days looked at, a batch waiting to be approved."""
        statements.close_due(at=now)
        running.look(at=now)
        self._prepare("CNY", now)

    def _pay_out(self, at: datetime) -> None:
        for currency in CURRENCIES:
            batch = self._prepare(currency, at)
            if batch:
                payouts.approve(batch, by=self._approver, at=at + timedelta(hours=2))
        payouts.carry_out_all(at=at + timedelta(hours=2, minutes=1))
        self._correct(since=at, at=at + timedelta(hours=5))

    def _prepare(self, currency: str, at: datetime) -> PayoutBatch | None:
        try:
            return payouts.prepare(currency=currency, by=self._preparer, at=at)
        except payouts.NothingToPay:
            return None

    def _correct(self, *, since: datetime, at: datetime) -> None:
        """Have shops whose money came back enter the right account."""
        for back in PayoutReturn.objects.filter(returned_at__gte=since).select_related("merchant"):
            banking.correct_account(people.acting(back.merchant), at=at)

    def _hide_advertising(self, at: datetime) -> None:
        for review in Review.objects.filter(hidden_at=None, text__contains="加微信").select_related("merchant"):
            answering.hide(review, reason=REASON, by=self._preparer, at=at)
