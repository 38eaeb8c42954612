"""Reads and writes the members of a campaign: its columns, its lists, and those of its groups and ads."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import F, QuerySet

from shops.models import Category, Note, Product

from ..models import (
    Ad,
    AdGroup,
    Audience,
    Campaign,
    GroupAudience,
    Keyword,
    NegativeKeyword,
    PlacementModifier,
    PromotionDays,
)
from .members import LISTS, OF_GROUP, PLAIN, Span, decode, encode


def read(campaign: Campaign, names: Iterable[str]) -> dict[str, Any]:
    """Return the members of these names. Raises KeyError for a name that the campaign does not have."""
    parts = _Parts(campaign)
    return {name: parts.read(name) for name in names}


def write(campaign: Campaign, wanted: Mapping[str, Any], *, at: datetime) -> None:
    """Give members their wanted values and the campaign its next version; the caller holds its lock."""
    columns = {name: decode(name, value) for name, value in wanted.items() if name in PLAIN}
    Campaign.objects.filter(pk=campaign.pk).update(version=F("version") + 1, updated_at=at, **columns)
    for name, value in {**columns, "version": campaign.version + 1, "updated_at": at}.items():
        setattr(campaign, name, value)
    fill(campaign, wanted, at=at)


def fill(campaign: Campaign, wanted: Mapping[str, Any], *, at: datetime) -> None:
    """Give the members that are not columns of the campaign their wanted values."""
    parts = _Parts(campaign)
    for name, value in wanted.items():
        if name not in PLAIN:
            parts.write(name, value, at)


class _Parts:
    """The parts of one campaign beyond its columns, each read once."""

    def __init__(self, campaign: Campaign):
        self.campaign = campaign
        self.known: dict[str, AdGroup | Ad] = {}

    def read(self, name: str) -> Any:
        if name in PLAIN:
            return encode(name, getattr(self.campaign, name))
        owner, last = self.owner(name)
        if isinstance(owner, Ad) or last in OF_GROUP:
            return encode(last, getattr(owner, last))
        return encode(last, READERS[last](owner))

    def write(self, name: str, value: Any, at: datetime) -> None:
        owner, last = self.owner(name)
        if isinstance(owner, Ad) or last in OF_GROUP:
            columns = {last: decode(last, value)} | (_under_review(value) if last == "headline" else {})
            type(owner).objects.filter(pk=owner.pk).update(**columns)
        elif last in ("products", "notes"):
            ADVERTISERS[last](owner, value, at=at)
        else:
            WRITERS[last](owner, value)

    def owner(self, name: str) -> tuple[Campaign | AdGroup | Ad, str]:
        """Return whose member it is, and what it is called there."""
        if name in LISTS:
            return self.campaign, name
        kind, code, last = name.split(".")
        if code not in self.known:
            rows = {"groups": self.campaign.groups, "ads": self.campaign.ads}[kind]
            found = rows.filter(code=code).first()
            if found is None:
                raise KeyError(name)
            self.known[code] = found
        return self.known[code], last


def _under_review(headline: str) -> dict[str, Any]:
    """Return the columns of an ad that has a new headline; the product's own title needs no review."""
    review = Ad.Review.PENDING if headline else Ad.Review.APPROVED
    return {"review": review, "review_reason": "", "reviewed_by": None, "reviewed_at": None}


def _span(days: PromotionDays) -> Span:
    return Span(days.first_day, days.last_day, days.bid_percent, days.budget_percent)


def _read_negatives(owner: Campaign | AdGroup) -> Iterable[tuple[str, str]]:
    return _negatives_of(owner).values_list("text", "match")


def _negatives_of(owner: Campaign | AdGroup) -> QuerySet[NegativeKeyword]:
    if isinstance(owner, AdGroup):
        return NegativeKeyword.objects.filter(group=owner)
    return NegativeKeyword.objects.filter(campaign=owner, group=None)


def _active(group: AdGroup, *, notes: bool) -> QuerySet[Ad]:
    return group.ads.filter(state=Ad.State.ACTIVE, note__isnull=not notes)


READERS: dict[str, Callable] = {
    "modifiers": lambda campaign: {each.placement: each.percent for each in campaign.modifiers.all()},
    "promotion_days": lambda campaign: [_span(each) for each in campaign.promotion_days.all()],
    "negatives": _read_negatives,
    "categories": lambda group: group.categories.values_list("slug", flat=True),
    "products": lambda group: _active(group, notes=False).values_list("product__code", flat=True),
    "notes": lambda group: _active(group, notes=True).values_list("note__code", flat=True),
    "keywords": lambda group: group.keywords.values_list("text", "match", "bid"),
    "audiences": lambda group: group.audiences.values_list("audience__code", "is_excluded"),
}


def _write_modifiers(campaign: Campaign, wanted: Mapping[str, int]) -> None:
    campaign.modifiers.all().delete()
    rows = (PlacementModifier(campaign=campaign, placement=place, percent=n) for place, n in wanted.items())
    PlacementModifier.objects.bulk_create(rows)


def _write_promotion_days(campaign: Campaign, wanted: Iterable[Mapping[str, Any]]) -> None:
    campaign.promotion_days.all().delete()
    PromotionDays.objects.bulk_create(PromotionDays(campaign=campaign, **span) for span in wanted)


def _write_negatives(owner: Campaign | AdGroup, wanted: Iterable[tuple[str, str]]) -> None:
    is_group = isinstance(owner, AdGroup)
    campaign, group = (owner.campaign_id, owner) if is_group else (owner.pk, None)
    _negatives_of(owner).delete()
    NegativeKeyword.objects.bulk_create(
        NegativeKeyword(campaign_id=campaign, group=group, text=text, match=match) for text, match in wanted
    )


def _write_categories(group: AdGroup, wanted: Iterable[str]) -> None:
    group.categories.set(Category.objects.filter(slug__in=wanted))


def _write_keywords(group: AdGroup, wanted: Iterable[tuple[str, str, str | None]]) -> None:
    """Keep the rows of keywords that stay, for events name them."""
    bids = {(text, match): bid and Decimal(bid) for text, match, bid in wanted}
    kept = {(row.text, row.match): row for row in group.keywords.all()}
    group.keywords.filter(pk__in=[row.pk for key, row in kept.items() if key not in bids]).delete()
    moved = [row for key, row in kept.items() if key in bids and row.bid != bids[key]]
    for row in moved:
        row.bid = bids[row.text, row.match]
    Keyword.objects.bulk_update(moved, ["bid"])
    fresh = [key for key in bids if key not in kept]
    Keyword.objects.bulk_create(Keyword(group=group, text=t, match=m, bid=bids[t, m]) for t, m in fresh)


def _write_audiences(group: AdGroup, wanted: Iterable[tuple[str, bool]]) -> None:
    group.audiences.all().delete()
    left_out = dict(wanted)
    found = Audience.objects.filter(merchant=group.merchant_id, code__in=left_out, state=Audience.State.ACTIVE)
    GroupAudience.objects.bulk_create(
        GroupAudience(group=group, audience=audience, is_excluded=left_out[audience.code]) for audience in found
    )


WRITERS: dict[str, Callable] = {
    "modifiers": _write_modifiers, "promotion_days": _write_promotion_days, "negatives": _write_negatives,
    "categories": _write_categories, "keywords": _write_keywords, "audiences": _write_audiences,
}  # fmt: skip


def _advertise_products(group: AdGroup, codes: Iterable[str], *, at: datetime) -> None:
    """Let the group advertise exactly these products; ads of others are paused, for their events remain."""
    wanted = dict(Product.objects.filter(merchant=group.merchant_id, code__in=codes).values_list("pk", "code"))
    ads = group.ads.filter(note=None)
    ads.exclude(product__in=wanted).update(state=Ad.State.PAUSED)
    ads.filter(product__in=wanted).update(state=Ad.State.ACTIVE)
    known = set(ads.values_list("product_id", flat=True))
    Ad.objects.bulk_create(_ad(group, at, product_id=pk) for pk in sorted(wanted.keys() - known))


def _advertise_notes(group: AdGroup, codes: Iterable[str], *, at: datetime) -> None:
    """Let the group advertise exactly these notes, each leading to the first product that it tags."""
    notes = Note.objects.filter(merchant=group.merchant_id, code__in=codes).prefetch_related("tags")
    wanted = {note.pk: note.tags.all()[0].product_id for note in notes}
    ads = group.ads.exclude(note=None)
    ads.exclude(note__in=wanted).update(state=Ad.State.PAUSED)
    ads.filter(note__in=wanted).update(state=Ad.State.ACTIVE)
    known = set(ads.values_list("note_id", flat=True))
    fresh = sorted(wanted.keys() - known)
    Ad.objects.bulk_create(_ad(group, at, product_id=wanted[pk], note_id=pk) for pk in fresh)


def _ad(group: AdGroup, at: datetime, **creative) -> Ad:
    return Ad(merchant_id=group.merchant_id, campaign_id=group.campaign_id, group=group, created_at=at, **creative)


ADVERTISERS: dict[str, Callable] = {"products": _advertise_products, "notes": _advertise_notes}
