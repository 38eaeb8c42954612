"""What runs for a shopper at some merchants: one statement, and none where nothing runs at all."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import JSONObject, Upper

from ..catalogue.categories import branches
from ..people.models import Merchant
from .models import Claim, Promotion, PromotionProduct, ShopperUses
from .terms import Terms

Kind, State = Promotion.Kind, Promotion.State


def is_promoted(merchant: str = "merchant") -> Exists:
    """Return whether any promotion is active at the merchant that a field names, or on the platform, to annotate with.

    What it tells spares those who read variants the question after promotions where there are none.
    """
    return Exists(Promotion.objects.filter(state=State.ACTIVE, merchant=OuterRef(merchant))) | Exists(
        Promotion.objects.filter(state=State.ACTIVE, merchant=None)
    )


def terms(
    merchants: Iterable[Merchant], *, currency: str, shopper: UUID, at: datetime, chosen: Sequence[str] = ()
) -> list[Terms]:
    """Return what runs at the merchants and on the platform for that shopper, and what she has `chosen` even if not.

    Of coupons: those that are public, claimed by her, or chosen by their code or word.
    """
    words = [word.strip().upper() for word in chosen]
    found = _for_shopper(shopper).annotate(spoken=Upper("word"))
    is_chosen = Q(kind=Kind.COUPON) & (Q(code__in=chosen) | ~Q(word="") & Q(spoken__in=words))
    runs = Q(state=State.ACTIVE, starts_at__lte=at) & (Q(ends_at=None) | Q(ends_at__gt=at))
    is_hers = ~Q(kind=Kind.COUPON) | Q(is_public=True) | Q(is_claimed=True)
    givers = Q(merchant__in=list(merchants)) | Q(merchant=None)
    rows = list(found.filter(givers, runs & is_hers | is_chosen, currency=currency).order_by("code"))
    below = branches({row.category_id for row in rows} - {None})
    return [_terms(row, below) for row in _without_old_words(rows)]


def _for_shopper(shopper: UUID) -> QuerySet[Promotion]:
    mine = {"promotion": OuterRef("pk"), "shopper": shopper}
    goods = PromotionProduct.objects.filter(promotion=OuterRef("pk"))
    return Promotion.objects.select_related("merchant").annotate(
        is_claimed=Exists(Claim.objects.filter(**mine)),
        times=Subquery(ShopperUses.objects.filter(**mine).values("used")),
        goods=ArraySubquery(goods.values(json=JSONObject(product=F("product_id"), quantity=F("quantity")))),
    )


def _without_old_words(rows: Collection[Promotion]) -> list[Promotion]:
    """Leave out coupons that have ended where another one at the same merchant has taken over their word."""
    alive = {(row.merchant_id, row.spoken) for row in rows if row.state != State.ENDED and row.word}
    return [row for row in rows if row.state != State.ENDED or (row.merchant_id, row.spoken) not in alive]


def _terms(row: Promotion, below: dict[int, Collection[int]]) -> Terms:
    products = {good["product"]: good["quantity"] for good in row.goods}
    categories = below.get(row.category_id)
    return Terms(row, products, categories, is_hers=row.is_claimed, times=row.times or 0)
