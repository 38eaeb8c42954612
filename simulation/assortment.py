"""Fill a shop's shelves: titles, texts, prices, variants and pictures of its products."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import product as combinations
from random import Random

from chengfeng.money import round_money
from simulation.barcodes import ean13
from simulation.colouring import compose
from simulation.pricing import tag
from simulation.specs import ProductSpec, VariantSpec
from simulation.words.categories import TREE
from simulation.words.english import counted, in_english, sentence
from simulation.words.kinds import KINDS, Kind, Pair
from simulation.words.options import AXES, COLOURS, TINTS
from simulation.words.prose import DESCRIPTIONS
from simulation.words.shops import Shop

TOP_OF = {child[0]: top[0] for top, children in TREE.items() for child in children}
SERVICES = {"travel", "local"}

# Kinds that are spoken of differently from the rest of their top category, by category or motif.
OWN_TOPICS = {
    "shoes": "shoes",
    "sneaker": "shoes",
    "fragrance": "scent",
    "plants-flowers": "plants",
    "small-appliances": "appliances",
    "hairdryer": "appliances",
    "luggage": "accessories",
}
MOST_VARIANTS = 9


@dataclass(frozen=True)
class Stocked:
    """A product together with the words it was made from, for the posts and campaigns about it."""

    product: ProductSpec
    kind: Kind
    feature: Pair
    style: Pair
    colour: str

    @property
    def topic(self) -> str:
        return topic_of(self.kind)

    @property
    def is_service(self) -> bool:
        return self.topic in SERVICES


@dataclass(frozen=True)
class Choice:
    """One combination of options and what it does to the price."""

    options: dict[str, str]
    options_en: dict[str, str]
    factor: float


def topic_of(kind: Kind) -> str:
    """Return which sentences suit `kind`: its top category, or a topic of its own."""
    return OWN_TOPICS.get(kind.motif) or OWN_TOPICS.get(kind.category) or TOP_OF[kind.category]


def fill_shelves(shop: Shop, rng: Random, barcodes: Iterator[int]) -> list[Stocked]:
    """Return up to `shop.shelf` products of different titles, spread over the shop's kinds."""
    level = rng.lognormvariate(0, 0.15)
    names = _names(shop, rng)[: shop.shelf]
    return [_stock(shop, number, name, level, rng, barcodes) for number, name in enumerate(names, 1)]


def _names(shop: Shop, rng: Random) -> list[tuple[Kind, Pair, Pair]]:
    """Deal names from the shop's kinds in turn, so that every kind is on the shelf."""
    decks = []
    for kind in KINDS:
        if kind.category in shop.categories:
            deck = [(kind, *words) for words in combinations(kind.features, kind.styles)]
            rng.shuffle(deck)
            decks.append(deck)
    rounds = max(len(deck) for deck in decks)
    return [deck[turn] for turn in range(rounds) for deck in decks if turn < len(deck)]


def _stock(shop: Shop, number: int, name, level: float, rng: Random, barcodes: Iterator[int]) -> Stocked:
    kind, feature, style = name
    external_id = f"{shop.slug.split('-')[0].upper()}-{number:04d}"
    colours = _colours(kind, rng)
    colour = colours[0][2] if colours else rng.choice(TINTS[kind.colours])
    brand = rng.choice(shop.brands)
    description = _describe(kind, feature, style, rng)
    product = ProductSpec(
        external_id=external_id,
        title=feature[0] + style[0] + kind.noun[0],
        title_en=sentence(f"{style[1]} {feature[1]} {kind.noun[1]}"),
        description=description[0],
        description_en=description[1],
        category_slug=kind.category,
        brand=brand[0],
        brand_en=brand[1],
        variants=tuple(_variants(external_id, shop, kind, _choices(kind, colours, rng), level, rng, barcodes)),
        appeal=round(rng.lognormvariate(0, 1.0), 4),
        picture=compose("product", (kind.motif,), (colour,), rng),
    )
    return Stocked(product, kind, feature, style, colour)


def _describe(kind: Kind, feature: Pair, style: Pair, rng: Random) -> Pair:
    openings, details = DESCRIPTIONS[topic_of(kind)]
    chosen = [rng.choice(openings), *rng.sample(details, 2)]
    words = {"noun": kind.noun[0], "feature": feature[0], "style": style[0]}
    words_en = {"noun": counted(kind.noun[1]), "feature": feature[1], "style": style[1]}
    chinese = "".join(text[0].format(**words) for text in chosen)
    return chinese, " ".join(in_english(text[1], words_en) for text in chosen)


def _colours(kind: Kind, rng: Random) -> list[tuple[str, str, str]]:
    if "colour" not in kind.axes:
        return []
    return rng.sample(COLOURS[kind.colours], rng.choices((1, 2, 3), (5, 5, 3))[0])


def _choices(kind: Kind, colours: list[tuple[str, str, str]], rng: Random) -> list[Choice]:
    """Cross the colours with a run of the kind's other axis, at most nine together."""
    rows = [Choice({"颜色": c[0]}, {"Colour": c[1].replace("_", " ")}, 1) for c in colours] or [Choice({}, {}, 1)]
    for axis in kind.axes:
        if axis != "colour":
            rows = list(_cross(rows, axis, rng))
    return rows


def _cross(rows: list[Choice], axis: str, rng: Random) -> Iterator[Choice]:
    name, name_en, values = AXES[axis]
    length = min(rng.randint(2, len(values)), MOST_VARIANTS // len(rows))
    start = rng.randint(0, len(values) - length)
    for row in rows:
        for value, value_en, factor in values[start : start + length]:
            yield Choice({**row.options, name: value}, {**row.options_en, name_en: value_en}, row.factor * factor)


def _variants(
    external_id, shop: Shop, kind: Kind, choices, level: float, rng: Random, barcodes
) -> Iterator[VariantSpec]:
    base = kind.price * level * rng.lognormvariate(0, 0.34)
    markdown = rng.uniform(1.15, 1.5) if rng.random() < 0.35 else None
    coded = topic_of(kind) not in SERVICES and rng.random() < 0.85
    for number, choice in enumerate(choices, 1):
        price = tag(base * choice.factor, shop.currency)
        before = tag(base * choice.factor * markdown, shop.currency) if markdown else price
        yield VariantSpec(
            sku=f"{external_id}-{number}",
            options=choice.options,
            options_en=choice.options_en,
            price=price,
            list_price=before if before > price else None,
            cost=_cost(external_id, price, shop.currency),
            gtin=ean13(next(barcodes)) if coded else "",
            stock=_stock_level(rng),
        )


def _cost(external_id: str, price: Decimal, currency: str) -> Decimal | None:
    """Return what a unit costs the merchant, for nine products in ten."""
    rng = Random(f"cost of {external_id}")
    return round_money(price * Decimal(rng.uniform(0.35, 0.7)), currency) if rng.random() < 0.9 else None


def _stock_level(rng: Random) -> int:
    return 0 if rng.random() < 0.03 else min(int(rng.lognormvariate(3.9, 0.9)) + 1, 900)
