"""Making, changing, starting and stopping campaigns: one transaction each, with versions and an audit entry."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import F, QuerySet, Value
from django.db.models.functions import Greatest

from chengfeng.money import AmountField
from chengfeng.periods import local_date
from shops.models import Category, Product
from shops.onboarding.checklist import reach
from shops.onboarding.steps import Step
from shops.people.audit import record
from shops.tenancy import Access, own

from ..models import Ad, AdGroup, Campaign, CampaignDay, Keyword

FIELDS = ("name", "bid", "daily_budget", "starts_at", "ends_at", "hours")
State = Campaign.State


class EditConflict(Exception):
    """Somebody else has changed the campaign since it was read. Nothing was changed."""


@transaction.atomic
def create_campaign(
    access: Access,
    *,
    at: datetime,
    values: Mapping[str, Any],
    products: Sequence[Product],
    categories: Sequence[Category] = (),
    keywords: Sequence[tuple[str, str]] = (),
) -> Campaign:
    """Make a paused campaign with an ad for every product; `keywords` are pairs of text and match."""
    by = access.user
    campaign = Campaign.objects.create(
        merchant=access.merchant, created_by=by, created_at=at, updated_at=at, **{"starts_at": at, **values}
    )
    group = AdGroup.objects.create(merchant=access.merchant, campaign=campaign, name=campaign.name, created_at=at)
    _target(group, categories, keywords)
    _advertise(group, products, at=at)
    record(access, "campaign.create", target=campaign.code, at=at, **described(campaign))
    return campaign


@transaction.atomic
def edit_campaign(
    access: Access,
    campaign: Campaign,
    *,
    version: int,
    at: datetime,
    values: Mapping[str, Any],
    products: Sequence[Product] | None = None,
    categories: Sequence[Category] | None = None,
    keywords: Sequence[tuple[str, str]] | None = None,
) -> Campaign:
    """Change what is given of a campaign; what is None stays. The audit entry keeps each old and new value.

    A new daily budget counts from today, but never below what today has already cost.

    Raises EditConflict when `version` is no longer the campaign's version.
    """
    mine = own(Campaign, access.merchant).filter(pk=campaign.pk, version=version)
    if not mine.update(version=F("version") + 1, updated_at=at, **values):
        raise EditConflict
    before = described(campaign)
    campaign.refresh_from_db()
    _rebudget(campaign, at)
    group = campaign.groups.order_by("pk")[0]
    _target(group, categories, keywords)
    if products is not None:
        _advertise(group, products, at=at)
    after = described(campaign)
    changes = {name: [before[name], after[name]] for name in after if before[name] != after[name]}
    record(access, "campaign.edit", target=campaign.code, at=at, changes=changes)
    return campaign


def _rebudget(campaign: Campaign, at: datetime) -> None:
    budget = Value(campaign.daily_budget, output_field=AmountField())
    today = local_date(at, campaign.merchant.time_zone)
    CampaignDay.objects.filter(campaign=campaign, day=today).update(budget=Greatest(budget, F("spent")))


def _target(group: AdGroup, categories: Sequence[Category] | None, keywords: Sequence[tuple[str, str]] | None) -> None:
    if categories is not None:
        group.categories.set(categories)
    if keywords is not None:
        group.keywords.all().delete()
        wanted = dict.fromkeys(keywords)
        Keyword.objects.bulk_create(Keyword(group=group, text=text, match=match) for text, match in wanted)


def _advertise(group: AdGroup, products: Sequence[Product], *, at: datetime) -> None:
    """Let the group advertise exactly these products; ads of others are paused, for their events remain."""
    wanted = {product.pk for product in products}
    group.ads.exclude(product__in=wanted).update(state=Ad.State.PAUSED)
    group.ads.filter(product__in=wanted).update(state=Ad.State.ACTIVE)
    known = set(group.ads.values_list("product_id", flat=True))
    Ad.objects.bulk_create(
        Ad(merchant_id=group.merchant_id, campaign_id=group.campaign_id, group=group, product_id=pk, created_at=at)
        for pk in sorted(wanted - known)
    )


def described(campaign: Campaign) -> dict[str, Any]:
    """Return all that a merchant can set of a campaign, as the audit trail keeps it."""
    plain = {name: _plain(getattr(campaign, name)) for name in FIELDS}
    active = campaign.ads.filter(state=Ad.State.ACTIVE).order_by("product__code")
    return plain | {
        "products": list(active.values_list("product__code", flat=True)),
        "categories": list(categories_of(campaign).values_list("slug", flat=True)),
        "keywords": [f"{keyword.text} ({keyword.match})" for keyword in keywords_of(campaign)],
    }


def categories_of(campaign: Campaign) -> QuerySet[Category]:
    return Category.objects.filter(pk__in=campaign.groups.values("categories")).order_by("slug")


def keywords_of(campaign: Campaign) -> QuerySet[Keyword]:
    return Keyword.objects.filter(group__campaign=campaign).order_by("pk")


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    return value.isoformat() if isinstance(value, datetime) else value


@transaction.atomic
def set_states(access: Access, codes: Iterable[str], state: State, *, at: datetime) -> list[str]:
    """Start, pause or archive campaigns; return the codes of those whose state changed. Archived ones stay so."""
    chosen = own(Campaign, access.merchant).filter(code__in=list(codes))
    chosen = chosen.exclude(state__in=[state, State.ARCHIVED]).select_for_update(of=("self",), no_key=True)
    changed = list(chosen.order_by("pk"))
    Campaign.objects.filter(pk__in=[campaign.pk for campaign in changed]).update(
        state=state, updated_at=at, version=F("version") + 1
    )
    if changed and state == State.ACTIVE:
        reach(access.merchant, Step.CAMPAIGN, at=at, by=access.user, fact=changed[0].code)
    for campaign in changed:
        record(access, f"campaign.{state}", target=campaign.code, at=at, changes={"state": [campaign.state, state]})
    return [campaign.code for campaign in changed]
