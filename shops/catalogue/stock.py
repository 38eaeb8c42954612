"""Stock: hold units for an order, let them go, take them, put them back – exact under any number of buyers.

Every verb is made of guarded statements that lock in one order – what a buyer has of a flash item, flash items, then
variants, each by key – so that two verbs never wait for each other in a circle, and no unit is promised twice.

Units of a published flash sale are reserved on their variant from the start. Whoever buys them moves them from the
item's `left` to a hold, and the variant, which everybody else wants, need not be touched for it.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import F

from chengfeng import sql

from ..models import FlashBuyer, FlashItem, Hold, StockMove, Variant


@dataclass(frozen=True, slots=True)
class Wanted:
    """Units of a variant wanted for a cause (an order's code), those of a flash item for one shopper if it is given."""

    cause: str
    variant: Variant
    quantity: int
    flash_item: FlashItem | None = None
    shopper: UUID | None = None


class OutOfStock(Exception):
    """Fewer units are free than wanted; `shortages` lists each such variant with what is free. Nothing was held."""

    def __init__(self, shortages: list[tuple[Variant, int]]):
        self.shortages = shortages
        super().__init__(", ".join(f"{variant.sku}: {available} available" for variant, available in shortages))


class LimitReached(Exception):
    """A shopper wants more units of a flash item than its limit leaves; `may_still` says how many. Nothing was held."""

    def __init__(self, item: FlashItem, may_still: int):
        self.item, self.may_still = item, may_still
        super().__init__(f"{item.code}: {may_still} more per buyer")


class AlreadyHeld(Exception):
    """Units are held for this cause already, or were taken. Nothing was held."""


class HoldGone(Exception):
    """A hold of this cause is no longer live. Nothing was taken."""


class BelowReserved(Exception):
    """A count found fewer units than are held for buyers; `reserved` says how many those are."""

    def __init__(self, reserved: int):
        self.reserved = reserved
        super().__init__(f"{reserved} units are reserved")


HOLD = sql.Part(
    """
wanted# AS (
    SELECT * FROM unnest(
        %(variants#)s::bigint[], %(quantities#)s::int[], %(causes#)s::text[]
    ) AS w (id, quantity, cause)
), locked# AS (
    SELECT id FROM shops_variant WHERE id = ANY(%(variants#)s) ORDER BY id FOR NO KEY UPDATE
), reserved# AS (
    UPDATE shops_variant v SET reserved = v.reserved + w.quantity FROM wanted# w JOIN locked# USING (id)
    WHERE v.id = w.id AND v.on_hand - v.reserved >= w.quantity
    RETURNING v.id, v.merchant_id, w.quantity, w.cause
), held# AS (
    INSERT INTO shops_hold AS h (merchant_id, variant_id, quantity, cause, state, created_at, expires_at)
    SELECT merchant_id, id, quantity, cause, 'live', %(at#)s, %(expires_at#)s FROM reserved#
    ON CONFLICT (variant_id, cause) DO UPDATE
        SET state = 'live', quantity = excluded.quantity, flash_item_id = NULL, shopper = NULL,
            created_at = excluded.created_at, expires_at = excluded.expires_at
        WHERE h.state = 'released'
    RETURNING id
)""",
    "(SELECT count(*) FROM held#)",
)

HOLD_FLASH = sql.Part(
    """
wanted# AS (
    SELECT * FROM unnest(
        %(items#)s::bigint[], %(quantities#)s::int[], %(causes#)s::text[], %(shoppers#)s::uuid[]
    ) AS w (id, quantity, cause, shopper)
), counted# AS (
    INSERT INTO shops_flashbuyer AS b (item_id, shopper, units)
    SELECT w.id, w.shopper, w.quantity FROM wanted# w JOIN shops_flashitem i USING (id)
    WHERE w.quantity <= coalesce(i.per_buyer, w.quantity) ORDER BY w.id
    ON CONFLICT (item_id, shopper) DO UPDATE SET units = b.units + excluded.units
        WHERE b.units + excluded.units <= coalesce(
            (SELECT per_buyer FROM shops_flashitem WHERE id = b.item_id), b.units + excluded.units
        )
    RETURNING item_id
), locked# AS (
    SELECT id FROM shops_flashitem WHERE id IN (SELECT item_id FROM counted#) ORDER BY id FOR NO KEY UPDATE
), given# AS (
    UPDATE shops_flashitem i SET "left" = i."left" - w.quantity
    FROM wanted# w JOIN locked# USING (id), shops_flashsale s
    WHERE i.id = w.id AND s.id = i.sale_id AND i.is_open AND i."left" >= w.quantity
        AND s.starts_at <= %(at#)s AND s.ends_at > %(at#)s
    RETURNING i.id, i.merchant_id, i.variant_id, w.quantity, w.cause, w.shopper
), held# AS (
    INSERT INTO shops_hold AS h
        (merchant_id, variant_id, flash_item_id, shopper, quantity, cause, state, created_at, expires_at)
    SELECT merchant_id, variant_id, id, shopper, quantity, cause, 'live', %(at#)s, %(expires_at#)s FROM given#
    ON CONFLICT (variant_id, cause) DO UPDATE
        SET state = 'live', quantity = excluded.quantity, flash_item_id = excluded.flash_item_id,
            shopper = excluded.shopper, created_at = excluded.created_at, expires_at = excluded.expires_at
        WHERE h.state = 'released'
    RETURNING h.flash_item_id AS id
)""",
    """(
    SELECT jsonb_object_agg(w.id, jsonb_build_array(
        w.id IN (SELECT item_id FROM counted#), w.id IN (SELECT id FROM given#), w.id IN (SELECT id FROM held#)
    )) FROM wanted# w
)""",
)

RELEASE = """
WITH held AS (
    SELECT id, variant_id, flash_item_id, shopper FROM shops_hold WHERE cause = %(cause)s AND state = 'live'
), buyer AS (
    SELECT b.id, b.item_id FROM shops_flashbuyer b
    WHERE (b.item_id, b.shopper) IN (SELECT flash_item_id, shopper FROM held) ORDER BY b.item_id FOR NO KEY UPDATE
), item AS (
    SELECT id, is_open FROM shops_flashitem WHERE id IN (SELECT item_id FROM buyer) ORDER BY id FOR NO KEY UPDATE
), variant AS (
    SELECT id FROM shops_variant WHERE id IN (
        SELECT h.variant_id FROM held h LEFT JOIN item i ON i.id = h.flash_item_id WHERE i.is_open IS NOT TRUE
    ) ORDER BY id FOR NO KEY UPDATE
), ended AS (
    UPDATE shops_hold h SET state = 'released' FROM held, (SELECT count(*) FROM variant) AS locked
    WHERE h.id = held.id AND h.state = 'live'
    RETURNING h.variant_id, h.flash_item_id, h.shopper, h.quantity
), uncounted AS (
    UPDATE shops_flashbuyer b SET units = b.units - e.quantity FROM ended e
    WHERE b.item_id = e.flash_item_id AND b.shopper = e.shopper
), given_back AS (
    UPDATE shops_flashitem i SET "left" = i."left" + e.quantity FROM ended e JOIN item ON item.id = e.flash_item_id
    WHERE i.id = item.id AND item.is_open
), freed AS (
    UPDATE shops_variant v SET reserved = v.reserved - e.quantity
    FROM ended e LEFT JOIN item ON item.id = e.flash_item_id WHERE v.id = e.variant_id AND item.is_open IS NOT TRUE
)
SELECT count(*) FROM ended
"""

TAKE = sql.Part(
    """
locked# AS (
    SELECT id FROM shops_variant
    WHERE id IN (SELECT variant_id FROM shops_hold WHERE cause = %(cause#)s AND state = 'live')
    ORDER BY id FOR NO KEY UPDATE
), ended# AS (
    UPDATE shops_hold h SET state = 'taken' FROM locked#
    WHERE h.variant_id = locked#.id AND h.cause = %(cause#)s AND h.state = 'live'
    RETURNING h.variant_id, h.quantity
), gone# AS (
    UPDATE shops_variant v SET reserved = v.reserved - e.quantity, on_hand = v.on_hand - e.quantity
    FROM ended# e WHERE v.id = e.variant_id RETURNING v.id, v.merchant_id, e.quantity
), sold# AS (
    INSERT INTO shops_stockmove (merchant_id, variant_id, kind, quantity, cause, at)
    SELECT merchant_id, id, 'sale', -quantity, %(cause#)s, %(at#)s FROM gone# RETURNING 1
)""",
    """(
    SELECT ARRAY[(SELECT count(*) FROM sold#), count(*) FILTER (WHERE state <> 'taken'), count(*)]
    FROM shops_hold WHERE cause = %(cause#)s
)""",
)

PUT_IN = """
WITH moved AS (
    INSERT INTO shops_stockmove (merchant_id, variant_id, kind, quantity, cause, at)
    VALUES (%(merchant)s, %(variant)s, %(kind)s, %(quantity)s, %(cause)s, %(at)s)
    ON CONFLICT (variant_id, cause) DO NOTHING RETURNING variant_id
)
UPDATE shops_variant v SET on_hand = v.on_hand + %(quantity)s FROM moved WHERE v.id = moved.variant_id
"""


def hold(*, cause: str, lines: Sequence[tuple[Variant, int]], at: datetime, expires_at: datetime) -> None:
    """Set units aside for a cause (an order's code) until `expires_at`: all lines or none.

    Raises OutOfStock with every shortage. A cause whose hold was released may hold anew.
    """
    with transaction.atomic():
        hold_all([Wanted(cause, variant, quantity) for variant, quantity in lines], at=at, expires_at=expires_at)


def hold_again(*, cause: str, at: datetime, expires_at: datetime) -> None:
    """Hold what a cause held before it was released: of its flash sale while that runs, else of the shelf.

    Raises as `hold_all`; what was held in the meantime is left as it is.
    """
    released = Hold.objects.filter(cause=cause, state=Hold.State.RELEASED)
    with transaction.atomic():
        hold_all(
            [_again(hold, at) for hold in released.select_related("variant", "flash_item__sale")],
            at=at,
            expires_at=expires_at,
        )


def _again(hold: Hold, at: datetime) -> Wanted:
    item = hold.flash_item
    is_running = item and item.is_open and item.sale.starts_at <= at < item.sale.ends_at
    return Wanted(hold.cause, hold.variant, hold.quantity, *((item, hold.shopper) if is_running else ()))


def hold_all(wanted: Sequence[Wanted], *, at: datetime, expires_at: datetime, before: Sequence[sql.Step] = ()) -> None:
    """Set units aside for several causes at once, all or none. See `hold`; LimitReached where a buyer's limit says so.

    The steps that come `before` write what the units are for. A refusal ends the transaction it is called in.
    """
    of_sales = [one for one in wanted if one.flash_item]
    of_shelf = [one for one in wanted if not one.flash_item]
    times, short = {"at": at, "expires_at": expires_at}, []
    with transaction.atomic(savepoint=False):
        if of_sales and of_shelf:  # for flash items are locked before variants
            sql.together(*before, _holding_flash(of_sales, times, short))
            sql.together(_holding(of_shelf, times, short))
        else:
            holding = _holding_flash if of_sales else _holding
            sql.together(*before, *([holding(wanted, times, short)] if wanted else []))
        if short:
            raise OutOfStock(short)


def _holding(wanted: Sequence[Wanted], times: dict, short: list[tuple[Variant, int]]) -> sql.Step:
    """Return the step that holds units of the shelf; it adds what is `short` there, or raises AlreadyHeld."""

    def heed(held: int) -> None:
        if held == len(wanted):
            return
        shortages = _shortages(wanted)
        if not shortages:
            raise AlreadyHeld(wanted[0].cause)
        short.extend(shortages)

    return sql.Step(HOLD, _arrays(wanted) | {"variants": [one.variant.pk for one in wanted]} | times, heed)


def _holding_flash(wanted: Sequence[Wanted], times: dict, short: list[tuple[Variant, int]]) -> sql.Step:
    """Return the step that holds units of flash items; it adds what is `short`, or raises LimitReached, AlreadyHeld."""
    items = {"items": [one.flash_item.pk for one in wanted], "shoppers": [one.shopper for one in wanted]}

    def heed(outcome: str) -> None:
        short.extend(_left(_not_given(wanted, json.loads(outcome)), at=times["at"]))

    return sql.Step(HOLD_FLASH, _arrays(wanted) | items | times, heed)


def _not_given(wanted: Sequence[Wanted], outcome: Mapping[str, Sequence[bool]]) -> list[Wanted]:
    """Return what was not given, by how far each item, by its key, came: counted for its buyer, given, held."""
    short = []
    for one in wanted:
        is_counted, is_given, is_held = outcome[str(one.flash_item.pk)]
        if not is_counted:
            raise LimitReached(one.flash_item, _may_still(one))
        if is_given and not is_held:
            raise AlreadyHeld(one.cause)
        if not is_given:
            short.append(one)
    return short


def _arrays(wanted: Iterable[Wanted]) -> dict[str, list]:
    return {"causes": [one.cause for one in wanted], "quantities": [one.quantity for one in wanted]}


def _may_still(wanted: Wanted) -> int:
    """Return how many units its shopper may still have of a flash item."""
    limit = FlashItem.objects.values_list("per_buyer", flat=True).get(pk=wanted.flash_item.pk)
    mine = FlashBuyer.objects.filter(item=wanted.flash_item, shopper=wanted.shopper)
    return max(limit - (mine.values_list("units", flat=True).first() or 0), 0)


def _left(wanted: Sequence[Wanted], *, at: datetime) -> list[tuple[Variant, int]]:
    """Return what is left of these flash items; nothing of those whose sale does not run."""
    if not wanted:
        return []
    running = FlashItem.objects.filter(is_open=True, sale__starts_at__lte=at, sale__ends_at__gt=at)
    left = dict(running.filter(pk__in=[one.flash_item.pk for one in wanted]).values_list("pk", "left"))
    return [(one.variant, left.get(one.flash_item.pk, 0)) for one in wanted]


def _shortages(wanted: Sequence[Wanted]) -> list[tuple[Variant, int]]:
    """Return the variants of which too few are free; called while they are locked and the others reserved."""
    keys = [one.variant.pk for one in wanted]
    free = {v.pk: v.available for v in Variant.objects.filter(pk__in=keys)}
    live = Hold.objects.filter(variant__in=keys, cause__in=[one.cause for one in wanted], state=Hold.State.LIVE)
    held = set(live.values_list("cause", "variant_id"))
    return [
        (one.variant, free[one.variant.pk])
        for one in wanted
        if (one.cause, one.variant.pk) not in held and free[one.variant.pk] < one.quantity
    ]


def release(*, cause: str, at: datetime) -> int:
    """Let go of what is still held for a cause; return the number of variants freed. Again changes nothing.

    Units of a flash item go back to it while its sale is published, and count no longer for its buyer.
    """
    return sql.row(RELEASE, {"cause": cause})[0]


def keep(*, cause: str, until: datetime) -> None:
    """Let what is held for a cause live until then. Raises HoldGone when nothing of it is live."""
    if not Hold.objects.filter(cause=cause, state=Hold.State.LIVE).update(expires_at=until):
        raise HoldGone(cause)


def take(*, cause: str, at: datetime) -> None:
    """Turn the holds of a cause into sales: the units leave the shelf. Again changes nothing.

    Raises HoldGone, taking nothing and ending the transaction, when one of the holds is not live any more.
    """
    with transaction.atomic(savepoint=False):
        sql.together(taking(cause=cause, at=at))


def taking(*, cause: str, at: datetime) -> sql.Step:
    """Return the step that takes what is held for a cause, to be run with what sells it; see `take`."""

    def heed(told: Sequence[int]) -> None:
        moved, wanted, held = told
        if moved != wanted or not held:
            raise HoldGone(cause)

    return sql.Step(TAKE, {"cause": cause, "at": at}, heed)


def put_back(*, variant: Variant, quantity: int, cause: str, at: datetime) -> bool:
    """Put returned or never-shipped units back on the shelf; return whether this cause had not done so before."""
    return _put_in(variant, StockMove.Kind.RETURN, quantity, cause, at)


def receive(*, variant: Variant, quantity: int, cause: str, at: datetime) -> bool:
    """Take in fresh units; return whether this cause had not done so before."""
    return _put_in(variant, StockMove.Kind.RECEIPT, quantity, cause, at)


def _put_in(variant: Variant, kind: StockMove.Kind, quantity: int, cause: str, at: datetime) -> bool:
    if quantity < 1:
        raise ValueError("only whole units can be put on a shelf")
    params = {"merchant": variant.merchant_id, "variant": variant.pk, "kind": kind.value, "quantity": quantity}
    return bool(sql.run(PUT_IN, params | {"cause": cause, "at": at}))


def count(*, variant: Variant, on_hand: int, cause: str, at: datetime) -> int:
    """Set the units on hand to what was counted; return the difference.

    Raises BelowReserved when fewer were counted than are held for buyers, IntegrityError when this cause has counted
    the variant before with another result.
    """
    with transaction.atomic():
        found = Variant.objects.select_for_update(no_key=True).get(pk=variant.pk)
        if on_hand < found.reserved:
            raise BelowReserved(found.reserved)
        difference = on_hand - found.on_hand
        if difference:
            StockMove.objects.create(
                merchant_id=found.merchant_id, variant=found, kind=StockMove.Kind.COUNT, quantity=difference,
                cause=cause, at=at,
            )  # fmt: skip
            Variant.objects.filter(pk=found.pk).update(on_hand=F("on_hand") + difference)
    return difference
