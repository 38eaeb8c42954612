"""Brings the newest predictor into a process, and the last one back at almost no cost when nothing has changed."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from chengfeng import sql

from ..models import PredictionModel
from . import packing
from .counted import Counted, read_counted
from .facts import PLACEMENTS
from .predictor import Predictor
from .smoothing import FIRST_VIEWABLE, smoothed
from .sold import Sold
from .trained import Trained

logger = logging.getLogger(__name__)

Kind = PredictionModel.Kind
TOO_OLD = timedelta(days=2)  # how far a model may lag behind what was counted


@dataclass(frozen=True)
class Fingerprint:
    """What tells whether anything has changed: counts and the versions that matter, by id."""

    counted: int | None = None
    click: int | None = None
    purchase: int | None = None
    newest: int | None = None  # purchase model, serving or not: it carries what was sold


def load(previous: Predictor | None = None) -> Predictor:
    """Return the predictor of now; `previous` itself when neither models nor counts have changed.

    A model that is missing, unreadable or lags two days behind the counts is not used; counts answer in its place.
    """
    last = previous if previous and previous.state else Predictor(state=Fingerprint())
    state = Fingerprint(*sql.row(STATE))
    if last is previous and last.state == state:
        return previous
    counted = last.counted if last.state.counted == state.counted else read_counted()
    click, views = _clicks(state.click, last)
    purchase = last.purchases if last.state.purchase == state.purchase else _trained(_row(state.purchase))
    click, purchase = (None if model and is_too_old(model.through, counted) else model for model in (click, purchase))
    sold = last.sold if last.state.newest == state.newest else _sold(_row(state.newest))
    versions = {"click": click.version if click else 0, "purchase": purchase.version if purchase else 0}
    return Predictor(counted, sold, views, click, purchase, versions, state)


_latest: Predictor | None = None


def latest() -> Predictor:
    """Return the predictor of now; the process keeps the last one, for reading one anew takes a while."""
    global _latest
    _latest = load(_latest)
    return _latest


STATE = """
SELECT (SELECT max(id) FROM ads_adday),
    (SELECT id FROM ads_predictionmodel WHERE kind = 'click' AND state = 'serving'),
    (SELECT id FROM ads_predictionmodel WHERE kind = 'purchase' AND state = 'serving'),
    (SELECT id FROM ads_predictionmodel WHERE kind = 'purchase' ORDER BY version DESC LIMIT 1)
"""


def is_too_old(through: datetime, counted: Counted) -> bool:
    """Whether a model trained through then lags too far behind what has been counted to be used."""
    return counted.day is not None and through.date() < counted.day - TOO_OLD


def _clicks(pk: int | None, last: Predictor) -> tuple[Trained | None, Mapping[str, float]]:
    """Return the model of clicks and how likely an impression becomes viewable on each placement."""
    if pk == last.state.click:
        return last.clicks, last.views
    row = _row(pk)
    return _trained(row), _views(_arrays(row))


def _row(pk: int | None) -> PredictionModel | None:
    return PredictionModel.objects.filter(pk=pk).first() if pk else None


def _trained(row: PredictionModel | None) -> Trained | None:
    arrays = _arrays(row)
    return packing.trained(arrays, row.version, row.trained_through) if arrays else None


def _arrays(row: PredictionModel | None) -> Mapping[str, np.ndarray]:
    """Return the arrays of a version; none where there is no version, or nothing that can be read."""
    try:
        return packing.from_bytes(bytes(row.weights)) if row else {}
    except packing.Unreadable:
        logger.warning("the weights of %s cannot be read", row)
        return {}


def _sold(row: PredictionModel | None) -> Sold:
    arrays = _arrays(row)
    return packing.sold(arrays) if arrays else Sold()


def _views(arrays: Mapping[str, np.ndarray]) -> dict[str, float]:
    views = arrays.get("views", [(0, 0)] * len(PLACEMENTS))
    return {place: float(smoothed(*row, FIRST_VIEWABLE)) for place, row in zip(PLACEMENTS, views, strict=True)}
