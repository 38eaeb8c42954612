"""Ad groups: making, changing, pausing and archiving them; each step is a change of their campaign."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from itertools import groupby
from operator import attrgetter
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from chengfeng.periods import local_date
from shops.models import Category, Note, Product
from shops.people.audit import record
from shops.tenancy import Access, own

from ..models import Ad, AdGroup, Audience, Campaign, Change
from . import approval, parts
from .changing import Asked, Illegal, Operation, Source, change_all, change_one, lock_one, note
from .judging import judge
from .members import encode, encoded, of_ad, of_group
from .proposing import outdate

MOST_GROUPS = 100  # of a campaign
FIELDS = ("name", "bid", "exclude_buyers_days")
State = AdGroup.State


def first_group(campaign: Campaign) -> AdGroup:
    """Return the group that forms and programs mean when they name none: the oldest that is not archived."""
    return campaign.groups.exclude(state=State.ARCHIVED).order_by("pk").first() or campaign.groups.order_by("pk")[0]


def create_group(
    access: Access,
    campaign: Campaign,
    *,
    at: datetime,
    version: int | None = None,
    values: Mapping[str, Any],
    products: Sequence[Product] = (),
    notes: Sequence[Note] = (),
    categories: Sequence[Category] = (),
    keywords: Sequence[tuple] = (),
    negatives: Sequence[tuple[str, str]] = (),
    audiences: Sequence[tuple[Audience, bool]] = (),
    source: str = Source.PAGE,
) -> AdGroup:
    """Make an active group; `values` are name, bid and exclude_buyers_days, `audiences` say whether each is left out.

    Raises EditConflict when `version` is given and no longer the campaign's, Illegal – also for a bid above the
    limit, which only an existing group can propose.
    """
    lists = {
        "products": products, "notes": notes, "categories": categories, "keywords": keywords, "negatives": negatives,
        "audiences": audiences,
    }  # fmt: skip
    with transaction.atomic():
        locked = lock_one(access, campaign, version)
        group = AdGroup(merchant=access.merchant, campaign=locked, created_at=at, **values)
        wanted = {of_group(group, name): encode(name, value) for name, value in lists.items() if value}
        plain = {of_group(group, name): encode(name, getattr(group, name)) for name in FIELDS}
        _require_legal(access, locked, plain | wanted, at)
        group.save(force_insert=True)
        parts.write(locked, wanted, at=at)
        after = plain | wanted | {of_group(group, "state"): State.ACTIVE}
        outdate([locked], at=at)
        note(access, locked, before={}, after=after, at=at, operation=Operation(source=source)).save()
        record(access, "campaign.group", target=locked.code, at=at, group=group.code, **encoded(values))
    campaign.refresh_from_db()
    return group


def _require_legal(access: Access, campaign: Campaign, wanted: Mapping[str, Any], at: datetime) -> None:
    errors = judge(campaign, wanted)
    if campaign.groups.count() >= MOST_GROUPS:
        errors |= {"name": _("At most %(most)d groups.") % {"most": MOST_GROUPS}}
    today, limit = local_date(at, access.merchant.time_zone), approval.limit_of(access.merchant.pk)
    if not errors and approval.is_needed(campaign, wanted, limit=limit, today=today):
        errors = {"bid": _("A bid above the limit is proposed once the group is there.")}
    if errors:
        raise Illegal(errors)


def edit_group(
    access: Access,
    group: AdGroup,
    *,
    at: datetime,
    version: int | None = None,
    values: Mapping[str, Any] | None = None,
    source: str = Source.PAGE,
    batch: str = "",
    **lists: Iterable,
) -> Change | None:
    """Change what is given of a group; `version` is its campaign's.

    `values` are name, bid and exclude_buyers_days; `lists` products, notes, categories, keywords, negatives and
    audiences as `create_group` takes them. What is not given stays.

    Raises EditConflict, Illegal, or WaitsForApproval.
    """
    said = {**(values or {}), **{name: value for name, value in lists.items() if value is not None}}
    wanted = {of_group(group, name): encode(name, value) for name, value in said.items()}
    asked = Asked(group.campaign, wanted, version)
    change = change_one(access, asked, at=at, operation=Operation(source=source, batch=batch))
    group.refresh_from_db()
    return change


def set_group_states(
    access: Access, codes: Iterable[str], state: State, *, at: datetime, source: str = Source.PAGE
) -> list[str]:
    """Start, pause or archive groups; return the codes of those whose state changed. Archived ones stay so."""
    chosen = own(AdGroup, access.merchant).filter(code__in=list(codes)).exclude(state__in=[state, State.ARCHIVED])
    chosen = list(chosen.select_related("campaign").order_by("campaign_id", "pk"))
    return set_states_of(access, chosen, state, at=at, operation=Operation(source=source))


def set_states_of(
    access: Access, rows: Sequence[AdGroup | Ad], state: str, *, at: datetime, operation: Operation
) -> list[str]:
    """Give groups or ads, in the order of their campaigns, another state; return the codes of those that changed.

    One transaction and one change for each campaign; raises as `changing.change_all` does.
    """
    asked = [
        Asked(campaign, {(of_group if isinstance(row, AdGroup) else of_ad)(row, "state"): str(state) for row in its})
        for campaign, its in groupby(rows, key=attrgetter("campaign"))
    ]
    changed = {campaign.pk for campaign in change_all(access, asked, at=at, operation=operation)}
    return [row.code for row in rows if row.campaign_id in changed]
