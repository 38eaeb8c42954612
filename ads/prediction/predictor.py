"""The predictor: what the auction asks about its ads, answered by trained models or, without them, by counts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from .counted import Counted
from .facts import PLACEMENTS, AdFacts
from .features import place_number
from .smoothing import FIRST_VIEWABLE, logit
from .sold import Sold
from .trained import Trained

NEW = 200  # impressions below which an ad is still being learnt about


@dataclass(frozen=True)
class Predictor:
    """Answers about ads, for one version of the models; never changed once made, only replaced.

    `versions` says which models answer ("click", "purchase"); 0 is the smoothed counts. A predicted click is
    `calibrate_clicks(σ(click_logits + click_context), placement)`, at the typical position of the placement.
    """

    counted: Counted = field(default_factory=Counted)
    sold: Sold = field(default_factory=Sold)
    views: Mapping[str, float] = field(default_factory=dict)
    clicks: Trained | None = None
    purchases: Trained | None = None
    versions: Mapping[str, int] = field(default_factory=lambda: {"click": 0, "purchase": 0})
    state: object = None

    def click_logits(self, facts: Sequence[AdFacts]) -> np.ndarray:
        """Return the logit of a click, by placement (in the order of PLACEMENTS) and ad."""
        if self.clicks:
            return self.clicks.by_placement(facts)
        return np.tile(logit(self.counted.rates(facts)), (len(PLACEMENTS), 1))

    def click_context(self, placement: str, hour: int, match: str) -> float:
        """Return what a request adds to the logit of a click.

        `hour` is that of the platform's time zone, 0–23; `match` is none, broad, phrase, exact or topic.
        """
        return self.clicks.context(placement, hour, match) if self.clicks else 0.0

    def calibrate_clicks(self, p, placement: str):
        """Return probabilities of a click (one or an array) as they came true on that placement."""
        return self.clicks.calibrations[place_number(placement)](p) if self.clicks else p

    def purchase_logits(self, facts: Sequence[AdFacts]) -> np.ndarray:
        """Return the logit of a purchase after a click on each ad, calibrated."""
        return self.purchases.anywhere(facts) if self.purchases else logit(self.sold.rates(facts))

    def value(self, facts: Sequence[AdFacts]) -> np.ndarray:
        """Return the expected paid value of the order after a click that leads to one, in the merchant's currency."""
        return self.sold.values(facts)

    def settled_share(self, facts: Sequence[AdFacts]) -> np.ndarray:
        """Return the share of that value which refunds are expected to leave."""
        return self.sold.kept(facts)

    def viewable(self, placement: str) -> float:
        """Return the probability that an impression on a placement becomes viewable."""
        return self.views.get(placement, FIRST_VIEWABLE)

    def evidence(self, facts: Sequence[AdFacts]) -> tuple[np.ndarray, np.ndarray]:
        """Return clicks and impressions of every ad over the last four weeks."""
        return self.counted.of(facts)

    def is_new(self, facts: Sequence[AdFacts]) -> np.ndarray:
        """Return for every ad whether it has been seen too rarely to be known."""
        return self.counted.of(facts)[1] < NEW
