"""The advertising wallet: cash, grants and frozen money; how money comes in, how long it lasts, where it went."""

from .cash import Standing, account, balance, spendable, standing
from .forecasting import Forecast, forecast
from .granting import Gift, give
from .lines import Line, statement
from .topping_up import AmountRefused, CodeTaken, NotOffered, open_top_up, reconcile, settle, submit

__all__ = [
    "AmountRefused",
    "CodeTaken",
    "Forecast",
    "Gift",
    "Line",
    "NotOffered",
    "Standing",
    "account",
    "balance",
    "forecast",
    "give",
    "open_top_up",
    "reconcile",
    "settle",
    "spendable",
    "standing",
    "statement",
    "submit",
]
