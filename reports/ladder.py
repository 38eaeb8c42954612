"""The claims ladder: what campaigns claim, what is theirs once, what refunds leave of it, and what ads truly added."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from ads.attribution import CLAIMED, DEFAULT, Rule

from .metrics import METRICS, by_clock, value


@dataclass(frozen=True, slots=True)
class Rung:
    """A ROI with its numerator and denominator; without a rule there is no figure, for nothing was measured yet.

    `top` is what `spend` divides; `share` is the height of its bar, 0 to 100, in parts of the highest.
    """

    name: str | Promise
    meaning: str | Promise
    code: str
    top: Decimal | None
    spend: Decimal
    roi: Decimal | None
    rule: Rule | None
    share: int = 0


RUNGS = (
    (
        "claimed_roi", pgettext_lazy("by a campaign", "Claimed"),
        _("Every campaign clicked claims the whole sale, refunds included"), CLAIMED,
    ),
    ("roi", _("De-duplicated"), _("Every sale is counted once, over all campaigns"), DEFAULT),
    ("net_roi", _("Net"), _("Refunds are taken back"), DEFAULT),
)  # fmt: skip
METRICS_OF_RUNGS = [code for code, *_rest in RUNGS]
INCREMENTAL = _("Incremental"), _("What would not have been sold without ads; needs a holdout")


def climb(sums: Mapping, *, clock: str) -> list[Rung]:
    """Return the rungs of sums, the claim first, and last the one that only a holdout can tell."""
    told = [(by_clock(code, clock), name, meaning, rule) for code, name, meaning, rule in RUNGS]
    tops = [_top(code, sums) for code, *_rest in told]
    highest, spend = max(tops), sums.get("spend") or Decimal(0)
    shares = [int(100 * max(top, 0) / highest) if highest > 0 else 0 for top in tops]
    rungs = [
        Rung(name, meaning, code, top, spend, value(code, sums), rule, share)
        for (code, name, meaning, rule), top, share in zip(told, tops, shares, strict=True)
    ]
    return [*rungs, Rung(*INCREMENTAL, "", None, spend, None, None)]


def _top(code: str, sums: Mapping) -> Decimal:
    metric = METRICS[code]
    plus, minus = (sum((sums.get(each) or 0 for each in part), Decimal(0)) for part in (metric.plus, metric.minus))
    return plus - minus
