"""Campaigns: what they may be, and every way of making, changing, starting, undoing and approving them."""

from .changing import EditConflict, Illegal, WaitsForApproval
from .editing import FIELDS, categories_of, create_campaign, described, edit_campaign, keywords_of, set_states

__all__ = [
    "FIELDS",
    "EditConflict",
    "Illegal",
    "WaitsForApproval",
    "categories_of",
    "create_campaign",
    "described",
    "edit_campaign",
    "keywords_of",
    "set_states",
]
