"""What campaigns brought: views, clicks, spend, orders and sales, by whatever one looks at, beside their goal."""

from .columns import OF_LIST, Cell, cells, columns_of, headings
from .reading import (
    by_ad,
    by_campaign,
    by_day,
    by_group,
    by_hour,
    by_keyword,
    by_placement,
)
from .results import Goal, Result, goal_of, total

__all__ = [
    "OF_LIST",
    "Cell",
    "Goal",
    "Result",
    "by_ad",
    "by_campaign",
    "by_day",
    "by_group",
    "by_hour",
    "by_keyword",
    "by_placement",
    "cells",
    "columns_of",
    "goal_of",
    "headings",
    "total",
]
