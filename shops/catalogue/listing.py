"""What the console lists of a merchant's catalogue, by words, state, category and stock."""

from django.db.models import Exists, F, OuterRef, Prefetch, Q, QuerySet

from ..people.models import Merchant
from ..tenancy import own
from .categories import branch
from .models import LOW, Category, ImportRun, Product, Variant
from .search import LexemeQuery, query_text

ON_SALE = Variant.objects.filter(product=OuterRef("pk"), is_active=True)
SHORT = {
    "none": ~Exists(ON_SALE.filter(on_hand__gt=F("reserved"))),
    "low": Exists(ON_SALE.filter(on_hand__lte=F("reserved") + LOW)),
}


def products(
    merchant: Merchant, *, q: str = "", state: str = "", category: Category | None = None, stock: str = ""
) -> QuerySet[Product]:
    """Return the merchant's products, last changed first, with variants; `q` are words, an own number or a SKU."""
    found = own(Product, merchant).select_related("category").order_by("-updated_at", "-pk")
    if q:
        found = found.filter(_words(q))
    if state:
        found = found.filter(state=state)
    if category:
        found = found.filter(category__in=branch(category))
    if stock:
        found = found.filter(SHORT[stock])
    return found.defer("description", "description_en", "search").prefetch_related(
        Prefetch("variants", Variant.objects.order_by("pk"))
    )


def imports(merchant: Merchant) -> QuerySet[ImportRun]:
    """Return the merchant's import runs, newest first."""
    return own(ImportRun, merchant).select_related("job", "requested_by").order_by("-pk")


def _words(q: str) -> Q:
    numbers = Q(external_id__istartswith=q) | Exists(Variant.objects.filter(product=OuterRef("pk"), sku__istartswith=q))
    lexemes = query_text(q)
    return Q(numbers) | Q(search=LexemeQuery(lexemes)) if lexemes else Q(numbers)
