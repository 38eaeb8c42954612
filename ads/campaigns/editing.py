"""Making, changing, starting and stopping campaigns: one transaction each, with versions and both sides kept."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from shops.models import Category, Note, Product
from shops.people.audit import record
from shops.tenancy import Access, own

from ..models import AdGroup, Audience, Campaign, Keyword
from . import parts
from .changing import Asked, Illegal, Operation, Source, change_all, change_one, note
from .groups import first_group
from .members import LISTS, LISTS_OF_GROUP, PLAIN, Span, encoded, of_group, plain
from .objectives import TERMS
from .rules import broken

FIELDS = tuple(name for name in PLAIN if name != "state")
State = Campaign.State
Spans = Iterable[Span | Mapping[str, Any]]


@transaction.atomic
def create_campaign(
    access: Access,
    *,
    at: datetime,
    values: Mapping[str, Any],
    products: Sequence[Product] = (),
    categories: Sequence[Category] = (),
    keywords: Sequence[tuple] = (),
    notes: Sequence[Note] = (),
    negatives: Sequence[tuple[str, str]] = (),
    modifiers: Mapping[str, int] | None = None,
    promotion_days: Spans = (),
    audiences: Sequence[tuple[Audience, bool]] = (),
    source: str = Source.PAGE,
) -> Campaign:
    """Make a paused campaign with one group and an ad for every product and note.

    `keywords` are text and match, with a bid of their own or without; `negatives` text and match; `modifiers` map
    placements to per cent; `audiences` say whether each is left out. Without placements it runs on all that its
    objective allows. Starting it is what may need a second person.

    Raises Illegal.
    """
    campaign = Campaign(
        merchant=access.merchant, created_by=access.user, created_at=at, updated_at=at,
        **with_defaults(values, at),
    )  # fmt: skip
    lists = encoded({"modifiers": modifiers or {}, "promotion_days": promotion_days, "negatives": negatives})
    of_its_group = encoded(
        {"products": products, "notes": notes, "categories": categories, "keywords": keywords, "audiences": audiences}
    )
    if errors := broken(plain(campaign) | lists | of_its_group, dearest=dearest_of(of_its_group["keywords"])):
        raise Illegal(errors)
    campaign.save(force_insert=True)
    group = AdGroup.objects.create(merchant=access.merchant, campaign=campaign, name=campaign.name, created_at=at)
    wanted = lists | {of_group(group, name): value for name, value in of_its_group.items()}
    wanted = {name: value for name, value in wanted.items() if value}
    parts.fill(campaign, wanted, at=at)
    after = plain(campaign) | wanted
    note(access, campaign, before={}, after=after, at=at, operation=Operation(source=source)).save()
    record(access, "campaign.create", target=campaign.code, at=at, **after)
    return campaign


def with_defaults(values: Mapping[str, Any], at: datetime) -> dict[str, Any]:
    """Return the columns of a new campaign: paused, from now on, on every placement that its objective allows."""
    its = TERMS.get(values.get("objective") or Campaign.Objective.PRODUCT_SALES)
    return {"starts_at": at, "placements": list(its.placements if its else ()), **values, "state": State.PAUSED}


def edit_campaign(
    access: Access,
    campaign: Campaign,
    *,
    version: int,
    at: datetime,
    values: Mapping[str, Any],
    products: Sequence[Product] | None = None,
    categories: Sequence[Category] | None = None,
    keywords: Sequence[tuple] | None = None,
    notes: Sequence[Note] | None = None,
    negatives: Sequence[tuple[str, str]] | None = None,
    modifiers: Mapping[str, int] | None = None,
    promotion_days: Spans | None = None,
    audiences: Sequence[tuple[Audience, bool]] | None = None,
    source: str = Source.PAGE,
    batch: str = "",
) -> Campaign:
    """Change what is given of a campaign and of its first group; what is None stays.

    A new daily budget counts from today, but never below what today has already cost.

    Raises EditConflict when `version` is no longer the campaign's version, Illegal, or WaitsForApproval.
    """
    lists = {"negatives": negatives, "modifiers": modifiers, "promotion_days": promotion_days}
    of_its_group = {
        "products": products, "notes": notes, "categories": categories, "keywords": keywords, "audiences": audiences
    }  # fmt: skip
    wanted = wanted_of(campaign, values=values, lists=lists, of_its_group=of_its_group)
    change_one(access, Asked(campaign, wanted, version), at=at, operation=Operation(source=source, batch=batch))
    return campaign


def wanted_of(
    campaign: Campaign, *, values: Mapping[str, Any], lists: Mapping[str, Any], of_its_group: Mapping[str, Any]
) -> dict[str, Any]:
    """Return what is said of a campaign and of its first group as members; lists that are None are not said."""
    said = {**values, **{name: value for name, value in lists.items() if value is not None}}
    given = {name: value for name, value in of_its_group.items() if value is not None}
    if given:
        group = first_group(campaign)
        said |= {of_group(group, name): value for name, value in given.items()}
    return encoded(said)


def dearest_of(keywords: Iterable[tuple]) -> Decimal | None:
    """Return the highest bid that keywords have of their own, as they are kept; None where none has."""
    return max((Decimal(bid) for _text, _match, bid in keywords if bid), default=None)


def set_states(
    access: Access, codes: Iterable[str], state: State, *, at: datetime, source: str = Source.PAGE
) -> list[str]:
    """Start, pause or archive campaigns; return the codes of those whose state changed. Archived ones stay so.

    One transaction; raises as `changing.change_all` does.
    """
    chosen = own(Campaign, access.merchant).filter(code__in=list(codes)).exclude(state__in=[state, State.ARCHIVED])
    asked = [Asked(campaign, {"state": str(state)}) for campaign in chosen.order_by("pk")]
    return [campaign.code for campaign in change_all(access, asked, at=at, operation=Operation(source=source))]


def described(campaign: Campaign) -> dict[str, Any]:
    """Return all that a merchant can set of a campaign and of its first group, by member, as it is kept."""
    group = first_group(campaign)
    return parts.read(campaign, [*PLAIN, *LISTS, *(of_group(group, name) for name in LISTS_OF_GROUP)])


def categories_of(campaign: Campaign) -> QuerySet[Category]:
    return Category.objects.filter(pk__in=campaign.groups.values("categories")).order_by("slug")


def keywords_of(campaign: Campaign) -> QuerySet[Keyword]:
    return Keyword.objects.filter(group__campaign=campaign).order_by("pk")
