"""A flash sale over HTTP: 500 buyers at once, 100 units; every unit is sold once and everybody else told so."""

from statistics import median

from shops.models import Variant

from .filling import merchants, variants
from .load import Site, Traffic
from .result import Result
from .shopping import buying
from .stage import Stage

BUYERS, UNITS, ROUNDS = 500, 100, 3


def run(stage: Stage) -> Result:
    at = stage.now()
    goods = [variants(shop, 1, stock=UNITS, at=at)[0] for shop in merchants(ROUNDS, at=at)]
    with stage.web() as site:
        site.idle(200, people=8)
        sales, idle = zip(
            *((_sell(site, variant), site.idle(BUYERS + UNITS, people=BUYERS)) for variant in goods), strict=True
        )
    return Result(
        bench="hot_item", value=median(sale.ms(99, steps=[0, 1]) for sale in sales), unit="ms p99",
        higher_is_better=False, yardstick="as many requests to an empty view, p99",
        yardstick_value=median(traffic.ms(99) for traffic in idle),
        sizes={
            "seconds": median(sale.seconds for sale in sales), "paid": UNITS, "sold_out": BUYERS - UNITS,
            "buyers": BUYERS, "units": UNITS, "rounds": ROUNDS,
        },
    )  # fmt: skip


def _sell(site: Site, variant: Variant) -> Traffic:
    """Let everybody in at once; raises Oversold unless exactly the units there are were paid."""
    traffic = site.drive([buying(variant) for _ in range(BUYERS)], people=BUYERS)
    found = {"paid": traffic.count(201, step=1), "sold out": traffic.count(409)}
    left = Variant.objects.get(pk=variant.pk)
    if found != {"paid": UNITS, "sold out": BUYERS - UNITS} or (left.on_hand, left.reserved) != (0, 0):
        raise Oversold(f"{found}, {left.on_hand} on hand, {left.reserved} reserved")
    return traffic


class Oversold(Exception):
    """The sale did not end as it must."""
