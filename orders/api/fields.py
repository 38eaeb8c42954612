"""The fields that requests and answers of the orders room share."""

from decimal import Decimal

from rest_framework import serializers


class Amount(serializers.DecimalField):
    """An amount of money, as text with at most four decimals; never negative in a request."""

    def __init__(self, **kwargs):
        super().__init__(max_digits=14, decimal_places=4, min_value=Decimal(0), **kwargs)


class Code(serializers.CharField):
    """A public code."""

    def __init__(self, **kwargs):
        super().__init__(**{"max_length": 24, **kwargs})
