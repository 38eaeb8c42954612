"""Bidding: what an auction is worth to a campaign, given what is left of its budget and what past auctions cost."""

from .landscape import Landscape
from .pacing import FromHistory, FromScratch, Overspent, Pacer, Rest, Steering, Traffic

__all__ = ["FromHistory", "FromScratch", "Landscape", "Overspent", "Pacer", "Rest", "Steering", "Traffic"]
