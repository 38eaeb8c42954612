"""The till: address, order, payment."""

from collections.abc import Mapping

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from chengfeng import clock
from shops.catalogue import stock

from .. import cart, hosted, mine, payment
from ..checkout import CartChanged, Contact, NothingWanted, place_cart
from ..forms import SOURCE_TEXTS, ContactForm, PayForm
from ..models import Checkout
from ..moves import OrderState


SANDBOX = "sandbox"


@require_http_methods(["GET", "HEAD", "POST"])
def checkout(request: HttpRequest) -> HttpResponse:
    """Ask for the address and place what can be bought of the cart in one currency."""
    request.keeps_shopper = True
    section = chosen(request)
    if section is None or not section.bought:
        return nothing_to_buy(request)
    data = request.POST if request.method == "POST" else None
    initial = {"total": section.total} | who(request)
    form = ContactForm(data, needs_address=section.needs_address, initial=initial)
    if form.is_valid():
        placed = try_to_place(request, section.currency, form)
        if placed:
            return placed
        section = chosen(request)
        if section is None:
            return nothing_to_buy(request)
    return render(request, "orders/checkout.html", {"form": form, "section": section})


def chosen(request: HttpRequest) -> cart.Section | None:
    """Return the part of the cart in the currency that the address names, or the first."""
    sections = cart.contents(request.shopper)
    wanted = request.GET.get("currency")
    return next((section for section in sections if wanted in (None, "", section.currency)), None)


def who(request: HttpRequest) -> dict:
    """Return what is known of a buyer with an account: name and e-mail, and the address of the last time."""
    if not request.user.is_authenticated:
        return {}
    last = Checkout.objects.filter(user=request.user).order_by("-pk").values(*ContactForm._meta.fields).first()
    return last or {"email": request.user.email, "recipient": request.user.name}


def nothing_to_buy(request: HttpRequest) -> HttpResponse:
    """Lead to what was placed a moment ago in another window, or to the cart."""
    placed = mine.last_unpaid(request)
    if request.method == "POST" and placed:
        return redirect("orders:pay", placed.code)
    return redirect("orders:cart")


def try_to_place(request: HttpRequest, currency: str, form: ContactForm) -> HttpResponse | None:
    """Place the cart and lead to its payment, or note on the form why that cannot be."""
    details = form.cleaned_data.copy()
    user = request.user if request.user.is_authenticated else None
    try:
        placed = place_cart(
            shopper=request.shopper, currency=currency, total=details.pop("total"), contact=Contact(**details),
            at=clock.now(), user=user, language=get_language() or "",
        )  # fmt: skip
    except NothingWanted:
        return nothing_to_buy(request)
    except (CartChanged, stock.OutOfStock):
        form.add_error(None, _("Your cart has changed meanwhile; please look at it again before you order."))
        return None
    return redirect("orders:pay", placed.code)


@require_http_methods(["GET", "HEAD", "POST"])
def pay(request: HttpRequest, checkout: str) -> HttpResponse:
    """Show how the payment of a checkout stands, and take it; htmx asks for the state alone."""
    found = get_object_or_404(mine.checkouts(request), code=checkout)
    if request.method == "POST":
        return act(request, found)
    come_back(request, found)
    template = "orders/pay_state.html" if "HX-Request" in request.headers else "orders/pay.html"
    context = standing(found)
    with timezone.override(context["orders"][0].merchant.time_zone):
        return render(request, template, context)


def act(request: HttpRequest, found: Checkout) -> HttpResponse:
    """Pay by the sandbox, lead to the page of a provider (or back to it), or give such a page up."""
    form, waiting, at = PayForm(request.POST), hosted.on_page(found) if hosted.is_offered() else None, clock.now()
    address = ""
    if form.is_valid():
        take(request, found, form.cleaned_data["source"])
    elif "give_up" in request.POST and waiting:
        hosted.give_up(waiting, at=at)
    elif "page" in request.POST and hosted.is_offered():
        address = hosted.address(waiting) if waiting else open_page(request, found)
    return redirect(address) if address else redirect("orders:pay", found.code)


def open_page(request: HttpRequest, found: Checkout) -> str:
    try:
        return hosted.open_page(found, title=_("Your order at Chengfeng"), at=clock.now())
    except payment.PaymentRefused:
        return ""
    except hosted.NoPage:
        messages.error(request, _("Paying by card is not possible just now. Nothing was charged; please try again."))
        return ""


def come_back(request: HttpRequest, found: Checkout) -> None:
    """Look at once what became of the payment whose page the shopper comes back from."""
    if "back" in request.GET and hosted.is_offered():
        waiting = hosted.on_page(found)
        if waiting and waiting.code == request.GET["back"]:
            hosted.look(waiting, at=clock.now())


def take(request: HttpRequest, found: Checkout, source: str) -> None:
    try:
        begun = payment.begin(found, provider=SANDBOX, method="credit_card", at=clock.now())
    except payment.PaymentRefused:
        return
    asked = payment.ask(begun, source=source, at=clock.now())
    if asked.state == asked.State.FAILED:
        messages.error(request, _("The payment was declined. Nothing was charged; please try again."))


def providers() -> Mapping[str, str]:
    return settings.PAYMENT_PROVIDERS


def standing(found: Checkout) -> dict:
    """Return the orders of a checkout, what is left to pay, and the one word for where it stands."""
    orders = list(found.orders.select_related("merchant").prefetch_related("lines__product").order_by("pk"))
    states = {order.state for order in orders}
    waiting = payment.pending(found)
    if waiting:
        word = "pending"
    elif payment.is_authorised(found):
        word = "authorised"
    elif OrderState.PLACED in states:
        word = "open"
    else:
        word = "cancelled" if states == {OrderState.CANCELLED} else "paid"
    return {
        "checkout": found,
        "orders": orders,
        "word": word,
        "left": sum(payment.left_by_order(found, at=clock.now()).values()) if word == "open" else 0,
        "expires_at": orders[0].expires_at,
        "sources": [(source, *texts) for source, texts in SOURCE_TEXTS.items() if SANDBOX in providers()],
        "has_page": hosted.is_offered(),
        "on_page": hosted.on_page(found) if waiting and hosted.is_offered() else None,
    }
