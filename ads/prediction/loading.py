"""Brings the newest predictor into a process, and the last one back at almost no cost when nothing has changed."""

import logging
from dataclasses import dataclass
from datetime import timedelta

from chengfeng import sql

from ..models import PredictionModel
from . import packing
from .counted import Counted, read_counted
from .facts import PLACEMENTS
from .predictor import Predictor
from .smoothing import FIRST_VIEWABLE, smoothed
from .sold import Sold

logger = logging.getLogger(__name__)

Kind = PredictionModel.Kind
TOO_OLD = timedelta(days=2)  # how far a model may lag behind what was counted


@dataclass(frozen=True)
class Fingerprint:
    """What tells whether anything has changed: counts and the versions that matter, by id."""

    counted: int | None
    click: int | None
    purchase: int | None
    newest: int | None  # purchase model, serving or not: it carries what was sold


def load(previous: Predictor | None = None) -> Predictor:
    """Return the predictor of now; `previous` itself when neither models nor counts have changed.

    A model that is missing, unreadable or lags two days behind the counts is not used; counts answer in its place.
    """
    state = Fingerprint(*sql.row(STATE))
    before = previous.state if previous else None
    if before == state:
        return previous
    counted = previous.counted if before and before.counted == state.counted else read_counted()
    click, arrays = _model(state.click, counted)
    purchase, _ = _model(state.purchase, counted)
    return Predictor(
        counted=counted, sold=_sold(state.newest), views=_views(arrays), clicks=click, purchases=purchase,
        versions={"click": click.version if click else 0, "purchase": purchase.version if purchase else 0},
        state=state,
    )  # fmt: skip


STATE = """
SELECT (SELECT max(id) FROM ads_adday),
    (SELECT id FROM ads_predictionmodel WHERE kind = 'click' AND state = 'serving'),
    (SELECT id FROM ads_predictionmodel WHERE kind = 'purchase' AND state = 'serving'),
    (SELECT id FROM ads_predictionmodel WHERE kind = 'purchase' ORDER BY version DESC LIMIT 1)
"""


def is_too_old(model: PredictionModel, counted: Counted) -> bool:
    """Whether a model lags too far behind what has been counted to be used."""
    return counted.day is not None and model.trained_through.date() < counted.day - TOO_OLD


def _model(pk: int | None, counted: Counted):
    """Return a model to predict with and its arrays, or nothing."""
    row = PredictionModel.objects.filter(pk=pk).first() if pk else None
    if row is None or is_too_old(row, counted):
        return None, {}
    arrays = _arrays(row)
    return (packing.trained(arrays, row.version), arrays) if arrays else (None, {})


def _arrays(row: PredictionModel) -> dict:
    try:
        return packing.from_bytes(bytes(row.weights))
    except packing.Unreadable:
        logger.warning("the weights of %s cannot be read", row)
        return {}


def _sold(pk: int | None) -> Sold:
    row = PredictionModel.objects.filter(pk=pk).first() if pk else None
    arrays = _arrays(row) if row else {}
    return packing.sold(arrays) if arrays else Sold()


def _views(arrays: dict) -> dict[str, float]:
    """Return by placement how likely an impression becomes viewable."""
    views = arrays.get("views", [(0, 0)] * len(PLACEMENTS))
    return {place: float(smoothed(*row, FIRST_VIEWABLE)) for place, row in zip(PLACEMENTS, views, strict=True)}
