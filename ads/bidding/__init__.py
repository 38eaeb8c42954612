"""Bidding: what an auction is worth to a campaign, given what is left of its budget and what past auctions cost."""

from .landscape import Landscape

__all__ = ["Landscape"]
