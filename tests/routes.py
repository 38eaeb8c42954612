"""Every route of the project, who may enter it, and real addresses that belong to Alice."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from functools import cache
from uuid import UUID

from django.core.files.base import ContentFile
from django.urls import get_resolver
from django.urls.resolvers import URLPattern, URLResolver

from ads import partitions
from ads.models import Appeal, AuctionRecord, Audience, Campaign, Change, Proposal, TopUp
from chengfeng import ledger
from chengfeng.models import Job
from orders.models import (
    Address,
    Case,
    Checkout,
    Order,
    OrderLine,
    OrderNote,
    Payment,
    PayoutBatch,
    Settlement,
    ShippingRun,
    Statement,
    Voucher,
)
from reports.models import Anomaly, Export, ReportRun, ReportSchedule, SavedReport, Season
from shops.api_base import MerchantAPIView
from shops.models import (
    ApiToken,
    Brand,
    Delegation,
    Document,
    FlashSale,
    HookMessage,
    ImportRun,
    Invitation,
    Merchant,
    Note,
    Presale,
    Product,
    ShippingTemplate,
    Store,
    User,
)
from tests import factories
from tests.factories import AT

PUBLIC = "anybody"
PERSON = "whoever is logged in"
SHOPPER = "the shopper whose it is, known by cookie or header"
MEMBER = "who belongs to the merchant and holds the right"
KA = "key-account managers"
PROGRAM = "a program of the merchant whose token holds the right"
OPERATOR = "operators"

DECLARED = {  # routes that no guard of the gate speaks for
    "healthz": PUBLIC,
    "readyz": PUBLIC,
    "set_language": PUBLIC,
    "operator_login": PUBLIC,
    "schema": PUBLIC,
    "shops:login": PUBLIC,
    "shops:logout": PUBLIC,
    "shops:register": PUBLIC,
    "shops:password_change": PERSON,
    "shops:my_data": PERSON,
    "shops:my_data_file": PERSON,
    "shops:erase": PERSON,
    "shops:home": PERSON,
    "shops:merchants": PERSON,
    "shops:enter": MEMBER,
    "shops:feed": PUBLIC,
    "shops:flash": PUBLIC,
    "shops:search": PUBLIC,
    "shops:product": PUBLIC,
    "shops:shop": PUBLIC,
    "shops:note": PUBLIC,
    "shops:media": PUBLIC,
    "shops:favicon": PUBLIC,
    "shops:invitation": PUBLIC,
    "shops:coupon_claim": PUBLIC,
    "shops:my_coupons": PUBLIC,
    "shops:api_product_reviews": PUBLIC,
    "shops:api_shoppers": PUBLIC,
    "shops:api_offered_products": PUBLIC,
    "shops:api_categories": PUBLIC,
    "ads:slot": PUBLIC,
    "ads:click": PUBLIC,
    "ads:privacy": PUBLIC,
    "ads:api_behaviours": PUBLIC,
    "ads:api_personalised_ads": PUBLIC,
    "ads:api_decisions": PUBLIC,
    "ads:api_events": PUBLIC,
    "orders:webhook": PUBLIC,
    "orders:cart": PUBLIC,
    "orders:cart_add": PUBLIC,
    "orders:cart_line": PUBLIC,
    "orders:checkout": PUBLIC,
    "orders:my_orders": PUBLIC,
    "orders:addresses": PUBLIC,
    "orders:vouchers": PUBLIC,
    "orders:voucher": SHOPPER,
    "orders:voucher_book": SHOPPER,
    "orders:voucher_unbook": SHOPPER,
    "orders:voucher_refund": SHOPPER,
    "orders:address_new": PUBLIC,
    "orders:addresses_take_over": PUBLIC,
    "orders:address": SHOPPER,
    "orders:address_forget": SHOPPER,
    "orders:my_order": SHOPPER,
    "orders:my_order_receipt": SHOPPER,
    "orders:my_parcel_receipt": SHOPPER,
    "orders:my_cases": PUBLIC,
    "orders:my_case_new": SHOPPER,
    "orders:my_case": SHOPPER,
    "orders:my_case_photo": SHOPPER,
    "orders:my_case_withdraw": SHOPPER,
    "orders:my_case_agree": SHOPPER,
    "orders:my_case_decline": SHOPPER,
    "orders:my_case_send": SHOPPER,
    "orders:my_case_escalate": SHOPPER,
    "orders:my_case_say": SHOPPER,
    "orders:api_my_cases": PUBLIC,
    "orders:api_my_case": SHOPPER,
    "orders:api_my_case_withdraw": SHOPPER,
    "orders:api_my_case_agree": SHOPPER,
    "orders:api_my_case_decline": SHOPPER,
    "orders:api_my_case_send_back": SHOPPER,
    "orders:api_my_case_escalate": SHOPPER,
    "orders:review": SHOPPER,
    "orders:api_reviews": PUBLIC,
    "orders:pay": SHOPPER,
    "orders:presale": PUBLIC,
    "orders:api_presale_checkouts": PUBLIC,
    "orders:api_cart": PUBLIC,
    "orders:api_cart_line": PUBLIC,
    "orders:api_quotes": PUBLIC,
    "orders:api_checkouts": PUBLIC,
    "orders:api_checkout": SHOPPER,
    "orders:api_payments": SHOPPER,
    "reports:metrics": PUBLIC,
}

OF_NOBODY = {  # what parameters take that belongs to no merchant
    "behind": "paid_gmv", "reconciliation": "2026-03-10", "set": "daily_budget", "file": "csv"
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Route:
    """One address pattern: its full name, its parts, its view and who may enter."""

    name: str
    pattern: str
    view: Callable
    audience: str | None

    @property
    def right(self) -> str | None:
        return getattr(self.view, "right", None)

    @property
    def methods(self) -> set[str]:
        """The methods that an API view answers."""
        names = self.view.cls.http_method_names
        return {name.upper() for name in names if hasattr(self.view.cls, name)} - {"OPTIONS", "HEAD"}

    @property
    def rights(self) -> dict[str, str]:
        """The right that each method of an API view needs."""
        return {method: self.view.cls.rights.get(method) for method in sorted(self.methods)}

    @property
    def blanks(self) -> list[str]:
        """What stands to the left of each parameter, which says what kind of code it takes."""
        return [
            self.pattern[: match.start()].strip("/").rpartition("/")[2] for match in PARAMETER.finditer(self.pattern)
        ]

    def address(self, *codes: str) -> str:
        """Return the address with these codes in place of its parameters."""
        left = iter(codes)
        return "/" + PARAMETER.sub(lambda _: next(left), self.pattern)


PARAMETER = re.compile(r"<[^>]+>")


@cache
def routes() -> tuple[Route, ...]:
    """Return every route outside Django's admin."""
    return tuple(route for route in _walk(get_resolver()) if not route.name.startswith("admin:"))


def _walk(resolver: URLResolver, namespace: str = "", prefix: str = "") -> Iterator[Route]:
    for pattern in resolver.url_patterns:
        address = prefix + str(pattern.pattern)
        if isinstance(pattern, URLPattern):
            name = f"{namespace}{pattern.name}"
            yield Route(name, address, pattern.callback, audience(name, pattern.callback))
        else:
            yield from _walk(pattern, namespace + (f"{pattern.namespace}:" if pattern.namespace else ""), address)


def audience(name: str, view: Callable) -> str | None:
    """Return who may enter, as the view's guard declares it or the table above; None when nobody has decided."""
    if hasattr(view, "right"):
        return MEMBER
    if getattr(view, "is_for_ka_managers", False):
        return KA
    if getattr(view, "is_for_operators", False):
        return OPERATOR
    if issubclass(getattr(view, "cls", object), MerchantAPIView):
        return PROGRAM
    return DECLARED.get(name)


def codes_of_alice(shop: Merchant, alice: User) -> dict[str, str]:
    """Make one of everything for Alice's shop; return its code by what stands before it in an address."""
    variant = factories.variant(shop)
    order = _order(shop, variant, alice)
    job = Job.objects.create(kind="export", state="done", due_at=AT, finished_at=AT)
    campaign = Campaign.objects.create(
        merchant=shop,
        name="Spring",
        bid=Decimal(1),
        daily_budget=Decimal(9),
        starts_at=AT,
        created_at=AT,
        updated_at=AT,
    )
    note = Note.objects.create(merchant=shop, title="N", author="A", state="published", created_at=AT, published_at=AT)
    export = Export.objects.create(
        merchant=shop, job=job, kind="orders", first=AT.date(), last=AT.date(), columns=["code"], requested_at=AT,
        file=ContentFile(b"x", "x.csv"), rows=1, ready_at=AT, expires_at=AT + timedelta(days=1),
    )  # fmt: skip
    run = ImportRun.objects.create(
        merchant=shop, file=ContentFile(b"x", "x.csv"), file_name="x.csv", digest="x", created_at=AT, finished_at=AT,
        job=Job.objects.create(kind="catalogue_import", state="done", due_at=AT, finished_at=AT),
    )  # fmt: skip
    invitation = Invitation.objects.create(
        merchant=shop, email="x@example.org", role="service", digest="x", invited_by=alice, created_at=AT,
        expires_at=AT + timedelta(days=1),
    )  # fmt: skip
    token = ApiToken.objects.create(
        merchant=shop, name="t", digest="x", hint="x", rights=["orders.view"], created_by=alice, created_at=AT
    )
    kim = factories.person("kim", is_ka_manager=True)
    delegation = Delegation.objects.create(
        merchant=shop, delegate=kim, kind="ka", rights=["people.view", "reports.view"], granted_by=alice, starts_at=AT,
        expires_at=AT + timedelta(days=1),
    )  # fmt: skip
    brand = Brand.objects.create(
        merchant=shop, manager=kim, company="C", contact_email="c@example.org", opened_at=AT, due_at=AT
    )
    document = Document.objects.create(
        merchant=shop, kind="licence", file=ContentFile(b"%PDF-", "x.pdf"), file_name="x.pdf", uploaded_by=kim,
        uploaded_at=AT,
    )  # fmt: skip
    template = ShippingTemplate.objects.create(merchant=shop, name="T", created_at=AT)
    template.rates.create()
    promotion = factories.promotion(shop)
    remark = OrderNote.objects.create(merchant=shop, order=order, text="x", by=alice, at=AT)
    parcels = ShippingRun.objects.create(
        merchant=shop, file=ContentFile(b"order,tracking", "x.csv"), file_name="x.csv", digest="x", requested_by=alice,
        created_at=AT, finished_at=AT,
    )  # fmt: skip
    return {
        "promotions": promotion.code,
        **_timed(shop, variant),
        "reviews": factories.review(variant).code,
        "review": order.lines.get().code,
        "lines": order.lines.get().code,
        "console": shop.code,
        **_hooked(shop),
        "addresses": _address(alice),
        "vouchers": _voucher(order),
        "stores": Store.objects.create(merchant=shop, name="S", country="CN", created_at=AT).code,
        "shipping": template.code,
        "shipping-templates": template.code,
        "merchants": shop.code,
        "products": variant.product.code,
        "variants": variant.sku,
        "imports": run.code,
        "notes": note.code,
        "ads": campaign.code,
        "campaigns": campaign.code,
        **_structured(campaign, variant.product, alice),
        **_reported(shop, alice),
        "audiences": _audience(shop),
        "auctions": _auction(campaign),
        "traffic": _appeal(shop),
        "orders": order.code,
        **_aftersale(order),
        "remarks": remark.code,
        "parcels": parcels.code,
        "parcel-files": parcels.code,
        "checkouts": order.checkout.code,
        "pay": order.checkout.code,
        "payments": _authorised(order).code,
        "exports": export.code,
        **_settled(shop, order),
        "invitations": invitation.code,
        "members": alice.code,
        "delegations": delegation.code,
        "tokens": token.code,
        "top-ups": TopUp.objects.create(merchant=shop, amount=1, currency="CNY", requested_at=AT).code,
        "brands": brand.code,
        "documents": document.code,
        **OF_NOBODY,
    }


def _structured(campaign: Campaign, product: Product, alice: User) -> dict[str, str]:
    """A group and an ad of the campaign, a change of it, and a proposal that waits."""
    of_shop = {"merchant": campaign.merchant, "campaign": campaign}
    group = campaign.groups.create(merchant=campaign.merchant, name="G", created_at=AT)
    ad = campaign.ads.create(merchant=campaign.merchant, group=group, product=product, created_at=AT)
    change = Change.objects.create(**of_shop, batch="bat_1", source="bulk", before={}, after={"bid": "1"}, at=AT)
    proposal = Proposal.objects.create(**of_shop, version=1, proposed_by=alice, proposed_at=AT)
    return {
        "ad-groups": group.code, "creatives": ad.code, "changes": change.code, "change-batches": change.batch,
        "proposals": proposal.code, "ad-reviews": ad.code,
    }  # fmt: skip


def _reported(shop: Merchant, alice: User) -> dict[str, str]:
    """A saved report that is sent, a run whose rows are gone, an unusual number, and a season that everybody sees."""
    asked = {"measures": ["gmv"], "period": {"first": "2026-03-01", "last": "2026-03-09"}}
    saved = SavedReport.objects.create(merchant=shop, name="R", definition=asked, created_at=AT, updated_at=AT)
    ReportSchedule.objects.create(report=saved, rhythm="daily", set_by=alice, next_at=AT)
    run = ReportRun.objects.create(
        merchant=shop, report=saved, definition=asked, as_of=AT, version="x", requested_at=AT, rows=1, ready_at=AT,
        expires_at=AT + timedelta(days=1),
    )  # fmt: skip
    season = Season.objects.create(occasion="x", title="S", first=AT.date(), last=AT.date(), updated_at=AT)
    unusual = Anomaly.objects.create(
        merchant=shop, day=AT.date(), measure="clicks", since=0, until=12, value=0, usual=9, low=8, high=10, days=28,
        found_at=AT,
    )  # fmt: skip
    return {
        "saved": saved.code, "runs": run.code, "against": run.code, "unusual": unusual.code, "seasons": season.code,
        "reckoned": _reckoned(shop).code,
        **_across(shop),
    }  # fmt: skip


def _reckoned(shop: Merchant) -> Job:
    """Paths that wait for a worker."""
    asked = {
        "channel": "kind", "touches": "click", "window": 7, "order": 1, "repeats": "once", "value": "gross",
        "first": "2026-03-01", "last": "2026-03-09",
    }  # fmt: skip
    params = {"asked": asked, "as_of": AT.isoformat()}
    return Job.objects.create(kind="reckon_paths", owner=shop.code, params=params, due_at=AT)


def _across(shop: Merchant) -> dict[str, str]:
    """A saved report that is sent, and a run of the portfolio of Kim, to whom Alice's shop is lent."""
    kim = User.objects.get(email="kim@example.org")
    asked = {"measures": ["gmv"], "period": {"first": "2026-03-01", "last": "2026-03-09"}}
    mine = {"portfolio_of": kim, "definition": asked}
    saved = SavedReport.objects.create(**mine, currency="CNY", name="R", made_by=kim, created_at=AT, updated_at=AT)
    ReportSchedule.objects.create(report=saved, rhythm="daily", set_by=kim, next_at=AT)
    run = ReportRun.objects.create(
        **mine, report=saved, as_of=AT, version="x", requested_at=AT, rows=1, ready_at=AT,
        expires_at=AT + timedelta(days=1), heading={"currency": "CNY"},
    )  # fmt: skip
    run.merchants.add(shop)
    return {"kept": saved.code, "ran": run.code, "beside": run.code}


def _hooked(shop: Merchant) -> dict[str, str]:
    """An endpoint, and a message to it that was given up."""
    endpoint = factories.endpoint(shop)
    message = HookMessage.objects.create(
        merchant=shop, endpoint=endpoint, event="order.paid", key="x", state="dead", happened_at=AT, created_at=AT
    )
    return {
        "webhooks": endpoint.code,
        "webhook-endpoints": endpoint.code,
        **dict.fromkeys(("messages", "webhook-messages"), message.code),
    }


def _voucher(order: Order) -> str:
    times = {"issued_at": AT, "expires_at": AT + timedelta(days=1)}
    return Voucher.objects.create(
        number="123456789012", merchant=order.merchant, order=order, line=order.lines.get(), position=1, **times
    ).number


def _address(alice: User) -> str:
    place = {"recipient": "A", "country": "CN", "created_at": AT, "updated_at": AT}
    return Address.objects.create(shopper=factories.shopper(), user=alice, **place).code


def _aftersale(order: Order) -> dict[str, str]:
    """Make a disputed case with a photo, and a parcel, of the order."""
    case = Case.objects.create(
        merchant=order.merchant, order=order, kind="refund", state="disputed", reason="other", amount=1, requested_at=AT
    )
    case.steps.create(number=1, source="rejected", target="disputed", side="shopper", at=AT)
    photo = case.photos.create(merchant=order.merchant, side="shopper", file=ContentFile(b"x", "x.webp"), added_at=AT)
    parcel = order.shipments.create(merchant=order.merchant, shipped_at=AT)
    return {"cases": case.code, "disputes": case.code, "photos": photo.code, "arrived": parcel.code}


def _timed(shop: Merchant, variant) -> dict[str, str]:
    """Make a flash sale and a presale; return their codes."""
    times = {"starts_at": AT, "ends_at": AT + timedelta(days=1), "created_at": AT}
    sale = FlashSale.objects.create(merchant=shop, title="F", **times)
    item = sale.items.create(merchant=shop, variant=variant, price=1, quantity=1)
    presale = Presale.objects.create(
        merchant=shop, variant=variant, title="P", price=2, deposit=1, balance_from=AT + timedelta(days=2),
        balance_until=AT + timedelta(days=3), ships_by=AT + timedelta(days=4), **times,
    )  # fmt: skip
    return {"flash-sales": sale.code, "items": item.code, "presales": presale.code, "presale": presale.code}


def _authorised(order: Order) -> Payment:
    """An authorised payment of an order."""
    payment = Payment.objects.create(
        checkout=order.checkout, provider="sandbox", method="credit_card", amount=100, currency=order.currency,
        state="authorised", provider_reference="a", captures_later=True, authorised=100, authorised_at=AT,
        created_at=AT,
    )  # fmt: skip
    payment.shares.create(order=order, amount=100)
    return payment


def _order(shop: Merchant, variant, alice: User) -> Order:
    checkout = Checkout.objects.create(
        shopper=factories.shopper(), user=alice, email="s@example.org", recipient="S", currency=shop.currency,
        total=100, placed_at=AT,
    )  # fmt: skip
    order = Order.objects.create(
        merchant=shop, checkout=checkout, shopper=checkout.shopper, currency=shop.currency, subtotal=100, total=100,
        placed_at=AT, expires_at=AT + timedelta(minutes=15),
    )  # fmt: skip
    OrderLine.objects.create(
        merchant=shop, order=order, variant=variant, product=variant.product, title="P", unit_price=100, quantity=1,
        total=100,
    )  # fmt: skip
    return order


def _settled(shop: Merchant, order: Order) -> dict[str, str]:
    """A statement, the ledger transfer of a settlement, and payouts that await approval."""
    accounts = [ledger.account(kind, owner=shop.code, currency="CNY") for kind in ("sales", "payable")]
    transfer = ledger.post(
        kind="settlement", reference="settlement:x", at=AT, entries=dict(zip(accounts, (-1, 1), strict=True))
    )
    statement = Statement.objects.create(
        merchant=shop, currency="CNY", number=1, first=AT.date(), last=AT.date(), opening=0, settled=1, clawed_back=0,
        paid_out=0, returned=0, closing=1, orders=1, closed_at=AT,
    )  # fmt: skip
    Settlement.objects.create(
        merchant=shop, order=order, number=1, kind="order", currency="CNY", goods=1, subsidy=0, commission=0, net=1,
        shipping=0, shipping_subsidy=0, tax=0, due_at=AT, settled_at=AT, transfer=transfer, statement=statement,
    )  # fmt: skip
    batch = PayoutBatch.objects.create(currency="CNY", prepared_by=factories.person("olga"), prepared_at=AT)
    return {"statements": statement.code, "transfers": transfer.code, "payouts": batch.code}


def _appeal(shop: Merchant) -> str:
    return Appeal.objects.create(merchant=shop, first=AT.date(), last=AT.date(), text="More", asked_at=AT).code


def _auction(campaign: Campaign) -> str:
    """A recorded auction that the campaign took part in."""
    number = UUID(int=7)
    partitions.ensure_days({AT.date()})
    plain = {"bid": 10_000, "pctr": 0.1, "pcvr": 0.1, "quality": 100, "score": 10**13, "mode": "cpc", "product": 1}
    AuctionRecord.objects.create(
        day=AT.date(), number=number, at=AT, placement="feed", slots=1, shopper=number, draw=1,
        candidates=[plain | {"campaign": campaign.pk, "merchant": campaign.merchant_id, "outcome": "outranked"}],
    )  # fmt: skip
    return f"{AT:%Y%m%d}-{number.hex}"


def _audience(shop: Merchant) -> str:
    return Audience.objects.create(merchant=shop, name="Fans", kinds=["view"], days=7, created_at=AT).code
