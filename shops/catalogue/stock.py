"""Stock: hold units for an order, let them go, take them, put them back – exact under any number of buyers.

Every verb is one guarded statement that locks variants in the order of their keys, so that two verbs never wait for
each other in a circle, and no unit is promised twice.
"""

from collections.abc import Sequence
from datetime import datetime

from django.db import connection, transaction
from django.db.models import F

from ..models import Hold, StockMove, Variant


class OutOfStock(Exception):
    """Fewer units are free than wanted; `shortages` lists each such variant with what is free. Nothing was held."""

    def __init__(self, shortages: list[tuple[Variant, int]]):
        self.shortages = shortages
        super().__init__(", ".join(f"{variant.sku}: {available} available" for variant, available in shortages))


class AlreadyHeld(Exception):
    """Units are held for this cause already, or were taken. Nothing was held."""


class HoldGone(Exception):
    """A hold of this cause is no longer live. Nothing was taken."""


class BelowReserved(Exception):
    """A count found fewer units than are held for buyers; `reserved` says how many those are."""

    def __init__(self, reserved: int):
        self.reserved = reserved
        super().__init__(f"{reserved} units are reserved")


HOLD = """
WITH wanted AS (
    SELECT * FROM unnest(%(variants)s::bigint[], %(quantities)s::int[], %(causes)s::text[]) AS w (id, quantity, cause)
), locked AS (
    SELECT id FROM shops_variant WHERE id = ANY(%(variants)s) ORDER BY id FOR NO KEY UPDATE
), reserved AS (
    UPDATE shops_variant v SET reserved = v.reserved + w.quantity FROM wanted w JOIN locked USING (id)
    WHERE v.id = w.id AND v.on_hand - v.reserved >= w.quantity
    RETURNING v.id, v.merchant_id, w.quantity, w.cause
)
INSERT INTO shops_hold AS h (merchant_id, variant_id, quantity, cause, state, created_at, expires_at)
SELECT merchant_id, id, quantity, cause, 'live', %(at)s, %(expires_at)s FROM reserved
ON CONFLICT (variant_id, cause) DO UPDATE
    SET state = 'live', quantity = excluded.quantity, created_at = excluded.created_at,
        expires_at = excluded.expires_at
    WHERE h.state = 'released'
"""

LOCKED_OF_CAUSE = """
WITH locked AS (
    SELECT id FROM shops_variant
    WHERE id IN (SELECT variant_id FROM shops_hold WHERE cause = %(cause)s AND state = 'live')
    ORDER BY id FOR NO KEY UPDATE
), ended AS (
    UPDATE shops_hold h SET state = %(state)s FROM locked
    WHERE h.variant_id = locked.id AND h.cause = %(cause)s AND h.state = 'live'
    RETURNING h.variant_id, h.quantity
)"""

RELEASE = f"""{LOCKED_OF_CAUSE}
UPDATE shops_variant v SET reserved = v.reserved - e.quantity FROM ended e WHERE v.id = e.variant_id
"""

TAKE = f"""{LOCKED_OF_CAUSE}, gone AS (
    UPDATE shops_variant v SET reserved = v.reserved - e.quantity, on_hand = v.on_hand - e.quantity
    FROM ended e WHERE v.id = e.variant_id RETURNING v.id, v.merchant_id, e.quantity
), moved AS (
    INSERT INTO shops_stockmove (merchant_id, variant_id, kind, quantity, cause, at)
    SELECT merchant_id, id, 'sale', -quantity, %(cause)s, %(at)s FROM gone RETURNING 1
)
SELECT (SELECT count(*) FROM moved), count(*) FILTER (WHERE state <> 'taken'), count(*)
FROM shops_hold WHERE cause = %(cause)s
"""

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
        hold_all([(cause, variant, quantity) for variant, quantity in lines], at=at, expires_at=expires_at)


def hold_all(wanted: Sequence[tuple[str, Variant, int]], *, at: datetime, expires_at: datetime) -> None:
    """Set units aside for several causes at once, all or none; `wanted` is (cause, variant, quantity). See `hold`.

    A refusal ends the transaction it is called in.
    """
    causes, variants, quantities = zip(*wanted, strict=True)
    params = {
        "causes": list(causes), "variants": [v.pk for v in variants], "quantities": list(quantities),
        "at": at, "expires_at": expires_at,
    }  # fmt: skip
    with transaction.atomic(savepoint=False):
        if _rows(HOLD, params) != len(wanted):
            shortages = _shortages(wanted)
            raise OutOfStock(shortages) if shortages else AlreadyHeld(causes[0])


def _shortages(wanted: Sequence[tuple[str, Variant, int]]) -> list[tuple[Variant, int]]:
    """Return the variants of which too few are free; called while they are locked and the others reserved."""
    keys, causes = [variant.pk for _, variant, _ in wanted], [cause for cause, _, _ in wanted]
    free = {v.pk: v.available for v in Variant.objects.filter(pk__in=keys)}
    live = Hold.objects.filter(variant__in=keys, cause__in=causes, state=Hold.State.LIVE)
    held = set(live.values_list("cause", "variant_id"))
    return [
        (variant, free[variant.pk])
        for cause, variant, quantity in wanted
        if (cause, variant.pk) not in held and free[variant.pk] < quantity
    ]


def release(*, cause: str, at: datetime) -> int:
    """Let go of what is still held for a cause; return the number of variants freed. Again changes nothing."""
    return _rows(RELEASE, {"cause": cause, "state": Hold.State.RELEASED.value, "at": at})


def take(*, cause: str, at: datetime) -> None:
    """Turn the holds of a cause into sales: the units leave the shelf. Again changes nothing.

    Raises HoldGone, taking nothing and ending the transaction, when one of the holds is not live any more.
    """
    with transaction.atomic(savepoint=False), connection.cursor() as cursor:
        cursor.execute(TAKE, {"cause": cause, "state": Hold.State.TAKEN.value, "at": at})
        moved, wanted, held = cursor.fetchone()
        if moved != wanted or not held:
            raise HoldGone(cause)


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
    return bool(_rows(PUT_IN, params | {"cause": cause, "at": at}))


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


def _rows(statement: str, params: dict) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        return cursor.rowcount
