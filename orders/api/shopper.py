"""The shopper's API: cart, checkout and payment."""

from dataclasses import fields

from django.db.models import QuerySet, TextField, UUIDField
from django.http import Http404
from django.utils.translation import get_language
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.exceptions import ValidationError
from rest_framework.response import Response

from ads.audiences import note
from ads.models import Behaviour
from chengfeng import clock
from chengfeng.http import Problem
from chengfeng.idempotency import HEADER, idempotent, resumable
from chengfeng.payments import Outcome
from chengfeng.prepared import Given, Prepared
from shops.api_base import ShopperAPIView
from shops.delivery.rates import Destination
from shops.models import Variant

from .. import cart, payment, sealing
from ..addresses import checking
from ..checkout import Contact, place, place_cart
from ..models import Checkout, Payment
from ..offers import OfferRefused, unseal
from ..quoting import Quote
from ..quoting import quote as quote_of
from ..sealing import QuoteRefused, Sealed
from ..wanted import variants as variants_by_code
from .problems import MixedCurrencies, OutOfStock, paying, placing, quoting
from .quotes_serializers import QuoteAnswer
from .shopper_serializers import (
    CartAnswer,
    CartQuantity,
    CheckoutRequest,
    CheckoutState,
    PaymentAnswer,
    PaymentRequest,
    PlacedAnswer,
    Wish,
)

KEY = OpenApiParameter(HEADER, str, OpenApiParameter.HEADER, required=True)
SHOPPER = OpenApiParameter("X-Shopper", str, OpenApiParameter.HEADER, description="As POST shoppers gave it")
CONTACT = tuple(field.name for field in fields(Contact))


class CartFull(Problem):
    status_code = 409
    code = "cart_full"
    title = f"A cart holds at most {cart.MAX_LINES} different things"


class CartView(ShopperAPIView):
    @extend_schema(operation_id="cart_get", parameters=[SHOPPER], responses=CartAnswer)
    def get(self, request):
        """Tell what is in the cart and what has become of it since."""
        return Response(CartAnswer({"sections": cart.contents(request.shopper, at=clock.now())}).data)


class CartLineView(ShopperAPIView):
    @extend_schema(operation_id="cart_line_put", parameters=[SHOPPER], request=CartQuantity, responses=CartAnswer)
    def put(self, request, variant):
        """Let exactly that many units be in the cart; 0 takes the line out."""
        wanted = CartQuantity(data=request.data)
        wanted.is_valid(raise_exception=True)
        found = Variant.objects.filter(code=variant).first()
        if found is None:
            raise Http404
        at, quantity = clock.now(), wanted.validated_data["quantity"]
        try:
            cart.put(shopper=request.shopper, variant=found, quantity=quantity, at=at)
        except cart.CartFull as error:
            raise CartFull from error
        if quantity:
            note(Behaviour.Kind.CART, shopper=request.shopper, products=[(found.product_id, found.merchant_id)], at=at)
        return Response(CartAnswer({"sections": cart.contents(request.shopper, at=at)}).data)


class CheckoutsView(ShopperAPIView):
    @extend_schema(
        operation_id="checkouts_create",
        parameters=[KEY, SHOPPER],
        request=CheckoutRequest,
        responses={201: PlacedAnswer},
    )
    @idempotent
    def post(self, request):
        """Place lines, offers, or the cart: one order per merchant, all of them or none."""
        wanted = CheckoutRequest(data=request.data)
        wanted.is_valid(raise_exception=True)
        checkout = self.place(request, wanted.validated_data)
        doubts = checking.doubts(wanted.validated_data)
        answer = PlacedAnswer({**vars(checkout), "orders": checkout.placed, "doubts": doubts})
        return Response(answer.data, status=status.HTTP_201_CREATED)

    def place(self, request, wanted: dict) -> Checkout:
        details = {
            "shopper": request.shopper,
            "contact": Contact(**{name: wanted.get(name, "") for name in CONTACT}),
            "at": clock.now(),
            "language": get_language() or "",
            "external_reference": wanted.get("external_reference", ""),
            "coupons": wanted.get("coupons", ()),
            "quote": self.quote(wanted.get("quote")),
            "message": wanted.get("message", ""),
        }
        with placing():
            if "lines" not in wanted and "offers" not in wanted:
                return place_cart(**details, currency=section(request, wanted).currency)
            lines = [(line["variant"], line["quantity"]) for line in wanted.get("lines", ())]
            return place(**details, lines=lines, offers=self.offers(wanted.get("offers", ()), details["at"]))

    @staticmethod
    def quote(sealed: str | None) -> Sealed | None:
        try:
            return sealing.unseal(sealed) if sealed else None
        except QuoteRefused as error:
            raise ValidationError({"quote": [str(error)]}, "refused") from error

    @staticmethod
    def offers(texts: list[str], at) -> list:
        try:
            return [unseal(text, at=at) for text in texts]
        except OfferRefused as error:
            raise ValidationError({"offers": [str(error)]}, "refused") from error


class QuotesView(ShopperAPIView):
    @extend_schema(operation_id="quotes_create", parameters=[SHOPPER], request=Wish, responses=QuoteAnswer)
    def post(self, request):
        """Tell what lines, or the cart, cost with every reduction; a checkout may be placed at exactly that."""
        wanted = Wish(data=request.data)
        wanted.is_valid(raise_exception=True)
        quote, code = self.quote(request, wanted.validated_data)
        return Response(QuoteAnswer({**whole(quote), "quote": sealing.seal(quote, code)}).data)

    def quote(self, request, wish: dict) -> tuple[Quote, str]:
        """Return the quote and the code under which it may be used; what the cart says is good for the cart alone."""
        if "lines" not in wish:
            chosen = section(request, wish)
            return chosen.quote, cart.quote_code(cart.find(request.shopper), chosen.currency)
        with quoting():
            variants = variants_by_code([line["variant"] for line in wish["lines"]])
            lines = [(variants[line["variant"]], line["quantity"]) for line in wish["lines"]]
            asked = {"coupons": wish.get("coupons", ()), "destination": destination(wish)}
            return quote_of(shopper=request.shopper, lines=lines, at=clock.now(), **asked), ""


def whole(quote: Quote) -> dict:
    """Return all that a quote says, by name."""
    names = ("currency", "parcels", "subtotal", "discount", "shipping", "total", "coupons", "refused", "choices")
    return {name: getattr(quote, name) for name in names}


def destination(wish: dict) -> Destination:
    return Destination(wish.get("country", ""), wish.get("region", ""))


def section(request, wish: dict) -> cart.Section:
    """Return the part of the cart to buy, all of which is at hand; without a wish there must be one currency."""
    asked = {"coupons": wish.get("coupons", ()), "destination": destination(wish)}
    sections = cart.contents(request.shopper, at=clock.now(), **asked)
    chosen = [section for section in sections if wish.get("currency") in (None, section.currency)]
    if len(chosen) > 1:
        raise MixedCurrencies(currencies=[section.currency for section in chosen])
    if not chosen:
        raise ValidationError({"lines": ["There is nothing to buy."]}, "empty")
    missing = [row for parcel in chosen[0].parcels for row in parcel.rows if not row.can_be_bought]
    if missing:
        raise OutOfStock(lines=[{"variant": row.variant.code, "available": row.available} for row in missing])
    return chosen[0]


class CheckoutView(ShopperAPIView):
    @extend_schema(operation_id="checkouts_get", parameters=[SHOPPER], responses=CheckoutState)
    def get(self, request, code):
        """Tell how a checkout of this shopper stands."""
        checkout = own(request, code)
        orders = checkout.orders.select_related("merchant").order_by("pk")
        answer = {**vars(checkout), "orders": orders, "payments": checkout.payments.order_by("pk")}
        return Response(CheckoutState(answer).data)


class PaymentsView(ShopperAPIView):
    begun: Payment | None = None  # what `begin` wrote; a repeat that resumes has not been there

    def begin(self, request, code) -> str:
        wanted = PaymentRequest(data=request.data)
        wanted.is_valid(raise_exception=True)
        asked = {name: wanted.validated_data.get(name) for name in ("provider", "method", "instalments", "amount")}
        asked["captures_later"] = wanted.validated_data["capture"] == "later"
        checkout = next(iter(locked(code=code, shopper=request.shopper)), None)
        if checkout is None:
            raise Http404
        with paying():
            self.begun = payment.write(checkout, at=clock.now(), **asked)
        return self.begun.code

    def ask(self, request, begun, code) -> tuple[Payment, Outcome | None]:
        pending = self.begun or Payment.objects.get(code=begun)
        return pending, payment.tell(pending, source=request.data["source"], at=clock.now())

    @extend_schema(
        operation_id="payments_create",
        parameters=[KEY, SHOPPER],
        request=PaymentRequest,
        responses={201: PaymentAnswer},
    )
    @resumable
    def post(self, request, told, code):
        """Pay all that is left, or a part; an unknown outcome stays `pending` until it is known."""
        pending, outcome = told
        concluded = payment.conclude(pending, outcome, at=clock.now())
        return Response(PaymentAnswer(concluded).data, status=status.HTTP_201_CREATED)


@Prepared
def locked() -> QuerySet[Checkout]:
    """Return the checkout of a `code` if it is the `shopper`'s, locked."""
    checkouts = Checkout.objects.select_for_update(no_key=True)
    return checkouts.filter(code=Given("code", TextField()), shopper=Given("shopper", UUIDField()))


def own(request, code: str) -> Checkout:
    """Return the shopper's checkout of that code; raises Http404 for anybody else's."""
    checkout = Checkout.objects.filter(code=code, shopper=request.shopper).first()
    if checkout is None:
        raise Http404
    return checkout
