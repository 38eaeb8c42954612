"""The till: address, order, payment."""

from datetime import timedelta

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from chengfeng import clock, jobs
from chengfeng.typed import visible
from shops.catalogue import stock
from shops.delivery import places
from shops.delivery.rates import Destination

from .. import cart, hosted, mine, payment, reconcile, sealing
from ..addresses import book, checking
from ..checkout import Contact, NothingWanted, NotServed, QuoteChanged, QuoteUsed, place_cart
from ..forms import SOURCE_TEXTS, ContactForm, PayForm
from ..models import Checkout
from ..moves import OrderState
from . import coupons

SANDBOX = "sandbox"
LONG = timedelta(minutes=1)  # after so long of waiting the page asks less often, and says that one need not stay


@require_http_methods(["GET", "HEAD", "POST"])
def checkout(request: HttpRequest) -> HttpResponse:
    """Ask for the address and place what can be bought of the cart in one currency; `refresh` only counts anew."""
    request.keeps_shopper = True
    section = chosen(request)
    if section is None or not section.bought:
        return nothing_to_buy(request)
    is_sent = request.method == "POST" and "refresh" not in request.POST
    initial = {"country": places.home(section.currency)} | who(request) | request.POST.dict()
    form = ContactForm(request.POST if is_sent else None, needs_address=section.needs_address, initial=initial)
    changes: list[str] = []
    if form.is_valid():
        placed = try_to_place(request, section.currency, form, changes)
        if placed:
            return placed
        section = chosen(request)
        if section is None or not section.bought:
            return nothing_to_buy(request)
    return render(request, "orders/checkout.html", shown(request, section, form) | {"changes": changes})


def chosen(request: HttpRequest) -> cart.Section | None:
    """Return the part of the cart in the currency that the address names, or the first, priced as the form asks."""
    user = request.user if request.user.is_authenticated else None
    asked = {"user": user, "coupons": coupons.sent(request), "destination": destination(request)}
    sections = cart.contents(request.shopper, at=clock.now(), **asked)
    wanted = request.GET.get("currency")
    return next((section for section in sections if wanted in (None, "", section.currency)), None)


def destination(request: HttpRequest) -> Destination | None:
    """Return where the goods go as far as the form or the last address says."""
    known = request.POST if request.method == "POST" else who(request)
    place = checking.known({name: known.get(name, "") for name in ("country", "region")})
    is_enough = place["region"] or (place["country"] and not places.divisions(place["country"]))
    return Destination(place["country"], place["region"]) if is_enough else None


def shown(request: HttpRequest, section: cart.Section, form: ContactForm) -> dict:
    """Return what the page shows of a section, with the sealed quote that comes back when it is ordered."""
    code, said = cart.quote_code(cart.find(request.shopper), section.currency), messages_to_shops(request)
    return {
        "form": form,
        "book": getattr(request, "book", ()),
        "section": section,
        "parcels": [(parcel, said.get(parcel.merchant.slug, "")) for parcel in section.quote.parcels],
        "coupons": coupons.rows(section.quote),
        "refused": coupons.reasons(section.quote.refused, section.currency),
        "quote": sealing.seal(section.quote, code),
    }


def messages_to_shops(request: HttpRequest) -> dict[str, str]:
    """Return what the form says to each shop, by its slug."""
    prefix = "message-"
    said = {name.removeprefix(prefix): visible(text).strip()[:200] for name, text in request.POST.items()
            if name.startswith(prefix)}  # fmt: skip
    return {slug: text for slug, text in said.items() if text}


def who(request: HttpRequest) -> dict:
    """Return what is known of a buyer: the address chosen from the book, or its default, and the account's e-mail.

    Somebody with an account and without any address in the book finds the one of the last time.
    """
    user = request.user if request.user.is_authenticated else None
    if not hasattr(request, "book"):
        request.book = list(book.addresses(request.shopper, user))
    chosen = next((entry for entry in request.book if entry.code == request.GET.get("address")), None)
    entry = chosen or next((entry for entry in request.book if entry.is_default), None)
    if entry:
        return {"email": user.email if user else "", **{name: getattr(entry, name) for name in book.KEPT}}
    if user is None:
        return {}
    last = Checkout.objects.filter(user=user).order_by("-pk").values("email", *book.KEPT).first()
    known = {name: value for name, value in (last or {}).items() if value}
    return known or {"email": user.email, "recipient": user.name}


def keep(request: HttpRequest, form: ContactForm) -> None:
    """Put the address into the book where the shopper asked for it; a full book is no reason to stop."""
    if not form.cleaned_data.get("keep"):
        return
    user = request.user if request.user.is_authenticated else None
    try:
        book.save(shopper=request.shopper, user=user, values=form.entry(), at=clock.now())
    except book.BookFull:
        messages.warning(request, _("Your address book is full; this address was not kept."))


def nothing_to_buy(request: HttpRequest) -> HttpResponse:
    """Lead to what was placed a moment ago in another window, or to the cart."""
    placed = mine.last_unpaid(request)
    if request.method == "POST" and placed:
        return redirect("orders:pay", placed.code)
    return redirect("orders:cart")


def try_to_place(request: HttpRequest, currency: str, form: ContactForm, changes: list[str]) -> HttpResponse | None:
    """Place the cart and lead to its payment, or note on the form, and in `changes`, why that cannot be."""
    user = request.user if request.user.is_authenticated else None
    changed = _("Your cart has changed meanwhile; please look at it again before you order.")
    try:
        placed = place_cart(
            shopper=request.shopper, currency=currency, contact=Contact(**form.contact()), at=clock.now(),
            quote=sealing.unseal(request.POST.get("quote", "")), coupons=coupons.sent(request) or (),
            messages=messages_to_shops(request), user=user, language=get_language() or "",
        )  # fmt: skip
    except NothingWanted:
        return nothing_to_buy(request)
    except QuoteUsed as error:
        return redirect("orders:pay", error.checkout.code)
    except QuoteChanged as error:
        form.add_error(None, changed)
        changes += sealing.in_words(error.differences, currency)
    except NotServed as error:
        names = ", ".join(str(variant.product) for variant in error.variants)
        form.add_error(None, _("These goods are not sent to that address: %(names)s") % {"names": names})
    except stock.LimitReached as error:
        form.add_error(None, limit_in_words(error))
    except (sealing.QuoteRefused, stock.OutOfStock):
        form.add_error(None, changed)
    else:
        keep(request, form)
        return redirect("orders:pay", placed.code)
    return None


def limit_in_words(error: stock.LimitReached) -> str:
    if not error.may_still:
        return _("You have bought as many of a good in a flash sale as one may.")
    return _("You may buy %(n)d more of a good in a flash sale.") % {"n": error.may_still}


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
    if form.is_valid() and SANDBOX in settings.SHOPPERS_PAY_BY:
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
    if asked.state == asked.State.PENDING:
        jobs.enqueue("reconcile_payments", at=asked.created_at + reconcile.PATIENCE)
    if asked.state == asked.State.FAILED:
        messages.error(request, _("The payment was declined. Nothing was charged; please try again."))


def standing(found: Checkout) -> dict:
    """Return the orders of a checkout, what is left to pay, and the one word for where it stands."""
    orders = list(found.orders.select_related("merchant", "presale").prefetch_related("lines__product").order_by("pk"))
    states = {order.state for order in orders}
    waiting, lefts = payment.pending(found), payment.left_by_order(found, at=clock.now())
    if waiting:
        word = "pending"
    elif payment.is_authorised(found):
        word = "authorised"
    elif lefts:
        word = "open"
    elif OrderState.DEPOSIT in states:
        word = "deposit"
    else:
        word = "cancelled" if states == {OrderState.CANCELLED} else "paid"
    return {
        "checkout": found,
        "orders": orders,
        "word": word,
        "left": sum(lefts.values()) if word == "open" else 0,
        "expires_at": orders[0].expires_at,
        "sources": [(source, *texts) for source, texts in SOURCE_TEXTS.items() if SANDBOX in settings.SHOPPERS_PAY_BY],
        "has_page": hosted.is_offered(),
        "asked_at": waiting[0].created_at if waiting else None,
        "is_long": bool(waiting) and waiting[0].created_at <= clock.now() - LONG,
        "has_vouchers": word == "paid"
        and any(line.product.is_service for order in orders for line in order.lines.all()),
        "on_page": hosted.on_page(found) if waiting and hosted.is_offered() else None,
    }
