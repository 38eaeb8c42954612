"""Finding products by words, Chinese and English: how a product is indexed and how a query reads the index.

Both sides cut text into the same lexemes, Chinese by a dictionary and everything else at spaces and punctuation, and
hand them to PostgreSQL ready-made, so that no locale of a database parses them differently.
"""

import re
from collections.abc import Iterator
from functools import cache, lru_cache
from itertools import islice
from threading import Lock

from django.conf import settings
from django.contrib.postgres.search import SearchQuery, SearchRank
from django.db.models import Exists, F, OuterRef, QuerySet

from ..people.models import Merchant
from .categories import branch
from .models import Category, Product, Variant

WORD = re.compile(r"[\u3400-\u9fff]+|[^\W_]+")
MAX_LEXEMES = 1500
MAX_QUERY_WORDS = 12
MAX_LENGTH = 40
_loading = Lock()


class LexemeQuery(SearchQuery):
    """A search query in PostgreSQL's own notation, cast instead of parsed."""

    def as_sql(self, compiler, connection, function=None, template=None):
        return "%s::tsquery", [self.source_expressions[-1].value]


def search_products(
    q: str = "", *, category: Category | None = None, merchant: Merchant | None = None
) -> QuerySet[Product]:
    """Return the products on sale in open shops, best match first, newest first among equals.

    Words are joined by AND, and the beginning of a Latin word is enough. A category includes all below it.
    """
    found = Product.objects.filter(
        Exists(Variant.objects.filter(product=OuterRef("pk"), is_active=True)),
        state=Product.State.ACTIVE, merchant__state=Merchant.State.OPEN,
    )  # fmt: skip
    if category:
        found = found.filter(category__in=branch(category))
    if merchant:
        found = found.filter(merchant=merchant)
    return matching(found, q)


def matching(products: QuerySet[Product], q: str) -> QuerySet[Product]:
    """Keep the products that have all words of `q`, ranked; all of them, newest first, when it has no words."""
    if not q.strip():
        return products.order_by("-created_at", "-pk")
    query = query_text(q)
    if not query:
        return products.none()
    asked = LexemeQuery(query)
    ranked = products.filter(search=asked).annotate(rank=SearchRank(F("search"), asked))
    return ranked.order_by("-rank", "-created_at", "-pk")


def index_text(product: Product) -> str:
    """Return the search vector of a product in PostgreSQL's notation: names weigh most, descriptions least."""
    category = product.category
    weighted = (
        (f"{product.title} {product.title_en}", "A"),
        (f"{product.brand} {category.name if category else ''} {category.name_en if category else ''}", "B"),
        (f"{product.description} {product.description_en}", "D"),
    )
    lexemes = ((lexeme, weight) for text, weight in weighted for lexeme in cut(text))
    return " ".join(f"'{lexeme}':{at}{weight}" for at, (lexeme, weight) in enumerate(islice(lexemes, MAX_LEXEMES), 1))


def query_text(q: str) -> str:
    """Return what somebody typed as a tsquery: all words, Latin ones by their beginning; empty without words."""
    terms = (term for run in WORD.findall(q.casefold()) for term in _terms(run))
    return " & ".join(islice(terms, MAX_QUERY_WORDS))


def cut(text: str) -> Iterator[str]:
    """Yield the lexemes of a text, Chinese words with the words inside them."""
    for run in WORD.findall(text.casefold()):
        if _is_chinese(run):
            yield from _words(run)
        else:
            yield run[:MAX_LENGTH]


def _terms(run: str) -> Iterator[str]:
    if _is_chinese(run):
        return (f"'{word}'" for word in _dictionary().cut(run[:MAX_LENGTH], HMM=False))
    beginnings = {run[:MAX_LENGTH], _singular(run[:MAX_LENGTH])}
    alternatives = " | ".join(f"'{word}':*" for word in sorted(beginnings))
    return iter([f"({alternatives})"])


def _singular(word: str) -> str:
    """Drop the plural of an English word, so that `dresses` finds a dress."""
    if len(word) > 4 and word.endswith(("ches", "shes", "sses", "xes", "zes")):
        return word[:-2]
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word


def _is_chinese(run: str) -> bool:
    return "\u3400" <= run[0] <= "\u9fff"


@lru_cache(maxsize=8192)
def _words(run: str) -> tuple[str, ...]:
    return tuple(word[:MAX_LENGTH] for word in _dictionary().cut_for_search(run, HMM=False))


def _dictionary():
    with _loading:
        return _load_dictionary()


@cache
def _load_dictionary():
    """Load the dictionary on first use: it takes a second and 80 MB, and many processes never need it."""
    import jieba

    jieba.setLogLevel("ERROR")
    settings.VAR_DIR.mkdir(exist_ok=True)
    tokenizer = jieba.Tokenizer()
    tokenizer.tmp_dir = str(settings.VAR_DIR)
    tokenizer.initialize()
    return tokenizer
