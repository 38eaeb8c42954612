"""Dates in Simplified Chinese: a month is written without a leading zero."""

MONTH_DAY_FORMAT = "n月j日"
