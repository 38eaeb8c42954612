"""An honest small world: clicks that are charged, sales that are paid, refunds that are given, rows and books alike."""

import uuid
from collections.abc import Mapping
from datetime import datetime, time, timedelta
from decimal import Decimal

from django.db.models import F

from ads import charging, partitions, wallet
from ads.attribution import SoldLine, record_refund
from ads.models import Ad, AdGroup, Campaign, CampaignDay, Charge, Event, TopUp
from ads.tokens import AdToken
from ads.wallet import freezing, granting
from chengfeng import ledger, outbox
from chengfeng.models import Account
from chengfeng.periods import local_date
from orders.aftersale.cases import request
from orders.aftersale.deciding import accept
from orders.fulfilment import deliver, ship
from orders.models import (
    BankAccount,
    Case,
    Checkout,
    LineDiscount,
    Order,
    OrderLine,
    OrderMove,
    Payment,
    PaymentShare,
    Refund,
    RefundLine,
    Voucher,
)
from orders.settlement import payouts, settling, statements, terms
from orders.vouchers import bookings, issuing
from orders.vouchers.verifying import verify
from shops.catalogue import stock
from shops.models import (
    FlashItem,
    FlashSale,
    Merchant,
    Promotion,
    PromotionUse,
    ShopperUses,
    Store,
    StoreHours,
    User,
    Variant,
)
from shops.tenancy import access_of
from tests import factories
from tests.ads import adverts


def fund(merchant: Merchant, amount: str = "1000", *, at: datetime) -> TopUp:
    """Money in the wallet, by a top-up that is done."""
    made = TopUp(merchant=merchant, amount=Decimal(amount), currency=merchant.currency, requested_at=at, done_at=at)
    entries = {
        ledger.account(Account.Kind.OUTSIDE, currency=made.currency): -made.amount,
        ledger.account(Account.Kind.WALLET, owner=merchant.code, currency=made.currency): made.amount,
    }
    made.transfer = ledger.post(kind="top_up", reference=f"top_up:{made.code}", at=at, entries=entries)
    made.state = TopUp.State.DONE
    made.save()
    return made


def campaign(merchant: Merchant, product, *, at: datetime, name: str = "Spring", budget: str = "100") -> Ad:
    made = Campaign.objects.create(
        merchant=merchant, name=name, bid=Decimal(5), daily_budget=Decimal(budget), state="active",
        starts_at=at - timedelta(days=100), created_at=at, updated_at=at,
    )  # fmt: skip
    group = AdGroup.objects.create(merchant=merchant, campaign=made, name=name, created_at=at)
    return Ad.objects.create(merchant=merchant, campaign=made, group=group, product=product, created_at=at)


def event(ad: Ad, kind: str, *, at: datetime, shopper, token, price: str = "2.5", **fields) -> Event:
    partitions.ensure_days([at.date()])
    defaults = {
        "placement": "feed", "position": 1, "bid": Decimal(5), "price": Decimal(price),
        "decided_at": at, "received_at": at,
    }  # fmt: skip
    return Event.objects.create(
        day=at.date(), token=token, kind=kind, merchant=ad.merchant, campaign=ad.campaign, ad=ad, product=ad.product,
        shopper=shopper, at=at, **defaults | fields,
    )  # fmt: skip


def click(ad: Ad, *, at: datetime, shopper, price: str = "2.5") -> Event:
    """An ad seen, looked at and clicked, and the click charged."""
    token = uuid.uuid4()
    for kind in ("impression", "viewable"):
        event(ad, kind, at=at, shopper=shopper, token=token, price=price)
    made = event(ad, "click", at=at, shopper=shopper, token=token, price=price)
    currency = ad.merchant.currency
    entries = {
        ledger.account(Account.Kind.WALLET, owner=ad.merchant.code, currency=currency): -Decimal(price),
        ledger.account(Account.Kind.AD_REVENUE, currency=currency): Decimal(price),
    }
    day = local_date(at, ad.merchant.time_zone)
    spent, _ = CampaignDay.objects.get_or_create(campaign=ad.campaign, day=day, defaults={"budget": Decimal(100)})
    CampaignDay.objects.filter(pk=spent.pk).update(spent=F("spent") + Decimal(price))
    transfer = ledger.post(kind="charge", reference=f"charge:{token}", at=at, entries=entries)
    Charge.objects.create(
        merchant=ad.merchant, campaign=ad.campaign, event_day=made.day, token=token, bid=made.bid,
        day=day, amount=Decimal(price), transfer=transfer, at=at,
    )  # fmt: skip
    return made


def click_together(ad: Ad, prices: Mapping[uuid.UUID, str], *, at: datetime) -> list[uuid.UUID]:
    """Clicks of shoppers at such prices, charged in one batch; returns their tokens."""
    tokens = [_served(ad, shopper, Decimal(price), at) for shopper, price in prices.items()]
    for token in tokens:
        event(ad, "click", at=at, shopper=token.shopper, token=token.token, price=str(token.price))
    charging.charge(tokens, charging.lock_campaigns([ad.campaign_id]), at=at)
    return [token.token for token in tokens]


def _served(ad: Ad, shopper: uuid.UUID, price: Decimal, at: datetime) -> AdToken:
    return AdToken(
        uuid.uuid4(), shopper, ad.pk, ad.campaign_id, ad.merchant_id, ad.product_id, Decimal(5), price, "feed", 1, at
    )


def grant(ad: Ad, *, at: datetime, shopper) -> None:
    """A grant and cash pay a click that is found invalid the next day, when some grants are over; cash is frozen."""
    for days, objective in ((1, ""), (900, ""), (1, "seeding")):
        gift = {"merchant": ad.merchant, "amount": Decimal(2), "reason": "Hello", "objective": objective}
        wallet.give(wallet.Gift(**gift, expires_at=at + timedelta(days=days)), at=at)
    clicked = click_together(ad, {shopper: "5"}, at=at)
    then = at + timedelta(days=1)
    Event.objects.filter(token__in=clicked).update(is_valid=False, reason="velocity", rescored_at=then)
    charging.give_back(dict.fromkeys(Charge.objects.filter(token__in=clicked), "velocity"), at=then)
    granting.expire_due(at=then)
    freezing.freeze(ad.merchant, Decimal(3), reason="Check", by=None, at=then)


def place(variant: Variant, quantity: int = 1, *, at: datetime, shopper=None, shipping: str = "8") -> Order:
    """An order placed, its stock held."""
    shopper, total = shopper or uuid.uuid4(), variant.price * quantity + Decimal(shipping)
    checkout = Checkout.objects.create(
        shopper=shopper, email="sam@example.org", recipient="Sam", currency=variant.merchant.currency,
        total=total, placed_at=at,
    )  # fmt: skip
    order = Order.objects.create(
        merchant=variant.merchant, checkout=checkout, shopper=shopper, currency=checkout.currency,
        subtotal=variant.price * quantity, shipping=Decimal(shipping), total=total,
        placed_at=at, expires_at=at + timedelta(minutes=15),
    )  # fmt: skip
    OrderLine.objects.create(
        merchant=variant.merchant, order=order, variant=variant, product=variant.product, title=variant.product.title,
        unit_price=variant.price, quantity=quantity, total=variant.price * quantity,
    )  # fmt: skip
    stock.hold(cause=order.code, lines=[(variant, quantity)], at=at, expires_at=order.expires_at)
    move(order, "", "placed", at)
    return order


def promote(order: Order, amount: str, *, at: datetime) -> Promotion:
    """A coupon of the merchant with a budget, used by an order that was placed without it."""
    off = Decimal(amount)
    made = Promotion.objects.create(
        merchant=order.merchant, kind="coupon", benefit="fixed", amount=off, title="Coupon", currency=order.currency,
        state="active", starts_at=at, created_at=at, budget=Decimal(100), per_shopper=2, used=1, spent=off,
    )  # fmt: skip
    line = order.lines.get()
    OrderLine.objects.filter(pk=line.pk).update(discount=off, total=line.total - off)
    Order.objects.filter(pk=order.pk).update(discount=off, total=order.total - off)
    Checkout.objects.filter(pk=order.checkout_id).update(total=order.total - off)
    order.refresh_from_db()
    LineDiscount.objects.create(line=line, promotion=made, amount=off, is_subsidy=False)
    PromotionUse.objects.create(
        promotion=made, merchant=order.merchant, cause=order.code, basket=order.checkout.code, shopper=order.shopper,
        amount=off, at=at,
    )  # fmt: skip
    ShopperUses.objects.create(promotion=made, shopper=order.shopper, used=1)
    return made


def move(order: Order, source: str, target: str, at: datetime) -> None:
    OrderMove.objects.create(order=order, number=order.moves.count() + 1, source=source, target=target, at=at)
    if source:
        Order.objects.filter(pk=order.pk).update(state=target, **{f"{target}_at": at})
        order.refresh_from_db()


def pay(order: Order, *, at: datetime, method: str = "credit_card") -> Payment:
    """The order paid in full: stock, books, credits and the message with it."""
    payment = Payment.objects.create(
        checkout=order.checkout, provider="sandbox", method=method, amount=order.total, currency=order.currency,
        state="captured", provider_reference=f"ref-{order.code}", created_at=at, captured_at=at,
    )  # fmt: skip
    PaymentShare.objects.create(payment=payment, order=order, amount=order.total)
    stock.take(cause=order.code, at=at)
    move(order, "placed", "paid", at)
    lines = [
        SoldLine(line.code, line.product_id, line.variant_id, line.quantity, line.total) for line in order.lines.all()
    ]
    adverts.convert(
        merchant=order.merchant, order_code=order.code, shopper=order.shopper, currency=order.currency,
        lines=lines, placed_at=order.placed_at, at=at,
    )  # fmt: skip
    outbox.publish("order.paid", key=order.code, payload={}, at=at)
    _book(order, order.total, kind="payment", reference=f"payment:{payment.code}:{order.code}", at=at)
    return payment


def give_up(order: Order, *, at: datetime) -> None:
    """The order cancelled for want of payment, its stock let go."""
    stock.release(cause=order.code, at=at)
    Order.objects.filter(pk=order.pk).update(cancel_reason="unpaid")
    move(order, "placed", "cancelled", at)


def hold_flash(variant: Variant, *, at: datetime) -> FlashItem:
    """A published flash sale of five units, two of them held for somebody who has time."""
    sale = FlashSale.objects.create(
        merchant=variant.merchant, title="Noon", starts_at=at, ends_at=at + timedelta(days=1), state="planned",
        created_at=at,
    )  # fmt: skip
    Variant.objects.filter(pk=variant.pk).update(reserved=F("reserved") + 5)
    item = FlashItem.objects.create(
        sale=sale, merchant=sale.merchant, variant=variant, price=1, quantity=5, left=5, is_open=True
    )
    wanted = stock.Wanted("flash", variant, 2, item, uuid.uuid4())
    stock.hold_all([wanted], at=at, expires_at=at + timedelta(days=36500))
    return item


def sell(variant: Variant, quantity: int = 1, *, at: datetime, shopper=None, method: str = "credit_card") -> Order:
    order = place(variant, quantity, at=at, shopper=shopper)
    pay(order, at=at, method=method)
    return order


def refund(order: Order, amount: str, *, at: datetime) -> Refund:
    """Money given back on the order's first line."""
    line, payment = order.lines.get(), order.checkout.payments.get()
    made = Refund.objects.create(
        merchant=order.merchant, order=order, payment=payment, amount=Decimal(amount), currency=order.currency,
        state="done", provider_reference=f"back-{uuid.uuid4()}", requested_at=at, done_at=at,
    )  # fmt: skip
    RefundLine.objects.create(refund=made, line=line, amount=Decimal(amount))
    OrderLine.objects.filter(pk=line.pk).update(refunded=line.refunded + Decimal(amount))
    Order.objects.filter(pk=order.pk).update(refunded=order.refunded + Decimal(amount))
    order.refresh_from_db()
    record_refund(refund_code=made.code, lines={line.code: Decimal(amount)}, at=at)
    _book(order, -Decimal(amount), kind="refund", reference=f"refund:{made.code}", at=at)
    return made


def send_back(variant: Variant, *, at: datetime) -> Case:
    """A unit sold and shipped that its buyer may send back."""
    order = sell(variant, at=at, method="boleto")
    ship(order, at=at)
    case = request(order, kind="return", units={order.lines.get().code: 1}, reason="faulty", at=at)
    return accept(case, at=at)


def _book(order: Order, amount: Decimal, *, kind: str, reference: str, at: datetime) -> None:
    sales = ledger.account(Account.Kind.SALES, owner=order.merchant.code, currency=order.currency)
    outside = ledger.account(Account.Kind.OUTSIDE, currency=order.currency)
    ledger.post(kind=kind, reference=reference, at=at, entries={outside: -amount, sales: amount})


def pay_out(order: Order, *, at: datetime) -> None:
    """The order sent, settled a day after it arrived, partly given back, paid out, and its week stated."""
    merchant, day = order.merchant, timedelta(days=1)
    OrderLine.objects.filter(order=order).update(commission_rate=Decimal("0.05"))
    prepares, approves = (factories.person(name, is_staff=True) for name in ("paula", "peter"))
    terms.agree(merchant, valid_from=at.date() - day, days=1, payout_minimum=1, by=prepares, at=at)
    BankAccount.objects.create(
        merchant=merchant, holder="A", bank="B", number="6222000011118888", added_at=at, usable_at=at
    )
    ship(order, at=at)
    deliver(order, at=at)
    settling.settle_due(at=at + day)
    refund(order, "5", at=at + day)
    settling.take_back(order, at=at + day)
    batch = payouts.prepare(currency=order.currency, by=prepares, at=at + day)
    payouts.approve(batch, by=approves, at=at + day)
    payouts.carry_out_all(at=at + day)
    statements.close_due(at=at + 7 * day)


def serve(merchant: Merchant, keeper: User, *, at: datetime) -> Order:
    """Two units of a service paid for; one was booked and had at a store, the other is booked for a later time."""
    service = factories.variant(merchant, product=factories.product(merchant, is_service=True))
    order = sell(service, 2, at=at, method="boleto")
    issuing.issue(order, issuing.lines_of(order.payment_shares.get().payment)[order.pk], at=at)
    store = Store.objects.create(merchant=merchant, name="Bund", country="CN", capacity=1, created_at=at)
    StoreHours.objects.bulk_create(
        StoreHours(store=store, weekday=day, opens=time(9), closes=time(23)) for day in range(7)
    )
    slots = bookings.offered(store, local_date(at, merchant.time_zone), at=at)
    for voucher, slot in zip(Voucher.objects.filter(order=order).order_by("pk"), slots, strict=False):
        bookings.book(voucher, store=store, starts_at=slot.starts_at, at=at)
    had = Voucher.objects.filter(order=order).earliest("pk")
    verify(access_of(keeper, merchant, at=at), had.number, store=store, at=at)
    return order
