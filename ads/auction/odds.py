"""What is predicted for every row of a roster: clicks by placement, hour and match, purchases, the worth of a click."""

import numpy as np

from ..prediction import PLACEMENTS, Predictor
from ..prediction.smoothing import odds
from .numbers import CENTS, PROBABILITY, RATE
from .roster import Roster

MOST_KEPT = 64  # arrays of click probabilities; a day of one placement has 24 for each match


class Odds:
    """Predictions for a roster by one version of the models."""

    def __init__(self, roster: Roster, predictor: Predictor):
        facts = roster.facts
        self.predictor = predictor
        self.logits = predictor.click_logits(facts)
        self.pcvr = odds(predictor.purchase_logits(facts))
        self.is_new = predictor.is_new(facts)
        self.evidence = predictor.evidence(facts)
        self.worth = self.pcvr * _worth(roster, predictor, facts)
        self._clicks: dict[tuple[str, int, str], np.ndarray] = {}

    def clicks(self, placement: str, hour: int, match: str) -> np.ndarray:
        """Return the probability of a click by row, in hundred-millionths and never 0; remembered."""
        key = placement, hour, match
        known = self._clicks.get(key)
        if known is None:
            if len(self._clicks) >= MOST_KEPT:
                self._clicks.clear()
            known = self._clicks[key] = self._predict(*key)
        return known

    def viewable(self, placement: str) -> int:
        """Return the probability that an impression becomes viewable, in hundred-millionths."""
        return max(round(self.predictor.viewable(placement) * PROBABILITY), 1)

    def _predict(self, placement: str, hour: int, match: str) -> np.ndarray:
        logits = self.logits[PLACEMENTS.index(placement)] + self.predictor.click_context(placement, hour, match)
        likely = self.predictor.calibrate_clicks(odds(logits), placement)
        return np.clip(np.rint(likely * PROBABILITY), 1, PROBABILITY).astype(np.int64)


def _worth(roster: Roster, predictor: Predictor, facts) -> np.ndarray:
    """Return by row what a conversion may cost at multiplier 1, in ten-thousandths of the row's currency."""
    value = predictor.value(facts) * np.where(roster.is_settled, predictor.settled_share(facts), 1.0)
    worth = np.where(roster.is_roi, value / roster.target, roster.target)
    return CENTS * np.where(roster.is_conversions, RATE / roster.rate, worth)
