"""The merchant's API: offers, orders, shipments, deliveries, cancellations and refunds."""

from collections.abc import Callable
from functools import partial

from django.db import transaction
from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.exceptions import ValidationError
from rest_framework.response import Response

from chengfeng import clock
from chengfeng.idempotency import resumable
from shops.api_base import MerchantAPIView
from shops.models import Variant
from shops.people.audit import record
from shops.people.rights import Right
from shops.tenancy import own

from .. import offers, refunds
from ..cancellation import cancel
from ..carriers import code_of
from ..fulfilment import deliver, ship
from ..models import Order, Refund
from ..moves import CancelReason, OrderState, WrongState
from .merchant_serializers import (
    BatchAnswer,
    CancellationRequest,
    DeliveriesRequest,
    OfferAnswer,
    OfferRequest,
    OrderAnswer,
    OrderPage,
    RefundRequest,
    RefundsAnswer,
    ShipmentsRequest,
)
from .paging import PageQuery, asked, paged
from .problems import moving, refunding
from .shopper import KEY

PAGE = 50


class OffersView(MerchantAPIView):
    rights = {"POST": Right.CATALOGUE_EDIT}

    @extend_schema(operation_id="offers_create", request=OfferRequest, responses={201: OfferAnswer})
    def post(self, request):
        """Quote prices that one checkout within thirty days honours exactly."""
        wanted = read(OfferRequest, request)
        lines = [
            (self.variant(index, line["sku"]), line["quantity"], line.get("unit_price"))
            for index, line in enumerate(wanted.pop("lines"))
        ]
        try:
            offer = offers.make(merchant=self.merchant, lines=lines, **wanted)
        except offers.OfferUnfit as error:
            raise ValidationError({error.field: [str(error)]}, "unfit") from error
        answer = {"offer": offers.seal(offer, at=clock.now()), "total": offer.total}
        return Response(OfferAnswer(answer).data, status=status.HTTP_201_CREATED)

    def variant(self, index: int, sku: str) -> Variant:
        variant = own(Variant, self.merchant).filter(sku=sku).first()
        if variant is None:
            raise ValidationError({f"lines.{index}.sku": [f"There is no SKU {sku}."]}, "unknown")
        return variant


class OrdersQuery(PageQuery):
    state = serializers.ChoiceField(OrderState.choices, required=False)
    external_reference = serializers.CharField(max_length=64, required=False)


class OrdersView(MerchantAPIView):
    rights = {"GET": Right.ORDERS_VIEW}

    @extend_schema(operation_id="orders_list", parameters=[OrdersQuery], responses=OrderPage)
    def get(self, request):
        """List the merchant's orders, the latest first."""
        wanted = asked(OrdersQuery, request)
        orders = shown(self.merchant).order_by("-placed_at", "-pk")
        if "state" in wanted:
            orders = orders.filter(state=wanted["state"])
        if "external_reference" in wanted:
            orders = orders.filter(checkout__external_reference=wanted["external_reference"])
        return Response(OrderPage(paged(request, orders, wanted["page"], size=PAGE)).data)


class OrderView(MerchantAPIView):
    rights = {"GET": Right.ORDERS_VIEW}

    @extend_schema(operation_id="orders_get", responses=OrderAnswer)
    def get(self, request, code):
        """Show one order."""
        return Response(OrderAnswer(get_order(shown(self.merchant), code)).data)


class ShipmentsView(MerchantAPIView):
    rights = {"POST": Right.ORDERS_SHIP}

    @extend_schema(operation_id="shipments_create", request=ShipmentsRequest, responses=BatchAnswer)
    def post(self, request):
        """Ship up to 500 paid orders or parts of them; each item has its own result.

        Repeating one is harmless where it has a tracking number, or ships all that is left.
        """
        results = [self.item(**item) for item in read(ShipmentsRequest, request)["shipments"]]
        return Response(BatchAnswer({"results": results}).data)

    def item(self, order: str, lines: list[dict] | None = None, carrier: str = "", tracking: str = "") -> dict:
        units = {line["line"]: line["quantity"] for line in lines} if lines else None
        parcel = {"carrier": code_of(carrier), "tracking": tracking}
        return one_of_batch(self.access, order, "order.ship", partial(ship, **parcel, lines=units), **parcel)


class DeliveriesView(MerchantAPIView):
    rights = {"POST": Right.ORDERS_SHIP}

    @extend_schema(operation_id="deliveries_create", request=DeliveriesRequest, responses=BatchAnswer)
    def post(self, request):
        """Note that up to 500 shipped orders have arrived; each item has its own result."""
        codes = read(DeliveriesRequest, request)["orders"]
        results = [one_of_batch(self.access, code, "order.deliver", deliver) for code in codes]
        return Response(BatchAnswer({"results": results}).data)


class CancellationView(MerchantAPIView):
    rights = {"POST": Right.ORDERS_REFUND}

    @extend_schema(operation_id="orders_cancel", request=CancellationRequest, responses=RefundsAnswer)
    def post(self, request, code):
        """Cancel an order that was not shipped, refunding what was paid; again changes nothing."""
        order, at = get_order(own(Order, self.merchant), code), clock.now()
        reason = CancelReason(read(CancellationRequest, request)["reason"])
        with moving(), transaction.atomic():
            pending = cancel(order, reason=reason, at=at, by=self.access.user)
            record(self.access, "order.cancel", target=order.code, at=at, reason=reason)
        for refund in pending:
            refunds.carry_out(refund, at=at)
        return Response(refunds_answer(order, [refund.code for refund in pending]))


class RefundsView(MerchantAPIView):
    rights = {"POST": Right.ORDERS_REFUND}

    def begin(self, request, code) -> list[str]:
        order, at = get_order(own(Order, self.merchant), code), clock.now()
        wanted = read(RefundRequest, request)
        wishes = [refunds.Wish(**line) for line in wanted.pop("lines", ())]
        with refunding():
            written = refunds.request(order, wishes=wishes, at=at, by=self.access.user, **wanted)
        total = sum(refund.amount for refund in written)
        record(self.access, "order.refund", target=order.code, at=at, amount=str(total))
        return [refund.code for refund in written]

    def ask(self, request, begun, code) -> list[str]:
        pending = own(Refund, self.merchant).filter(code__in=begun, state=Refund.State.PENDING)
        for refund in pending.select_related("payment"):
            refunds.carry_out(refund, at=clock.now())
        return begun

    @extend_schema(
        operation_id="refunds_create", parameters=[KEY], request=RefundRequest, responses={201: RefundsAnswer}
    )
    @resumable
    def post(self, request, asked, code):
        """Refund units, amounts and shipping of a paid order, repeatedly, up to what was paid."""
        answer = refunds_answer(get_order(own(Order, self.merchant), code), asked)
        return Response(answer, status=status.HTTP_201_CREATED)


def read(serializer: type[serializers.Serializer], request) -> dict:
    """Return the request's body as the serializer understands it; raises ValidationError."""
    wanted = serializer(data=request.data)
    wanted.is_valid(raise_exception=True)
    return wanted.validated_data


def shown(merchant):
    """Return the merchant's orders with everything that is shown of them."""
    return own(Order, merchant).select_related("checkout").prefetch_related("lines__variant", "shipments__lines__line")


def get_order(orders, code: str) -> Order:
    order = orders.filter(code=code).first()
    if order is None:
        raise Http404
    return order


def one_of_batch(access, code: str, verb: str, act: Callable, **details) -> dict:
    """Do something to one of the merchant's orders in a transaction of its own, and tell the result."""
    at = clock.now()
    order = own(Order, access.merchant).filter(code=code).first()
    if order is None:
        return {"order": code, "status": "refused", "reason": "not_found"}
    try:
        with transaction.atomic():
            act(order, at=at, by=access.user)
            record(access, verb, target=order.code, at=at, **details)
    except WrongState as error:
        return {"order": code, "status": "refused", "reason": error.code, "state": error.state}
    return {"order": code, "status": "done", "state": order.state}


def refunds_answer(order: Order, codes: list[str]) -> dict:
    found = own(Refund, order.merchant).filter(code__in=codes).select_related("payment").order_by("pk")
    amount = sum(refund.amount for refund in found)
    return RefundsAnswer({"order": order.code, "amount": amount, "refunds": found}).data
