"""Promotion seasons over the API: for a merchant's program, and for operators and key accounts who are logged in."""

from collections.abc import Sequence
from datetime import datetime

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.response import Response

from chengfeng import clock
from chengfeng.http import Problem
from chengfeng.periods import each_day
from shops.api_base import MerchantAPIView, PersonAPIView
from shops.models import Merchant
from shops.people.rights import Right

from ..metrics import Metric, Unit
from ..season import brands, choosing, curves, looking, reach
from ..season.choosing import Asked
from ..season.numbers import NUMBERS
from ..season.turnover import NOW, YEAR
from .serializers import FinalitySerializer

TAGS = ["reports"]
MOST = 1000
OF_MERCHANT = (
    "paid_orders", "buyers", "new_buyers", "spend", "ad_orders", "ad_gmv", "ad_refunded", "ad_share", "roi", "kept_roi",
    "refunded_share", "settled_share",
)  # fmt: skip
OF_BRAND = ("line_value", "orders", "buyers", "ad_gmv", "ad_refunded", "goods_ad_share", "spend", "roi", "kept_roi")


class NoSeason(Problem):
    status_code = 409
    code = "no_season"
    title = "No season is named yet, or the one that is asked for is yet to begin"


def _money(**options) -> serializers.DecimalField:
    return serializers.DecimalField(max_digits=24, decimal_places=4, **options)


def _ratio() -> serializers.DecimalField:
    return _money(allow_null=True, help_text="Null where there is nothing to compare with or to divide by.")


def _field(metric: Metric) -> serializers.Field:
    if metric.unit == Unit.COUNT:
        return serializers.IntegerField(help_text=metric.meaning)
    return _money(help_text=metric.meaning, allow_null=bool(metric.over))


class AskedSerializer(serializers.Serializer):
    """Which days, by the code of a season or by themselves; the season that runs, or was last, unless one is named."""

    def get_fields(self):
        return {
            "season": serializers.CharField(max_length=24, required=False),
            "from": serializers.DateField(required=False),
            "to": serializers.DateField(required=False),
            "currency": serializers.CharField(max_length=3, required=False),
            "cuts": serializers.CharField(max_length=160, required=False, help_text="1000000,100000,10000"),
            "goal": _money(required=False, help_text="The ROI above which merchants are counted; 8 unless given."),
        }


class PageSerializer(AskedSerializer):
    """What is asked, how rows are sorted (a minus sign turns it round), and the part of them that is wanted."""

    def get_fields(self):
        return {
            **super().get_fields(),
            "sort": serializers.CharField(max_length=24, default=""),
            "after": serializers.IntegerField(min_value=0, max_value=10**9, default=0),
            "limit": serializers.IntegerField(min_value=1, max_value=MOST, default=100),
        }


class MerchantsPageSerializer(PageSerializer):
    """A page of merchants, of those in a cohort of this year or of last year where its place is given."""

    def get_fields(self):
        places = {"min_value": 1, "max_value": 10, "required": False}
        return {
            **super().get_fields(),
            "cohort": serializers.IntegerField(**places),
            "was": serializers.IntegerField(**places),
        }


class SeasonDaysSerializer(serializers.Serializer):
    """Local days, both included."""

    def get_fields(self):
        return {"from": serializers.DateField(source="first"), "to": serializers.DateField(source="last")}


class HeadSerializer(FinalitySerializer):
    """What an answer is of, what it is compared with, and what it rests on."""

    season = serializers.CharField(source="asked.season.code", default=None, allow_null=True)
    title = serializers.CharField(source="asked.season.title", default=None, allow_null=True)
    days = SeasonDaysSerializer(source="asked.days")
    counted = SeasonDaysSerializer(source="asked.so_far", help_text="The days that have begun.")
    last_year = SeasonDaysSerializer(source="asked.year_so_far", allow_null=True)
    before = SeasonDaysSerializer(source="asked.before")
    currency = serializers.CharField(source="asked.currency")
    clock = serializers.CharField(default="order")
    as_of = serializers.DateTimeField()


class SeasonNumberSerializer(serializers.Serializer):
    """A number of the season, last year's and that of the days before, with how it changed against either."""

    metric = serializers.CharField(source="metric.code")
    value = _ratio()
    last_year = _money(source="last", allow_null=True)
    growth = _ratio()
    before = _money(allow_null=True)
    uplift = _ratio()


class SeasonCurveSerializer(serializers.Serializer):
    """Paid GMV of a day or hour beside last year's; null where it is yet to come or has no such day."""

    at = serializers.CharField(help_text="A day, or an hour of the opening day from 0 to 23.")
    paid_gmv = _money(allow_null=True)
    last_year = _money(allow_null=True)


class SeasonSerializer(HeadSerializer):
    """A season: its numbers, by day and by hour of the day on which the sale opens."""

    numbers = SeasonNumberSerializer(many=True)
    days_of_season = SeasonCurveSerializer(many=True)
    hours_of_opening = SeasonCurveSerializer(many=True)


class SeasonCohortSerializer(serializers.Serializer):
    """Merchants with a turnover from `floor` to below `ceiling`; the last one has sold nothing, and no floor."""

    place = serializers.IntegerField()
    floor = _money(allow_null=True)
    ceiling = _money(allow_null=True)
    merchants = serializers.IntegerField()
    merchants_last_year = serializers.IntegerField()
    new_merchants = serializers.IntegerField(source="newcomers", help_text="Who sold nothing in last year's season.")
    paid_gmv = _money(source="turnover")
    share = _ratio()
    growth = _ratio()
    like_for_like = _ratio()
    spend = _money()
    roi = _ratio()
    merchants_above_goal = serializers.IntegerField(source="good")


class SeasonAcrossSerializer(SeasonSerializer):
    """A season of many merchants: also by cohorts, and how many moved from which (rows) into which (columns)."""

    goal = _money(source="asked.goal")
    merchants_above_goal = serializers.IntegerField(source="good")
    like_for_like = _ratio()
    cohorts = SeasonCohortSerializer(many=True)
    moves = serializers.ListField(child=serializers.ListField(child=serializers.IntegerField()))


class SeasonMemberSerializer(serializers.Serializer):
    """A merchant in the season."""

    def get_fields(self):
        return {
            "merchant": serializers.CharField(),
            "name": serializers.CharField(),
            "cohort": serializers.IntegerField(),
            "last_cohort": serializers.IntegerField(),
            "paid_gmv": _money(),
            "last_year": _money(),
            "growth": _ratio(),
            **{code: _field(NUMBERS[code]) for code in OF_MERCHANT},
        }


class SeasonBrandSerializer(serializers.Serializer):
    """A brand in the season; the name is empty for goods without one."""

    def get_fields(self):
        return {
            "brand": serializers.CharField(allow_blank=True, allow_null=True),
            "merchants": serializers.IntegerField(),
            "last_year": _money(),
            "growth": _ratio(),
            **{code: _field(NUMBERS[code]) for code in OF_BRAND},
        }


class RowsSerializer(HeadSerializer):
    """A page of rows: how many there are in all, and the place to go on after, if there is more."""

    count = serializers.IntegerField()
    next = serializers.IntegerField(allow_null=True)


class SeasonMembersSerializer(RowsSerializer):
    """Merchants of a season."""

    results = SeasonMemberSerializer(many=True)


class SeasonBrandsSerializer(RowsSerializer):
    """Brands of a season, and all of them together: a buyer of two brands is one person there."""

    total = SeasonBrandSerializer()
    results = SeasonBrandSerializer(many=True)


def asked_of(request, merchants: Sequence[Merchant], *, at: datetime) -> Asked:
    """Return what a query asks; raises ValidationError, or NoSeason where nothing has begun."""
    found, form = choosing.ask(
        request.query_params, currencies=reach.currencies(merchants), today=reach.today(merchants, at=at)
    )
    if form.errors:
        raise ValidationError({name: list(errors) for name, errors in form.errors.items()})
    if not found or not found.has_begun:
        raise NoSeason
    return found


def _season(request, merchants: Sequence[Merchant]) -> dict:
    at = clock.now()
    asked = asked_of(request, merchants, at=at)
    report = looking.look(merchants, asked, at=at)
    numbers = [{"metric": h.metric, **{n: getattr(h, n) for n in CHANGES}} for h in report.headlines]
    return {
        **_head(asked, report.finality, report.at), "numbers": numbers, "report": report,
        "days_of_season": _days(asked, report), "hours_of_opening": _hours(merchants, asked),
    }  # fmt: skip


CHANGES = ("value", "last", "growth", "before", "uplift")


def _head(asked: Asked, finality, at: datetime) -> dict:
    told = {name: getattr(finality, name) for name in FinalitySerializer().fields}
    return {"asked": asked, "as_of": at, **told}


def _days(asked: Asked, report: looking.Report) -> list[dict]:
    now, year = (curves.series(asked, report.periods[name].days, is_last_year=name == YEAR) for name in (NOW, YEAR))
    days = each_day(asked.days.first, asked.days.last)
    return [{"at": day, "paid_gmv": a, "last_year": b} for day, a, b in zip(days, now, year, strict=True)]


def _hours(merchants: Sequence[Merchant], asked: Asked) -> list[dict]:
    now, year = curves.hours(merchants, asked)
    return [{"at": n, "paid_gmv": a, "last_year": b} for n, (a, b) in enumerate(zip(now, year, strict=True))]


def _across(told: dict) -> dict:
    report = told["report"]
    cohorts = [
        {
            **{name: getattr(each, name) for name in OF_COHORT}, "place": each.number, "spend": each["spend"],
            "roi": each["roi"], "merchants": len(each.members), "merchants_last_year": len(each.last),
        }
        for each in report.cohorts
    ]  # fmt: skip
    moves = [[number for _cohort, number in row] for _cohort, row in report.moves]
    return {**told, "good": report.good, "like_for_like": report.like_for_like, "cohorts": cohorts, "moves": moves}


OF_COHORT = ("floor", "ceiling", "newcomers", "turnover", "share", "growth", "like_for_like", "good")


def _members(request, merchants: Sequence[Merchant]) -> dict:
    at, wanted = clock.now(), _wanted(MerchantsPageSerializer, request)
    asked = asked_of(request, merchants, at=at)
    report = looking.look(merchants, asked, at=at)
    rows = looking.in_order(looking.chosen(report, wanted.get("cohort"), wanted.get("was")), wanted["sort"])
    told = [
        {
            "merchant": m.merchant.code, "name": m.name, "cohort": m.cohort + 1, "last_cohort": m.last_cohort + 1,
            "paid_gmv": m.turnover, "last_year": m.last_turnover, "growth": m.growth,
            **{code: m[code] for code in OF_MERCHANT},
        }
        for m in _part(rows, wanted)
    ]  # fmt: skip
    return {**_head(asked, report.finality, report.at), **_paged(rows, wanted), "results": told}


def _brands(request, merchants: Sequence[Merchant]) -> dict:
    at, wanted = clock.now(), _wanted(PageSerializer, request)
    asked = asked_of(request, merchants, at=at)
    found, together = looking.look_at_brands(merchants, asked, at=at)
    rows = brands.in_order(found, wanted["sort"] or "-line_value")
    told = [_brand(row) for row in _part(rows, wanted)]
    head = _head(asked, looking.finality_of(asked, at=at), at)
    return {**head, **_paged(rows, wanted), "total": _brand(together), "results": told}


def _brand(row: brands.Branded) -> dict:
    return {
        "brand": row.brand, "merchants": row.now["merchants"], "last_year": row.year["line_value"],
        "growth": row.growth, **{code: row[code] for code in OF_BRAND},
    }  # fmt: skip


def _wanted(serializer: type[PageSerializer], request) -> dict:
    asked = serializer(data=request.query_params)
    asked.is_valid(raise_exception=True)
    return asked.validated_data


def _part(rows: Sequence, wanted: dict) -> Sequence:
    return rows[wanted["after"] : wanted["after"] + wanted["limit"]]


def _paged(rows: Sequence, wanted: dict) -> dict:
    end = wanted["after"] + wanted["limit"]
    return {"count": len(rows), "next": end if end < len(rows) else None}


class OfMerchant(MerchantAPIView):
    rights = {"GET": Right.REPORTS_VIEW}

    @extend_schema(parameters=[AskedSerializer], responses=SeasonSerializer, operation_id="season", tags=TAGS)
    def get(self, request):
        """A promotion season of the merchant, beside last year's and the days before."""
        return Response(SeasonSerializer(_season(request, [self.merchant])).data)


class BrandsOfMerchant(MerchantAPIView):
    rights = {"GET": Right.REPORTS_VIEW}

    @extend_schema(
        parameters=[PageSerializer], responses=SeasonBrandsSerializer, operation_id="season_brands", tags=TAGS
    )
    def get(self, request):
        """What each brand of the merchant sold in a season, and earned by ads."""
        return Response(SeasonBrandsSerializer(_brands(request, [self.merchant])).data)


class AllMerchants(PersonAPIView):
    """All merchants, for operators."""

    def merchants(self, request) -> list[Merchant]:
        return reach.of_all()


class LentMerchants(PersonAPIView):
    """The merchants whose reports are lent to a key-account manager or an agency."""

    def merchants(self, request) -> list[Merchant]:
        return reach.of_lent(request.user, at=clock.now())


class OfAll(AllMerchants):
    @extend_schema(
        parameters=[AskedSerializer], responses=SeasonAcrossSerializer, operation_id="platform_season", tags=TAGS
    )
    def get(self, request):
        """A promotion season of all merchants, by cohorts of their turnover; for operators who are logged in."""
        return Response(SeasonAcrossSerializer(_across(_season(request, self.merchants(request)))).data)


class MerchantsOfAll(AllMerchants):
    @extend_schema(
        parameters=[MerchantsPageSerializer], responses=SeasonMembersSerializer,
        operation_id="platform_season_merchants", tags=TAGS,
    )  # fmt: skip
    def get(self, request):
        """The merchants of a season with their figures; for operators who are logged in."""
        return Response(SeasonMembersSerializer(_members(request, self.merchants(request))).data)


class BrandsOfAll(AllMerchants):
    @extend_schema(
        parameters=[PageSerializer], responses=SeasonBrandsSerializer, operation_id="platform_season_brands", tags=TAGS
    )
    def get(self, request):
        """What each brand sold in a season at all merchants; for operators who are logged in."""
        return Response(SeasonBrandsSerializer(_brands(request, self.merchants(request))).data)


class OfLent(LentMerchants):
    @extend_schema(parameters=[AskedSerializer], responses=SeasonAcrossSerializer, operation_id="ka_season", tags=TAGS)
    def get(self, request):
        """A promotion season of the merchants lent to a key-account manager or agency that is logged in."""
        return Response(SeasonAcrossSerializer(_across(_season(request, self.merchants(request)))).data)


class MerchantsOfLent(LentMerchants):
    @extend_schema(
        parameters=[MerchantsPageSerializer], responses=SeasonMembersSerializer, operation_id="ka_season_merchants",
        tags=TAGS,
    )  # fmt: skip
    def get(self, request):
        """The merchants lent to a key-account manager with their figures of a season."""
        return Response(SeasonMembersSerializer(_members(request, self.merchants(request))).data)


class BrandsOfLent(LentMerchants):
    @extend_schema(
        parameters=[PageSerializer], responses=SeasonBrandsSerializer, operation_id="ka_season_brands", tags=TAGS
    )
    def get(self, request):
        """What each brand sold in a season at the merchants lent to a key-account manager."""
        return Response(SeasonBrandsSerializer(_brands(request, self.merchants(request))).data)
