"""What the console lists of shipping: live templates with their rates, and products to send by them."""

from django.db.models import Count, Prefetch, Q, QuerySet

from ..catalogue import listing
from ..catalogue.models import Product
from ..people.models import Merchant
from ..tenancy import own
from .models import ShippingRate, ShippingTemplate


def templates(merchant: Merchant) -> QuerySet[ShippingTemplate]:
    """Return the live templates with their rates, the default first; `products` counts what is assigned to each."""
    rows = own(ShippingTemplate, merchant).filter(archived_at=None).order_by("-is_default", "name", "pk")
    in_order = ShippingRate.objects.select_related("template").order_by("position", "pk")
    return rows.prefetch_related(Prefetch("rates", in_order))


def counted(merchant: Merchant) -> list[ShippingTemplate]:
    """Return the templates, each with `products`: how many are assigned to it."""
    assigned = own(Product, merchant).filter(shipping_template__isnull=False).values("shipping_template")
    numbers = dict(assigned.annotate(number=Count("pk")).values_list("shipping_template", "number"))
    found = list(templates(merchant))
    for template in found:
        template.products = numbers.get(template.pk, 0)
    return found


def products(merchant: Merchant, template: ShippingTemplate, *, q: str = "", which: str = "") -> QuerySet[Product]:
    """Return goods of the merchant by words and by the template they are sent by: `this`, `default` or `other`."""
    found = listing.products(merchant, q=q).filter(is_service=False).exclude(state=Product.State.ARCHIVED)
    wanted = {
        "this": Q(shipping_template=template),
        "default": Q(shipping_template=None),
        "other": Q(shipping_template__isnull=False) & ~Q(shipping_template=template),
    }
    return found.filter(wanted.get(which, Q())).select_related("category", "shipping_template")
