"""The wallet for a merchant's programs."""

from decimal import Decimal

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from chengfeng import clock
from chengfeng.http import Problem
from chengfeng.idempotency import resumable
from shops.api_base import MerchantAPIView
from shops.people.rights import Right

from .. import wallet
from ..models import TopUp


class TooFine(Problem):
    code = "amount_too_fine"
    title = "The amount is finer than the smallest coin of the wallet's currency"


class WalletSerializer(serializers.Serializer):
    """The balance, the mean spend of a day of late, and how many days the balance lasts at this pace."""

    currency = serializers.CharField()
    balance = serializers.DecimalField(max_digits=18, decimal_places=4)
    pace = serializers.DecimalField(max_digits=18, decimal_places=4, rounding="ROUND_HALF_UP")
    days_left = serializers.IntegerField(allow_null=True)


class TopUpRequestSerializer(serializers.Serializer):
    amount = serializers.DecimalField(max_digits=12, decimal_places=2, min_value=Decimal("0.01"))
    source = serializers.CharField(max_length=40, help_text="What the payment provider is to charge")


class TopUpSerializer(serializers.Serializer):
    code = serializers.CharField()
    state = serializers.ChoiceField(choices=TopUp.State.choices)
    amount = serializers.DecimalField(max_digits=18, decimal_places=4)
    currency = serializers.CharField()


class Wallet(MerchantAPIView):
    """The advertising wallet."""

    rights = {"GET": Right.WALLET_VIEW}

    @extend_schema(responses=WalletSerializer, operation_id="get_wallet", tags=["ads"])
    def get(self, request):
        """Show the balance and how long it lasts."""
        forecast = wallet.forecast(self.merchant, at=clock.now())
        shown = {
            "currency": self.merchant.currency, "balance": forecast.balance, "pace": forecast.pace,
            "days_left": forecast.days,
        }  # fmt: skip
        return Response(WalletSerializer(shown).data)


class TopUps(MerchantAPIView):
    """Money for the wallet."""

    rights = {"POST": Right.WALLET_FUND}

    def begin(self, request) -> dict[str, str]:
        """Write the top-up, in the transaction that keeps the key; the provider is asked after it."""
        asked = TopUpRequestSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        said = asked.validated_data
        try:
            opened = wallet.open_top_up(access=self.access, amount=said["amount"], at=clock.now())
        except wallet.AmountRefused:
            raise TooFine from None
        return {"code": opened.code, "source": said["source"]}

    def ask(self, request, begun):
        return wallet.submit(begun["code"], source=begun["source"], at=clock.now())

    @extend_schema(
        request=TopUpRequestSerializer, responses={201: TopUpSerializer}, operation_id="top_up", tags=["ads"]
    )
    @resumable
    def post(self, request, top_up):
        """Put money into the wallet, once per Idempotency-Key; a pending answer is settled later."""
        return Response(TopUpSerializer(top_up).data, status=201)
