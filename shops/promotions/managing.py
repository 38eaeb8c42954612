"""Making, changing, starting, pausing, ending and copying promotions: one transaction each, versions, a trail."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Count, F, Model, Sum
from django.db.models.functions import Coalesce

from chengfeng import sql
from chengfeng.codes import new_code
from chengfeng.constraints import refusals

from ..catalogue.models import Product
from .keepers import Keeper
from .models import Promotion, PromotionProduct, PromotionUse

State = Promotion.State
RULES = (
    "benefit", "amount", "percent", "cap", "threshold", "repeats", "word", "is_public", "new_customers_only",
    "category", "starts_at", "per_shopper",
)  # fmt: skip
ALWAYS_OPEN = ("title", "title_en", "ends_at", "limit", "budget")
FIELDS = ALWAYS_OPEN + RULES
CONSTRAINTS = {"promotion_word_once": "word", "promotion_limit": "limit", "promotion_budget": "budget",
               "promotion_ends": "ends_at"}  # fmt: skip
SOURCES = {
    State.ACTIVE: (State.PAUSED,),
    State.PAUSED: (State.ACTIVE,),
    State.ENDED: (State.PAUSED, State.ACTIVE),
}


class EditConflict(Exception):
    """Somebody else has changed the promotion since it was read. Nothing was changed."""


class Refused(Exception):
    """A rule forbids the change; `field` is what breaks it. Nothing was changed.

    `word` is in use by another promotion; `limit` and `budget` lie below what was used; a rule of a used promotion
    stays; `ends_at` lies behind.
    """

    def __init__(self, field: str):
        self.field = field
        super().__init__(field)


class WrongState(Exception):
    """The promotion is not in a state from which it can go there. Nothing was changed."""


@transaction.atomic
def create(
    keeper: Keeper, *, kind: Promotion.Kind, currency: str, at: datetime, values: Mapping[str, Any],
    products: Mapping[Product, int],
) -> Promotion:  # fmt: skip
    """Make a paused promotion; `products` says how many units of each a bundle takes. Raises Refused."""
    promotion = Promotion(
        merchant=keeper.merchant, kind=kind, currency=currency, created_by=keeper.user, created_at=at,
        **{"starts_at": at, **values},
    )  # fmt: skip
    with refusals(CONSTRAINTS, Refused):
        promotion.save(force_insert=True)
    _give(promotion, products)
    keeper.note("promotion.create", promotion, at=at, **described(promotion))
    return promotion


@transaction.atomic
def edit(
    keeper: Keeper, promotion: Promotion, *, version: int, at: datetime, values: Mapping[str, Any],
    products: Mapping[Product, int] | None = None,
) -> Promotion:  # fmt: skip
    """Change what is given of a promotion. Of one that was used, the rules stay as they were used.

    Raises EditConflict when `version` is no longer its version or it has ended, Refused when a rule forbids it.
    """
    _quiet(promotion, values)
    locked = keeper.promotions().select_for_update(of=("self",)).filter(pk=promotion.pk, version=version).first()
    if locked is None or locked.state == State.ENDED:
        raise EditConflict
    before = described(locked)
    differing = {name: value for name, value in values.items() if getattr(locked, name) != value}
    is_regiven = products is not None and _given(locked) != {p.code: units for p, units in products.items()}
    closed = [*RULES, "products"] if is_used(locked) else []
    touched = [*differing, *(["products"] if is_regiven else [])]
    if forbidden := [name for name in touched if name in closed]:
        raise Refused(forbidden[0])
    if touched:
        _change(locked, differing)
    if is_regiven:
        _give(locked, products)
    after = described(locked)
    if changes := {name: [before[name], after[name]] for name in after if before[name] != after[name]}:
        keeper.note("promotion.edit", locked, at=at, changes=changes)
    return locked


@transaction.atomic
def set_state(keeper: Keeper, promotion: Promotion, state: State, *, at: datetime) -> Promotion:
    """Start, pause or end a promotion; asked twice, the second is content. An ended one stays ended.

    Raises WrongState when it cannot go there, Refused on `ends_at` when it is to be started after its end.
    """
    if state == State.ACTIVE and promotion.ends_at and promotion.ends_at <= at:
        raise Refused("ends_at")
    mine = keeper.promotions().filter(pk=promotion.pk)
    moved = mine.filter(state__in=SOURCES[state]).update(state=state, version=F("version") + 1)
    if not moved and not mine.filter(state=state).exists():
        raise WrongState
    before = promotion.state
    promotion.refresh_from_db()
    if moved:
        keeper.note(f"promotion.{state}", promotion, at=at, changes={"state": [before, state.value]})
    return promotion


@transaction.atomic
def copy(keeper: Keeper, promotion: Promotion, *, at: datetime) -> Promotion:
    """Make a paused promotion like another, from now on for as long; its coupon word stays with the first."""
    lasts = promotion.ends_at and promotion.ends_at - promotion.starts_at
    products = {each.product: each.quantity for each in promotion.products.select_related("product")}
    twin = Promotion(**{name: getattr(promotion, name) for name in FIELDS}, kind=promotion.kind)
    twin.merchant, twin.currency, twin.code = keeper.merchant, promotion.currency, new_code("prm")
    twin.starts_at, twin.ends_at, twin.word = at, lasts and at + lasts, ""
    twin.created_by, twin.created_at = keeper.user, at
    twin.save(force_insert=True)
    _give(twin, products)
    keeper.note("promotion.create", twin, at=at, copy_of=promotion.code, **described(twin))
    return twin


def is_used(promotion: Promotion) -> bool:
    """Whether an order has ever used it, even one that came to nothing."""
    return promotion.uses.exists()


def described(promotion: Promotion) -> dict[str, Any]:
    """Return all that can be set of a promotion, as the trail keeps it."""
    return {name: _plain(getattr(promotion, name)) for name in FIELDS} | {"products": _given(promotion)}


def _change(promotion: Promotion, differing: Mapping[str, Any]) -> None:
    for name, value in differing.items():
        setattr(promotion, name, value)
    if differing.keys() & {"limit", "budget"}:
        _recount(promotion)
    promotion.version += 1
    with refusals(CONSTRAINTS, Refused):
        promotion.save(update_fields=[*differing, "used", "spent", "version"])


def _quiet(promotion: Promotion, values: Mapping[str, Any]) -> None:
    """Let nobody write a use until this transaction ends where counting begins: it would be counted by nobody."""
    is_counted = promotion.limit is not None or promotion.budget is not None
    if not is_counted and (values.get("limit") is not None or values.get("budget") is not None):
        sql.run(f"LOCK TABLE {PromotionUse._meta.db_table} IN SHARE ROW EXCLUSIVE MODE")


def _recount(promotion: Promotion) -> None:
    """Set the counters from the live uses: they were not kept while there was neither limit nor budget."""
    live = promotion.uses.filter(state=PromotionUse.State.LIVE)
    sums = live.aggregate(used=Count("basket", distinct=True), spent=Coalesce(Sum("amount"), Decimal(0)))
    promotion.used, promotion.spent = sums["used"], sums["spent"]


def _give(promotion: Promotion, products: Mapping[Product, int]) -> None:
    """Let the promotion be for exactly these products, so many units of each."""
    if any(product.merchant_id != promotion.merchant_id for product in products):
        raise ValueError("a promotion is for products of its own merchant")
    promotion.products.exclude(product__in=products).delete()
    PromotionProduct.objects.bulk_create(
        [PromotionProduct(promotion=promotion, product=p, quantity=units) for p, units in products.items()],
        update_conflicts=True, unique_fields=["promotion", "product"], update_fields=["quantity"],
    )  # fmt: skip


def _given(promotion: Promotion) -> dict[str, int]:
    return dict(promotion.products.order_by("product__code").values_list("product__code", "quantity"))


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    if isinstance(value, Model):
        return str(value)
    return value.isoformat() if isinstance(value, datetime) else value
