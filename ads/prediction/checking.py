"""Progressive validation: what a model said of examples before it learnt from them, and what became of these.

Everything fades with time, so the figures are those of late. Where a hit may still come, what is
compared is the chance that it has come by now.
"""

from dataclasses import dataclass, field
from math import sqrt

import numpy as np
from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from .calibration import BINS, Calibration, bins_of, calibrate
from .facts import PLACEMENTS

FEWEST = 100  # hits from which a campaign is judged, and below which no model is
LEAST, MOST = 0.95, 1.05  # predicted ÷ observed
DOUBT = 3.0  # standard errors that chance is granted
TOLERATED = 0.05  # share of the judged campaigns that may be off
COUNT, SEEN, PREDICTED, HITS = range(4)


def _bins():
    return np.zeros((len(PLACEMENTS), BINS, 4))


@dataclass
class Check:
    """Sums by placement and bin, before (`raw`) and after calibration (`told`), of the baseline, and by campaign.

    The last axis is: examples, examples as far as their hits may have come, predicted hits, hits.
    """

    raw: np.ndarray = field(default_factory=_bins)
    told: np.ndarray = field(default_factory=_bins)
    baseline: np.ndarray = field(default_factory=_bins)
    losses: np.ndarray = field(default_factory=lambda: np.zeros(2))  # of the model and of the baseline
    campaigns: dict[int, np.ndarray] = field(default_factory=dict)

    def fade(self, half_lives: float) -> None:
        """Let what is known count less, as time passes."""
        left = 0.5**half_lives
        for sums in (self.raw, self.told, self.baseline, self.losses, *self.campaigns.values()):
            sums *= left

    def add(self, batch, raw: np.ndarray, told: np.ndarray, baseline: np.ndarray) -> None:
        """Compare predictions (three kinds, of final hits) with a batch of examples."""
        come = 1 - batch.pending
        for sums, p in ((self.raw, raw), (self.told, told), (self.baseline, baseline)):
            cells = batch.placement * BINS + bins_of(p)
            values = (np.ones(len(p)), come, p * come, batch.hit)
            for kind, value in enumerate(values):
                sums[..., kind] += np.bincount(cells, value, sums[..., 0].size).reshape(sums.shape[:2])
        self.losses += [_loss(told * come, batch.hit), _loss(baseline * come, batch.hit)]
        self._add_campaigns(batch, told * come)

    def _add_campaigns(self, batch, predicted: np.ndarray) -> None:
        campaigns, group = np.unique(batch.campaign, return_inverse=True)
        sums = np.stack([np.bincount(group), np.bincount(group, predicted), np.bincount(group, batch.hit)], axis=1)
        for campaign, more in zip(campaigns.tolist(), sums, strict=True):
            self.campaigns[campaign] = self.campaigns.get(campaign, 0) + more

    def calibrations(self) -> list[Calibration]:
        """Return the calibration of every placement that the comparison so far asks for."""
        return [calibrate(rows[:, SEEN], rows[:, PREDICTED], rows[:, HITS]) for rows in self.raw]

    def metrics(self) -> dict[str, float | int]:
        """Return log loss per example and AUC beside those of the baseline, and how calibration stands."""
        count, hits = self.told[..., COUNT].sum(), self.told[..., HITS].sum()
        judged = judge(self.campaigns)
        model, baseline = self.losses / max(count, 1e-9)
        return {
            "examples": round(count), "hits": round(hits), "log_loss": float(model),
            "baseline_log_loss": float(baseline), "auc": area(self.told), "baseline_auc": area(self.baseline),
            "ratio": float(self.told[..., PREDICTED].sum() / hits) if hits else 0.0,
            "campaigns": len(judged), "campaigns_within": sum(each.is_within for each in judged),
            "campaigns_off": sum(each.is_off for each in judged),
        }  # fmt: skip


@dataclass(frozen=True)
class Judged:
    """A campaign with enough hits, and how its predictions came true."""

    campaign: int
    seen: float
    predicted: float
    hits: float

    @property
    def ratio(self) -> float:
        return self.predicted / self.hits

    @property
    def is_within(self) -> bool:
        """Within the gate."""
        return LEAST <= self.ratio <= MOST

    @property
    def is_off(self) -> bool:
        """Further outside the gate than chance explains."""
        doubt = DOUBT * sqrt(self.hits)
        return not LEAST * self.hits - doubt <= self.predicted <= MOST * self.hits + doubt


def judge(campaigns: dict[int, np.ndarray]) -> list[Judged]:
    """Return the campaigns with enough hits."""
    return [Judged(campaign, *map(float, sums)) for campaign, sums in campaigns.items() if sums[2] >= FEWEST]


class Refusal(TextChoices):
    """Why a model may not serve."""

    TOO_FEW_HITS = "too_few_hits", _("Too little to judge it by")
    OFF_ON_AVERAGE = "off_on_average", _("Off on average")
    OFF_IN_CAMPAIGNS = "off_in_campaigns", _("Off in too many campaigns")
    WORSE_THAN_COUNTS = "worse_than_counts", _("Worse than plain counts")


def refusal(metrics: dict) -> Refusal | None:
    """Return why a model with these metrics may not serve, if it may not."""
    if metrics["hits"] < FEWEST:
        return Refusal.TOO_FEW_HITS
    slack = DOUBT / sqrt(metrics["hits"])
    if not LEAST - slack <= metrics["ratio"] <= MOST + slack:
        return Refusal.OFF_ON_AVERAGE
    if metrics["campaigns_off"] > TOLERATED * metrics["campaigns"]:
        return Refusal.OFF_IN_CAMPAIGNS
    if metrics["log_loss"] > metrics["baseline_log_loss"]:
        return Refusal.WORSE_THAN_COUNTS
    return None


def area(sums: np.ndarray) -> float:
    """Return the area under the ROC curve of binned predictions; 0.5 when there is nothing to tell apart."""
    hits = sums[..., HITS].sum(axis=0)
    misses = np.maximum(sums[..., COUNT].sum(axis=0) - hits, 0)
    pairs = hits.sum() * misses.sum()
    below = np.cumsum(misses) - misses
    return float((hits * (below + misses / 2)).sum() / pairs) if pairs else 0.5


def _loss(p: np.ndarray, hit: np.ndarray) -> float:
    p = np.clip(p, 1e-9, 1 - 1e-9)
    return float(-(hit * np.log(p) + (1 - hit) * np.log1p(-p)).sum())
