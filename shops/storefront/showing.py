"""What the public may see: open shops, products on sale, published notes – loaded so that showing asks no more."""

from django.db.models import Exists, F, OuterRef, Prefetch, Q, QuerySet, Subquery

from shops.models import Category, Merchant, Note, NoteProduct, Product, Variant

ON_SALE = Q(state=Product.State.ACTIVE, merchant__state=Merchant.State.OPEN)
ON_SHELF = Variant.objects.filter(is_active=True).order_by("price", "pk")


def shops() -> QuerySet[Merchant]:
    """Return the shops that are open."""
    return Merchant.objects.filter(state=Merchant.State.OPEN)


def products(among: QuerySet[Product] | None = None) -> QuerySet[Product]:
    """Return the products on sale, each with its merchant, lowest `price`, that variant's `list_price`, `is_in_stock`.

    A product without an active variant has nothing to sell and is not shown.
    """
    cheapest = ON_SHELF.filter(product=OuterRef("pk"))
    in_stock = ON_SHELF.filter(product=OuterRef("pk"), on_hand__gt=F("reserved"))
    shown = (Product.objects.all() if among is None else among).filter(ON_SALE)
    return (
        shown.select_related("merchant")
        .annotate(
            price=Subquery(cheapest.values("price")[:1]),
            list_price=Subquery(cheapest.values("list_price")[:1]),
            is_in_stock=Exists(in_stock),
        )
        .filter(price__isnull=False)
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
    tags = NoteProduct.objects.filter(product__state=Product.State.ACTIVE).select_related("product")
    return shown.prefetch_related(Prefetch("tags", tags))


def tagged(note: Note) -> QuerySet[Product]:
    """Return the products on sale that a note tags, in their places, with variants."""
    place = NoteProduct.objects.filter(note=note, product=OuterRef("pk")).values("place")[:1]
    return with_variants(products(Product.objects.filter(notes=note)).order_by(Subquery(place), "pk"))


def categories() -> QuerySet[Category]:
    """Return the top categories in their order."""
    return Category.objects.filter(parent=None).order_by("pk")


def branch(category: Category) -> QuerySet[Category]:
    """Return a category and those up to two levels below it."""
    return Category.objects.filter(Q(pk=category.pk) | Q(parent=category.pk) | Q(parent__parent=category.pk))


def categories_of(merchant: Merchant) -> QuerySet[Category]:
    """Return the categories in which a shop has something on sale."""
    on_sale = Product.objects.filter(ON_SALE, merchant=merchant)
    return Category.objects.filter(pk__in=on_sale.values("category")).order_by("pk")
