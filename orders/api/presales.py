"""The shopper's API of presales: placing one."""

from django.utils.translation import get_language
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.exceptions import ValidationError
from rest_framework.response import Response

from chengfeng import clock
from chengfeng.idempotency import idempotent
from shops.api_base import ShopperAPIView

from .. import presale
from ..checkout import Contact
from ..presale import MAX_UNITS
from .fields import Amount, Code
from .problems import Conflict, placing
from .shopper import CONTACT, KEY, SHOPPER
from .shopper_serializers import CheckoutRequest, PlacedCheckout, PlacedOrder


class PresaleNotOpen(Conflict):
    code = "presale_not_open"
    title = "This presale takes no deposits at this time"


class PresaleChanged(Conflict):
    code = "presale_changed"
    title = "It costs something else than you were shown"


class PresaleCheckoutRequest(CheckoutRequest):
    """Units of one presale; with `total`, nothing is placed when it costs something else."""

    lines = offers = coupons = currency = quote = None
    presale = Code()
    quantity = serializers.IntegerField(min_value=1, max_value=MAX_UNITS)
    total = Amount(required=False)


class PresaleOrder(PlacedOrder):
    deposit = Amount()
    balance_from = serializers.DateTimeField(source="presale.balance_from")
    balance_until = serializers.DateTimeField(source="presale.balance_until")
    ships_by = serializers.DateTimeField(source="presale.ships_by")


class PresaleCheckout(PlacedCheckout):
    orders = PresaleOrder(many=True)


class PresaleCheckoutsView(ShopperAPIView):
    @extend_schema(
        operation_id="presale_checkouts_create",
        parameters=[KEY, SHOPPER],
        request=PresaleCheckoutRequest,
        responses={201: PresaleCheckout},
    )
    @idempotent
    def post(self, request):
        """Place units of a presale: the deposit is due at once, the balance in its own time."""
        asked = PresaleCheckoutRequest(data=request.data)
        asked.is_valid(raise_exception=True)
        checkout = self.place(request, asked.validated_data)
        answer = PresaleCheckout({**vars(checkout), "orders": checkout.placed})
        return Response(answer.data, status=status.HTTP_201_CREATED)

    def place(self, request, said: dict):
        at = clock.now()
        try:
            with placing():
                return presale.place(
                    presale=presale.found(said["presale"], at=at), quantity=said["quantity"], shopper=request.shopper,
                    contact=Contact(**{name: said.get(name, "") for name in CONTACT}), at=at, total=said.get("total"),
                    language=get_language() or "", external_reference=said.get("external_reference", ""),
                    message=said.get("message", ""),
                )  # fmt: skip
        except presale.NotOpen as error:
            if not presale.is_known(said["presale"]):
                raise ValidationError({"presale": ["There is no such presale."]}, "unknown") from error
            raise PresaleNotOpen from error
        except presale.TotalChanged as error:
            raise PresaleChanged(total=str(error.terms.total), deposit=str(error.terms.deposit)) from error
