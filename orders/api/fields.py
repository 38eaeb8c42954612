"""The fields that requests and answers of the orders room share."""

from decimal import Decimal

from django.utils.functional import cached_property
from rest_framework import serializers


class Amount(serializers.DecimalField):
    """An amount of money, as text with at most four decimals; never negative in a request."""

    def __init__(self, **kwargs):
        super().__init__(max_digits=14, decimal_places=4, min_value=Decimal(0), **kwargs)


class Code(serializers.CharField):
    """A public code."""

    def __init__(self, **kwargs):
        super().__init__(**{"max_length": 24, **kwargs})


class Lasting(serializers.Serializer):
    # Its fields, which keep nothing of what they read or tell, are made once in a process, not for every request.
    # (A docstring would be told in the schema of all that are made of it.)

    @cached_property
    def fields(self):
        mine = vars(type(self))
        if "shared" not in mine:
            type(self).shared = super().fields
        return mine["shared"]
