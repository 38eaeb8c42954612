"""What the public may see: open shops, products on sale, published notes, ready to be shown without more queries."""

from django.db.models import Prefetch, Q, QuerySet

from shops.models import Category, Merchant, Note, NoteProduct, Product, Variant

ON_SALE = Q(state=Product.State.ACTIVE, merchant__state=Merchant.State.OPEN)


def shops() -> QuerySet[Merchant]:
    """Return the shops that are open."""
    return Merchant.objects.filter(state=Merchant.State.OPEN)


def products() -> QuerySet[Product]:
    """Return the products on sale, with merchant and active variants at hand (cheapest first)."""
    return with_variants(Product.objects.filter(ON_SALE))


def with_variants(products: QuerySet[Product]) -> QuerySet[Product]:
    """Return products with their merchant and active variants (cheapest first) loaded."""
    active = Variant.objects.filter(is_active=True).order_by("price", "pk")
    return products.select_related("merchant").prefetch_related(Prefetch("variants", active))


def notes() -> QuerySet[Note]:
    """Return the published notes of open shops, newest first, with merchant and tagged products on sale at hand."""
    on_sale = Q(product__state=Product.State.ACTIVE)
    tags = NoteProduct.objects.filter(on_sale).select_related("product").order_by("place", "pk")
    visible = Note.objects.filter(state=Note.State.PUBLISHED, merchant__state=Merchant.State.OPEN)
    return visible.select_related("merchant").prefetch_related(Prefetch("tags", tags)).order_by("-published_at", "-pk")


def categories() -> QuerySet[Category]:
    """Return the top categories by name."""
    return Category.objects.filter(parent=None).order_by("pk")


def within(category: Category) -> QuerySet[Category]:
    """Return a category with everything below it (the tree is three levels deep at most)."""
    return Category.objects.filter(Q(pk=category.pk) | Q(parent=category.pk) | Q(parent__parent=category.pk))
