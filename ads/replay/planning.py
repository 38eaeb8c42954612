"""Plans: what the members of a campaign say of where it would be shown, what it would bid, and for which ads."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db.models import Min, Q

from shops.models import Merchant, Note, Product

from ..models import Ad, AdGroup, Campaign, Steering
from ..prediction import AdFacts

NEWCOMER = -1  # the number of what does not exist yet
LISTS = ("keywords", "categories", "products", "notes")


@dataclass(frozen=True, slots=True)
class Creative:
    """An ad of a plan: what predictions know of it, and the text by which searches find it."""

    facts: AdFacts
    title: str


@dataclass(frozen=True, slots=True)
class Plan:
    """A campaign as a forecast holds it; `campaign` is the one that it would replace, NEWCOMER without one.

    `multiplier` is that by which steering has come to change the bids of that campaign, None where it has not.
    """

    merchant: Merchant
    campaign: int
    mode: str
    bid: Decimal | None
    target: Decimal | None
    is_settled: bool
    daily_budget: Decimal
    placements: frozenset[str]
    hours: str
    modifiers: Mapping[str, int] = field(default_factory=dict)
    keywords: tuple[tuple[str, str], ...] = ()
    categories: frozenset[str] = frozenset()
    is_everywhere: bool = True
    creatives: tuple[Creative, ...] = ()
    multiplier: float | None = None


def plan_of(merchant: Merchant, spec: Mapping[str, Any]) -> Plan:
    """Return what a spec says: members by name as changes keep them, and under `campaign` the code of one, if any.

    What a spec leaves out of a campaign's groups is as it is.
    """
    campaign = Campaign.objects.filter(merchant=merchant, code=spec.get("campaign") or "").first()
    groups = _groups(campaign, spec)
    parts = {name: [each for group in groups for each in group.get(name) or ()] for name in LISTS}
    is_roi = spec["bid_mode"] == Campaign.BidMode.TARGET_ROI
    target = spec.get("target_roi" if is_roi else "target_cost")
    return Plan(
        merchant=merchant, campaign=campaign.pk if campaign else NEWCOMER, mode=spec["bid_mode"],
        bid=Decimal(spec["bid"]) if spec.get("bid") else None, target=Decimal(target) if target else None,
        is_settled=spec.get("roi_on") == Campaign.RoiOn.SETTLED, daily_budget=Decimal(spec["daily_budget"]),
        placements=frozenset(spec["placements"]), hours=spec["hours"], modifiers=_modifiers(campaign, spec),
        keywords=tuple((text, match) for text, match, *_bid in parts["keywords"]),
        categories=frozenset(parts["categories"]),
        is_everywhere=any(not group.get("keywords") and not group.get("categories") for group in groups),
        creatives=(
            *_of_products(merchant, campaign, parts["products"]), *_of_notes(merchant, campaign, parts["notes"])
        ),
        multiplier=_multiplier(campaign, spec["bid_mode"]),
    )  # fmt: skip


def _multiplier(campaign: Campaign | None, mode: str) -> float | None:
    steering = campaign and mode == campaign.bid_mode and Steering.objects.filter(campaign=campaign).first()
    return steering.multiplier if steering else None


def _groups(campaign: Campaign | None, spec: Mapping[str, Any]) -> list[dict[str, list]]:
    """Return the lists of each group as they would be."""
    if campaign is None:
        return [{name: spec.get(name) or [] for name in LISTS}]
    rows = campaign.groups.filter(state=AdGroup.State.ACTIVE)
    rows = rows.prefetch_related("keywords", "categories", "ads__product", "ads__note")
    found = {group.code: _lists(group) for group in rows}
    for member, value in spec.items():
        kind, _, rest = member.partition(".")
        code, _, name = rest.partition(".")
        if kind == "groups" and name in LISTS and code in found:
            found[code][name] = value or []
    return list(found.values()) or [{}]


def _lists(group: AdGroup) -> dict[str, list]:
    ads = [ad for ad in group.ads.all() if ad.state == Ad.State.ACTIVE]
    return {
        "keywords": [(word.text, word.match) for word in group.keywords.all()],
        "categories": [category.slug for category in group.categories.all()],
        "products": [ad.product.code for ad in ads if ad.note is None],
        "notes": [ad.note.code for ad in ads if ad.note],
    }


def _modifiers(campaign: Campaign | None, spec: Mapping[str, Any]) -> dict[str, int]:
    if "modifiers" in spec or campaign is None:
        return dict(spec.get("modifiers") or {})
    return dict(campaign.modifiers.values_list("placement", "percent"))


def _of_products(merchant: Merchant, campaign: Campaign | None, codes: Iterable[str]) -> list[Creative]:
    ads = _known(campaign).filter(note=None).values_list("product", "pk") if campaign else ()
    known = dict(ads)
    return [_creative(product, known.get(product.pk), campaign) for product in _priced(merchant).filter(code__in=codes)]


def _of_notes(merchant: Merchant, campaign: Campaign | None, codes: Iterable[str]) -> list[Creative]:
    """Return the ads of notes, each of which leads to the first product that it tags."""
    notes = Note.objects.filter(merchant=merchant, code__in=codes, tags__isnull=False).distinct()
    leads = {note.pk: note.tags.all()[0].product_id for note in notes.prefetch_related("tags")}
    known = dict(_known(campaign).exclude(note=None).values_list("note", "pk")) if campaign else {}
    products = _priced(merchant).in_bulk(leads.values())
    return [_creative(products[product], known.get(note), campaign, note=note) for note, product in leads.items()]


def _known(campaign: Campaign):
    return Ad.objects.filter(campaign=campaign, state=Ad.State.ACTIVE)


def _priced(merchant: Merchant):
    least = Min("variants__price", filter=Q(variants__is_active=True))
    return Product.objects.filter(merchant=merchant).annotate(least=least).order_by("pk")


def _creative(product: Product, ad: int | None, campaign: Campaign | None, *, note: int | None = None) -> Creative:
    facts = AdFacts(
        ad=ad or NEWCOMER, group=NEWCOMER, campaign=campaign.pk if campaign else NEWCOMER,
        merchant=product.merchant_id, product=product.pk, category=product.category_id, brand=product.brand,
        price=product.least, note=note,
    )  # fmt: skip
    return Creative(facts, f"{product.title} {product.title_en} {product.brand}")
