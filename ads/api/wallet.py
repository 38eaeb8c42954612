"""The wallet for a merchant's programs."""

from decimal import Decimal

from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from chengfeng import clock
from chengfeng.http import Problem
from chengfeng.idempotency import resumable
from shops.api_base import MerchantAPIView
from shops.people.rights import Right
from shops.tenancy import own

from .. import wallet
from ..models import Grant, TopUp
from ..wallet import granting, hosted
from ..wallet.lines import Kind
from .saying import KEY

LINES = 100
TOP_UP = OpenApiParameter("code", str, OpenApiParameter.PATH, description="Code of the top-up")


class TooFine(Problem):
    code = "amount_too_fine"
    title = "The amount is finer than the smallest coin of the wallet's currency"


class NotOffered(Problem):
    status_code = 422
    code = "provider_not_offered"
    title = "Wallets are not topped up by this provider here"


class NoPage(Problem):
    status_code = 502
    code = "no_payment_page"
    title = "The provider opened no page; nothing was charged"


class Amount(serializers.DecimalField):
    """An amount of money, as text."""

    def __init__(self, **kwargs):
        super().__init__(max_digits=18, decimal_places=4, **kwargs)


class GrantSerializer(serializers.ModelSerializer):
    """A grant that can be spent, or will; `left` is what is left of it, spent before cash, nearest expiry first."""

    campaign = serializers.CharField(source="campaign.code", default=None, allow_null=True)
    left = Amount()

    class Meta:
        model = Grant
        fields = ["code", "kind", "amount", "left", "objective", "campaign", "reason", "starts_at", "expires_at"]


class WalletSerializer(serializers.Serializer):
    """Cash (`balance`), live grants, frozen cash; the mean spend of a day of late, and how many days all lasts."""

    currency = serializers.CharField()
    balance = Amount()
    granted = Amount()
    frozen = Amount()
    pace = serializers.DecimalField(max_digits=18, decimal_places=4, rounding="ROUND_HALF_UP")
    days_left = serializers.IntegerField(allow_null=True)
    grants = GrantSerializer(many=True)


class LineSerializer(serializers.Serializer):
    """One ledger transfer, or those of a kind on a day: what it did to cash and grants, and both after it."""

    code = serializers.CharField(help_text="Of the ledger transfer; empty for a sum of several")
    kind = serializers.CharField()
    at = serializers.DateTimeField()
    about = serializers.CharField()
    count = serializers.IntegerField(help_text="Charges, or other transfers, that it stands for")
    cash = Amount()
    grants = Amount()
    cash_after = Amount()
    grants_after = Amount()


class StatementQuery(serializers.Serializer):
    kind = serializers.ChoiceField(Kind.choices, required=False, default="")
    first = serializers.DateField(required=False, default=None)
    last = serializers.DateField(required=False, default=None)
    by_day = serializers.BooleanField(required=False, default=False)
    page = serializers.IntegerField(min_value=1, max_value=1_000_000, required=False, default=1)


class StatementSerializer(serializers.Serializer):
    count = serializers.IntegerField()
    next = serializers.URLField(allow_null=True)
    results = LineSerializer(many=True)


class TopUpRequestSerializer(serializers.Serializer):
    amount = serializers.DecimalField(max_digits=12, decimal_places=2, min_value=Decimal("0.01"))
    source = serializers.CharField(
        max_length=80, required=False, default="", help_text="What the provider is to charge; without it, it is asked "
        "for a page on which somebody pays",
    )  # fmt: skip
    provider = serializers.ChoiceField(["sandbox", "stripe"], required=False, default="")

    def validate(self, attrs: dict) -> dict:
        if not attrs["source"] and attrs["provider"] == "sandbox":
            raise serializers.ValidationError({"source": "The sandbox has no page; say what it is to charge."})
        return attrs


class TopUpSerializer(serializers.Serializer):
    code = serializers.CharField()
    state = serializers.ChoiceField(choices=TopUp.State.choices)
    amount = Amount()
    currency = serializers.CharField()
    provider = serializers.CharField()
    page = serializers.CharField(allow_null=True, default=None, help_text="Where to pay it")


class Wallet(MerchantAPIView):
    """The advertising wallet."""

    rights = {"GET": Right.WALLET_VIEW}

    @extend_schema(responses=WalletSerializer, operation_id="get_wallet", tags=["ads"])
    def get(self, request):
        """Show what the wallet holds and how long it lasts."""
        at = clock.now()
        forecast = wallet.forecast(self.merchant, at=at)
        shown = {
            "currency": self.merchant.currency, "balance": forecast.balance, "granted": forecast.grants,
            "frozen": forecast.frozen, "pace": forecast.pace, "days_left": forecast.days,
            "grants": granting.live(self.merchant, at=at),
        }  # fmt: skip
        return Response(WalletSerializer(shown).data)


class Statement(MerchantAPIView):
    """The statement of the wallet."""

    rights = {"GET": Right.WALLET_VIEW}

    @extend_schema(
        parameters=[StatementQuery], responses=StatementSerializer, operation_id="get_wallet_statement", tags=["ads"]
    )
    def get(self, request):
        """List what moved, newest first, of a kind and of local days, both included."""
        query = StatementQuery(data=request.query_params)
        query.is_valid(raise_exception=True)
        asked = dict(query.validated_data)
        page = Paginator(wallet.statement(self.merchant, **_without_page(asked)), LINES).get_page(asked["page"])
        shown = {"count": page.paginator.count, "next": _next(request, page), "results": page.object_list}
        return Response(StatementSerializer(shown).data)


def _without_page(asked: dict) -> dict:
    return {name: value for name, value in asked.items() if name != "page"}


def _next(request, page) -> str | None:
    if not page.has_next():
        return None
    query = request.query_params.copy()
    query["page"] = page.next_page_number()
    return request.build_absolute_uri(f"?{query.urlencode()}")


class TopUps(MerchantAPIView):
    """Money for the wallet."""

    rights = {"POST": Right.WALLET_FUND}

    def begin(self, request) -> dict[str, str]:
        """Write the top-up, in the transaction that keeps the key; the provider is asked after it."""
        asked = TopUpRequestSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        said = asked.validated_data
        provider = said["provider"] or ("" if said["source"] else hosted.PROVIDER)
        try:
            opened = wallet.open_top_up(access=self.access, amount=said["amount"], provider=provider, at=clock.now())
        except wallet.AmountRefused:
            raise TooFine from None
        except wallet.NotOffered:
            raise NotOffered from None
        return {"code": opened.code, "source": said["source"]}

    def ask(self, request, begun):
        """Have the provider charge the source, or open its page."""
        at = clock.now()
        if begun["source"]:
            return wallet.submit(begun["code"], source=begun["source"], at=at)
        top_up = own(TopUp, self.merchant).select_related("merchant").get(code=begun["code"])
        if top_up.state == TopUp.State.DONE:
            return top_up
        try:
            page = hosted.open_page(top_up, title="Advertising wallet", at=at)
        except hosted.NoPage:
            raise NoPage from None
        top_up.refresh_from_db()
        top_up.page = page
        return top_up

    @extend_schema(
        parameters=[KEY], request=TopUpRequestSerializer, responses={201: TopUpSerializer}, operation_id="top_up",
        tags=["ads"],
    )  # fmt: skip
    @resumable
    def post(self, request, top_up):
        """Put money into the wallet, once per Idempotency-Key; a pending answer is settled later."""
        return Response(TopUpSerializer(top_up).data, status=201)


class TopUpDetail(MerchantAPIView):
    """One top-up."""

    rights = {"GET": Right.WALLET_VIEW}

    @extend_schema(parameters=[TOP_UP], responses=TopUpSerializer, operation_id="get_top_up", tags=["ads"])
    def get(self, request, code: str):
        """Show what has become of a top-up."""
        return Response(TopUpSerializer(get_object_or_404(own(TopUp, self.merchant), code=code)).data)
