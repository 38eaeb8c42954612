"""Prediction: how likely a click and a purchase are, what an order brings; learnt from our own valid events."""

from .facts import PLACEMENTS, AdFacts
from .loading import latest, load
from .predictor import Predictor

__all__ = ["PLACEMENTS", "AdFacts", "Predictor", "latest", "load"]
