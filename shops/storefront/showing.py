"""What the public may see: open shops, products on sale, published notes – loaded so that showing asks no more."""

from django.db.models import Count, Exists, F, OuterRef, Prefetch, QuerySet, Subquery

from shops.models import Category, Merchant, Note, NoteProduct, Product, Variant

ON_SHELF = Variant.objects.filter(is_active=True).order_by("price", "pk")


def shops() -> QuerySet[Merchant]:
    """Return the shops that are open."""
    return Merchant.objects.filter(state=Merchant.State.OPEN)


def currencies() -> list[str]:
    """Return the currencies of the open shops, that of the most leading."""
    shared = shops().order_by().values("currency").annotate(shops=Count("pk"))
    return [each["currency"] for each in shared.order_by("-shops", "currency")]


def products() -> QuerySet[Product]:
    """Return the products on sale, ready for their cards: those of open shops that have an active variant."""
    on_sale = Product.objects.filter(
        Exists(ON_SHELF.filter(product=OuterRef("pk"))),
        state=Product.State.ACTIVE, merchant__state=Merchant.State.OPEN,
    )  # fmt: skip
    return priced(on_sale)


def priced(shown: QuerySet[Product]) -> QuerySet[Product]:
    """Give each product its merchant, its lowest `price`, the `list_price` beside that, and `is_in_stock`."""
    offered = ON_SHELF.filter(product=OuterRef("pk"))
    return shown.select_related("merchant").annotate(
        price=Subquery(offered.values("price")[:1]),
        list_price=Subquery(offered.values("list_price")[:1]),
        is_in_stock=Exists(offered.filter(on_hand__gt=F("reserved"))),
    )


def with_variants(shown: QuerySet[Product]) -> QuerySet[Product]:
    """Load the active variants too, cheapest first."""
    return shown.prefetch_related(Prefetch("variants", ON_SHELF))


def notes() -> QuerySet[Note]:
    """Return the published notes of open shops, newest first, each with its merchant."""
    visible = Note.objects.filter(state=Note.State.PUBLISHED, merchant__state=Merchant.State.OPEN)
    return visible.select_related("merchant").order_by("-published_at", "-pk")


def with_tags(shown: QuerySet[Note]) -> QuerySet[Note]:
    """Load the names of the tagged products that are on sale too, in their places."""
    sold = Exists(ON_SHELF.filter(product=OuterRef("product")))
    tags = NoteProduct.objects.filter(sold, product__state=Product.State.ACTIVE).select_related("product")
    return shown.prefetch_related(Prefetch("tags", tags))


def tagged(note: Note) -> QuerySet[Product]:
    """Return the products on sale that a note tags, in their places, with variants."""
    place = NoteProduct.objects.filter(note=note, product=OuterRef("pk")).values("place")[:1]
    return with_variants(products().filter(notes=note).order_by(Subquery(place), "pk"))


def categories() -> QuerySet[Category]:
    """Return the top categories in their order."""
    return Category.objects.filter(parent=None).order_by("pk")


def categories_of(merchant: Merchant) -> QuerySet[Category]:
    """Return the categories in which a shop has something on sale."""
    return Category.objects.filter(pk__in=products().filter(merchant=merchant).values("category")).order_by("pk")
