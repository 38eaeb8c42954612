"""Reckons paths: an engine joins the journeys of a shop, and each different path is counted once by every model."""

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pyarrow as pa
from ibis import Table

from ads.attribution.rules import Clock
from shops.models import Merchant

from ..engines.engine import Engine
from .question import BETWEEN, Pinned
from .removal import Journey
from .tallying import Tally

Answer = Mapping[str, Any]  # as JSON; amounts of orders are whole ten-thousandths, channels are known by their keys


def joined(asked: Pinned, merchant: Merchant, engine: Engine) -> Table:
    """Return the paths of a shop with what came of them, as an expression."""
    from ..measuring.families import Question
    from .journeys import channel_of, orders_of, paths

    question = asked.question
    over = Question(engine, {merchant.pk: merchant.time_zone}, asked.days, question.rule, Clock.ORDER)
    touches = over.touches.filter(over.touches.kind.isin([each.kind.value for each in question.rule.counts]))
    return paths(
        touches.mutate(channel=channel_of(touches, question.channel)),
        orders_of(over.versions, is_net=question.value == "net"), window=timedelta(days=question.window),
        since=over.start, until=min(over.end, asked.as_of), is_collapsed=question.repeats == "once",
    )  # fmt: skip


class Count:
    """Paths as they come, in batches of rows."""

    def __init__(self, order: int) -> None:
        self.tally, self.open, self.longer, self.untouched = Tally(order), 0, 0, [0, 0]

    def add(self, batch: pa.RecordBatch) -> None:
        """Count different paths."""
        for row in batch.to_pylist():
            self.open += row["open"]
            self.longer += row["longer"]
            if steps := tuple(row["path"].split(BETWEEN)[:-1]):
                self.tally.add(Journey(steps, row["conversions"], row["value"], row["nulls"]))
            else:
                self.untouched = [row["conversions"], row["value"]]

    def answer(self, currency: str) -> Answer:
        """Return what the models say of all that was counted."""
        tally, effects = self.tally, self.tally.effects()
        return {
            "number": tally.number, "conversions": tally.conversions, "value": tally.value, "nulls": tally.nulls,
            "open": self.open, "longer": self.longer, "untouched": self.untouched,
            "effects": effects and dict(effects.conversions),
            "credits": {
                model.value: {key: [str(each.conversions), str(each.value)] for key, each in by_channel.items()}
                for model, by_channel in tally.credits(effects, currency).items()
            },
            "frequent": [
                [list(each.channels), each.conversions, each.nulls, each.value] for each in tally.frequent
            ],
        }  # fmt: skip


def amounts(pair: list[str]) -> tuple[Decimal, Decimal]:
    """Return the orders and the value of a credit of an answer."""
    orders, value = pair
    return Decimal(orders), Decimal(value)
