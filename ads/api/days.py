"""Local days of a merchant as programs say them: the last so many when they say none, and never a season at once."""

from datetime import date, timedelta

from rest_framework import serializers

from chengfeng import clock
from chengfeng.periods import local_date
from shops.models import Merchant

LONGEST = 92
YEARS = range(2000, 2101)


class WeekSerializer(serializers.Serializer):
    """Local days of the merchant, both included; the last 7 with today when left out."""

    days = 7

    first = serializers.DateField(required=False)
    last = serializers.DateField(required=False)

    def validate(self, attrs: dict) -> dict:
        if any(day.year not in YEARS for day in attrs.values() if isinstance(day, date)):
            raise serializers.ValidationError({"last": f"Days are of the years {YEARS[0]} to {YEARS[-1]}."})
        last = attrs.get("last", local_date(clock.now(), self.context["merchant"].time_zone))
        first = attrs.get("first", last - timedelta(days=self.days - 1))
        if not timedelta(0) <= last - first < timedelta(days=LONGEST):
            raise serializers.ValidationError({"first": f"At most {LONGEST} days, the first not after the last."})
        return attrs | {"first": first, "last": last}


class FortnightSerializer(WeekSerializer):
    """Local days of the merchant, both included; the last 14 with today when left out."""

    days = 14


class MonthSerializer(WeekSerializer):
    """Local days of the merchant, both included; the last 30 with today when left out."""

    days = 30


def days_of(query: type[WeekSerializer], request, merchant: Merchant) -> dict:
    """Return what the address says, with the first and the last day. Raises ValidationError."""
    asked = query(data=request.query_params, context={"merchant": merchant})
    asked.is_valid(raise_exception=True)
    return asked.validated_data
