"""Fills the demo marketplace: merchants, people, catalogue by import, notes, campaigns, brands under way."""

import csv
import io
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.core.files.base import ContentFile
from tqdm import tqdm

from ads import partitions
from ads.campaigns import create_campaign, set_states
from shops import tenancy
from shops.catalogue.importing import import_file
from shops.models import Category, Merchant, Note, NoteProduct, Product, User
from shops.people.rights import Right
from shops.tenancy import Access

from . import brands, marketplace, people
from .feed import feed
from .furnishing import banking, delivery, promotions, rates, seasons, services
from .history import DAYS, ZONE
from .living import regular
from .pictures import draw
from .specs import CampaignSpec, CategorySpec, MerchantSpec, NoteSpec
from .state import State
from .truth import festival

MOST_ADS = 60  # of one campaign
MANAGED = 9  # shops that lend rights to the key-account manager
SPA = "anran-spa"
KEYWORD_BID = Decimal("1.2")  # times the campaign's


def fill(memory: State, *, now: datetime) -> None:
    """Fill an empty database as of ninety days before `now`, and remember keys and logins."""
    first = (now.astimezone(ZONE) - timedelta(days=DAYS - 1)).date()
    opening = datetime.combine(first, datetime.min.time(), ZONE)
    plan = marketplace.build()
    partitions.ensure(first - timedelta(days=1), now.date() + timedelta(days=7))
    categories = plant(plan.categories)
    operator, manager = people.operator(), people.ka_manager()
    rates.set_by_category(categories, by=operator, at=opening)
    for number, spec in enumerate(tqdm(plan.merchants, desc="merchants", unit="shop")):
        merchant = open_shop(spec, at=opening)
        owner = people.person(f"{spec.slug}@demo.example", f"{spec.name}店主")
        if number == 0:
            memory.logins += people.staff(merchant, at=opening)
        else:
            people.own(merchant, owner, at=opening)
        if number < MANAGED:
            people.lend(merchant, manager, by=owner, at=opening, until=people.in_a_year(now))
        stock_shelves(merchant, spec, at=opening)
        furnish(merchant, by=operator, at=opening)
        publish_notes(merchant, spec.notes, now=now)
        for campaign in spec.campaigns:
            start(Access(merchant, frozenset(Right), user=owner), campaign, categories, at=opening)
        memory.tokens[spec.slug] = people.program(merchant, by=owner, at=opening)
    promotions.give_by_platform(operator, festival=festival(opening, now), at=opening)
    seasons.name(operator, opening=opening, now=now)
    brands.bring_in(manager, now=now)
    regular.move_in(at=opening)
    memory.logins += [
        people.login(manager.email, "key-account manager"),
        people.login(operator.email, "operator (/admin/)"),
        people.login(people.approver().email, "operator who approves"),
        people.login(f"{SPA}@demo.example", "owner of a spa"),
        people.login(people.shopper().email, "shopper"),
    ]
    memory.kind, memory.first_day = "demo", first.isoformat()


def plant(tree: tuple[CategorySpec, ...]) -> dict[str, Category]:
    """Plant the category tree; parents come before their children."""
    planted: dict[str, Category] = {}
    for spec in tree:
        fields = {"name": spec.name, "name_en": spec.name_en, "parent": planted.get(spec.parent_slug)}
        planted[spec.slug] = Category.objects.get_or_create(slug=spec.slug, defaults=fields)[0]
    return planted


def open_shop(spec: MerchantSpec, *, at: datetime) -> Merchant:
    names = ("name", "name_en", "kind", "city", "currency", "time_zone", "tagline", "tagline_en", "accent")
    fields = {name: getattr(spec, name) for name in names} | {"created_at": at}
    return Merchant.objects.get_or_create(slug=spec.slug, defaults=fields)[0]


def stock_shelves(merchant: Merchant, spec: MerchantSpec, *, at: datetime) -> None:
    """Draw the pictures, then bring the catalogue in as a feed, as any merchant would."""
    folder = settings.MEDIA_ROOT / "products" / spec.slug
    folder.mkdir(parents=True, exist_ok=True)
    for product in spec.products:
        (folder / f"{product.external_id}.svg").write_text(draw(product.picture))
    rows = [row | {"image_link": f"media:products/{spec.slug}/{row['item_group_id']}.svg"} for row in feed(spec)]
    text = io.StringIO()
    writer = csv.DictWriter(text, fieldnames=list(rows[0]), dialect="excel-tab")
    writer.writeheader()
    writer.writerows(rows)
    file = ContentFile(text.getvalue().encode(), name=f"{spec.slug}.tsv")
    import_file(merchant, file, is_dry=False, at=at)


def furnish(merchant: Merchant, *, by: User, at: datetime) -> None:
    """Agree on the terms of a shop, and have it set up delivery, services, promotions and its bank account."""
    rates.agree(merchant, by=by, at=at)
    access = people.acting(merchant)
    for prepare in (delivery.describe, services.offer, promotions.give, banking.open_account):
        prepare(access, at=at)


def publish_notes(merchant: Merchant, notes: tuple[NoteSpec, ...], *, now: datetime) -> None:
    folder = settings.MEDIA_ROOT / "notes" / merchant.slug
    folder.mkdir(parents=True, exist_ok=True)
    products = {p.external_id: p for p in tenancy.own(Product, merchant)}
    made = []
    for number, spec in enumerate(notes):
        path = f"notes/{merchant.slug}/{number}.svg"
        (settings.MEDIA_ROOT / path).write_text(draw(spec.picture))
        published_at = now - timedelta(days=spec.days_ago, minutes=7 * number % 600 + 30)
        texts = {name: getattr(spec, name) for name in ("title", "title_en", "body", "body_en", "author", "author_en")}
        made.append(
            Note(merchant=merchant, image=path, state=Note.State.PUBLISHED, created_at=published_at,
                 published_at=published_at, **texts)
        )  # fmt: skip
    Note.objects.bulk_create(made)
    NoteProduct.objects.bulk_create(
        NoteProduct(note=note, product=products[number], place=place)
        for note, spec in zip(made, notes, strict=True)
        for place, number in enumerate(spec.product_ids)
    )


def start(access: Access, spec: CampaignSpec, categories: dict[str, Category], *, at: datetime) -> None:
    """Make a campaign and start it: one for named products runs everywhere, one for categories where it fits."""
    products = tenancy.own(Product, access.merchant).filter(state=Product.State.ACTIVE)
    if spec.skus:
        products = products.filter(variants__sku__in=spec.skus).distinct()
    elif spec.category_slugs:
        products = products.filter(category__slug__in=spec.category_slugs)
    campaign = create_campaign(
        access,
        at=at,
        values=bidding(spec),
        products=list(products[:MOST_ADS]),
        categories=[categories[slug] for slug in spec.category_slugs],
        keywords=() if spec.skus else keywords(spec),
    )
    set_states(access, [campaign.code], campaign.State.ACTIVE, at=at)


def bidding(spec: CampaignSpec) -> dict[str, Any]:
    """Return name, budget and bids of a planned campaign as its verbs take them."""
    targets = {"target_cost": {"target_cost": spec.target}, "target_roi": {"target_roi": spec.target}}
    return {
        "name": spec.name, "bid": spec.bid, "daily_budget": spec.daily_budget, "bid_mode": spec.bid_mode,
        "roi_on": spec.roi_on, **targets.get(spec.bid_mode, {}),
    }  # fmt: skip


def keywords(spec: CampaignSpec) -> list[tuple[str, str, Decimal | None]]:
    """Return the words of a campaign with match and bid: the first are broad, narrower ones may cost a little more."""
    wide = {*spec.keywords[:2], *spec.keywords_en[:2]}
    narrow = list(dict.fromkeys(text for text in spec.keywords + spec.keywords_en if text not in wide))
    dearer = spec.bid and (spec.bid * KEYWORD_BID).quantize(Decimal("0.01"))
    matches = (("phrase", dearer), ("exact", None))
    named = [(text, *matches[number % len(matches)]) for number, text in enumerate(narrow)]
    return [*((text, "broad", None) for text in sorted(wide)), *named]
