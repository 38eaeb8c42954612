"""Audiences: what shoppers did, who is in which audience by that, and who wants no part of it."""

from .noting import note
from .opting_out import has_opted_out, opt_in, opt_out

__all__ = ["has_opted_out", "note", "opt_in", "opt_out"]
