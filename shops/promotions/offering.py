"""What shoppers see of promotions: badges on goods, coupons to claim, and those they have claimed."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery, Sum

from ..catalogue.models import Product
from ..people.models import Merchant
from . import wording
from .models import Claim, Promotion, ShopperUses
from .phases import Phase, in_phase, phase_of

Kind = Promotion.Kind
ON_A_CARD = 2
AT_ONCE = 20
GOODS = ArrayAgg("products__product_id", filter=Q(products__isnull=False), default=[])


class NotClaimable(Exception):
    """There is no such coupon to claim now. Nothing was kept."""


def running(givers: Q, *, at: datetime) -> QuerySet[Promotion]:
    """Return what some give everybody, with `goods`, the keys of the products it is for, and `units`, their pieces."""
    open_ = Q(kind=Kind.COUPON, is_public=True) | ~Q(kind=Kind.COUPON)
    left = (Q(limit=None) | Q(used__lt=F("limit"))) & (Q(budget=None) | Q(spent__lt=F("budget")))
    offered = in_phase(Promotion.objects.filter(givers, open_, left), Phase.RUNNING, at=at)
    return offered.annotate(goods=GOODS, units=Sum("products__quantity"))


def badge(products: Sequence[Product], *, at: datetime) -> None:
    """Give each product its `badges`: in short what its shop offers on it. One query, whatever their number."""
    merchants = {product.merchant_id for product in products}
    offers = list(running(Q(merchant__in=merchants), at=at).order_by("kind", "pk")) if merchants else []
    for product in products:
        mine = [offer for offer in offers if offer.merchant_id == product.merchant_id and covers(offer, product)]
        product.badges = [said(offer) for offer in mine[:ON_A_CARD]]


def offers_on(product: Product, shopper: UUID, *, at: datetime) -> list[Promotion]:
    """Return what shop and platform offer on a product, its category and the one above loaded."""
    return [offer for offer in offers_of(product.merchant, shopper, at=at) if covers(offer, product)]


def offers_of(merchant: Merchant, shopper: UUID, *, at: datetime) -> list[Promotion]:
    """Return what a shop and the platform offer there, each with `text` and whether the shopper `is_claimed` it."""
    claimed = Exists(Claim.objects.filter(promotion=OuterRef("pk"), shopper=shopper))
    givers = Q(merchant=merchant) | Q(merchant=None, currency=merchant.currency)
    found = running(givers, at=at).filter(_has_goods_of(merchant)).annotate(is_claimed=claimed)
    offers = list(found.select_related("category").order_by(F("merchant").asc(nulls_last=True), "kind", "pk")[:AT_ONCE])
    for offer in offers:
        offer.text = said(offer)
    return offers


def _has_goods_of(merchant: Merchant) -> Q:
    """Keep what is not for one category alone, or for one of which the shop has something on sale, or of one below."""
    sold = Product.objects.filter(merchant=merchant, state=Product.State.ACTIVE, variants__is_active=True)
    within = Q(category=OuterRef("category")) | Q(category__parent=OuterRef("category"))
    return Q(category=None) | Q(Exists(sold.filter(within)))


def covers(offer: Promotion, product: Product) -> bool:
    """Whether an offer with its `goods` is for that product."""
    if offer.goods and product.pk not in offer.goods:
        return False
    if offer.category_id is None:
        return True
    category = product.category
    return bool(category) and offer.category_id in (category.pk, category.parent_id)


def said(offer: Promotion) -> str:
    return wording.short(offer, units=offer.units or 0)


def claim(code: str, *, shopper: UUID, at: datetime) -> Promotion:
    """Keep a coupon for a shopper; asked twice, she has it once. Raises NotClaimable."""
    coupons = Promotion.objects.filter(kind=Kind.COUPON, is_public=True, code=code)
    found = in_phase(coupons, Phase.RUNNING, at=at).select_related("merchant").first()
    if found is None:
        raise NotClaimable
    Claim.objects.get_or_create(promotion=found, shopper=shopper, defaults={"at": at})
    return found


def claimed(shopper: UUID, *, at: datetime) -> list[Promotion]:
    """Return the coupons a shopper has claimed, the latest first, each with `text`, `phase` and whether `is_spent`."""
    mine = Claim.objects.filter(promotion=OuterRef("pk"), shopper=shopper)
    times = ShopperUses.objects.filter(promotion=OuterRef("pk"), shopper=shopper)
    coupons = Promotion.objects.filter(Exists(mine)).select_related("merchant", "category")
    found = coupons.annotate(
        claimed_at=Subquery(mine.values("at")[:1]), times=Subquery(times.values("used")[:1]), goods=GOODS
    )
    return [_of_shopper(coupon, at) for coupon in found.order_by("-claimed_at", "-pk")[:200]]


def _of_shopper(coupon: Promotion, at: datetime) -> Promotion:
    coupon.text, coupon.phase = wording.short(coupon), phase_of(coupon, at=at)
    is_hers = coupon.per_shopper is not None and (coupon.times or 0) >= coupon.per_shopper
    coupon.is_spent = is_hers or (coupon.limit is not None and coupon.used >= coupon.limit)
    return coupon
