"""Ads of a group: their headlines and the review of these, pausing and starting them."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils.translation import gettext_lazy as _

from chengfeng import outbox
from shops.models import Note, Product, User
from shops.people.audit import record
from shops.tenancy import Access, own

from ..models import Ad, AdGroup, Campaign, Proposal
from . import parts
from .changing import Asked, Illegal, Operation, Source, change_one, lock_one, note
from .groups import set_states_of
from .judging import judge
from .members import of_ad
from .proposing import outdate

State, Review = Ad.State, Ad.Review


class ReviewOver(Exception):
    """The ad is not under review, or no longer with the headline that was read. Nothing was changed."""


def create_ad(
    access: Access,
    group: AdGroup,
    *,
    product: Product,
    note_of: Note | None = None,
    headline: str = "",
    at: datetime,
    version: int | None = None,
    source: str = Source.PAGE,
) -> Ad:
    """Add an ad for a product, or for a note that tags it; a headline of its own is reviewed before it is shown.

    Raises EditConflict, Illegal.
    """
    with transaction.atomic():
        campaign = lock_one(access, group.campaign, version)
        ad = Ad(
            merchant=access.merchant, campaign=campaign, group=group, product=product, note=note_of,
            headline=headline.strip(), review=_review_of(headline), created_at=at,
        )  # fmt: skip
        _require_legal(campaign, ad)
        ad.save(force_insert=True)
        parts.write(campaign, {}, at=at)
        after = {of_ad(ad, "state"): State.ACTIVE, of_ad(ad, "headline"): ad.headline}
        outdate([campaign], at=at)
        note(access, campaign, before={}, after=after, at=at, operation=Operation(source=source)).save()
        record(access, "campaign.ad", target=campaign.code, at=at, ad=ad.code, product=product.code)
    return ad


def _review_of(headline: str) -> Review:
    return Review.PENDING if headline.strip() else Review.APPROVED


def _require_legal(campaign: Campaign, ad: Ad) -> None:
    kind = {"notes": [ad.note.code]} if ad.note else {"products": [ad.product.code]}
    errors = judge(campaign, {of_ad(ad, "headline"): ad.headline} | kind)
    if ad.note and not ad.note.tags.filter(product=ad.product).exists():
        errors |= {"product": _("The note does not lead to this product.")}
    if Ad.objects.filter(group=ad.group, product=ad.product, note=ad.note).exists():
        errors |= {"product": _("The group has this ad already.")}
    if errors:
        raise Illegal(errors)


def edit_ad(
    access: Access, ad: Ad, *, headline: str, at: datetime, version: int | None = None, source: str = Source.PAGE
) -> Ad:
    """Give an ad another headline; it goes to review. Sending a rejected one again, as it is or mended, is the appeal.

    `version` is that of the campaign. Raises EditConflict, Illegal.
    """
    headline = headline.strip()
    asked = Asked(ad.campaign, {of_ad(ad, "headline"): headline}, version)
    with transaction.atomic():
        changed = change_one(access, asked, at=at, operation=Operation(source=source))
        appeals = not changed and ad.review == Review.REJECTED and _submit(ad)
        if appeals:
            record(access, "campaign.appeal", target=ad.campaign.code, at=at, ad=ad.code, headline=headline)
    ad.refresh_from_db()
    return ad


def _submit(ad: Ad) -> bool:
    """Send a rejected ad to review again; False when it is rejected no longer."""
    rejected = Ad.objects.filter(pk=ad.pk, review=Review.REJECTED)
    return bool(rejected.update(review=Review.PENDING, review_reason="", reviewed_by=None, reviewed_at=None))


def set_ad_states(
    access: Access, codes: Iterable[str], state: State, *, at: datetime, source: str = Source.PAGE
) -> list[str]:
    """Start or pause ads; return the codes of those whose state changed."""
    chosen = own(Ad, access.merchant).filter(code__in=list(codes)).exclude(state=state).select_related("campaign")
    chosen = list(chosen.order_by("campaign_id", "pk"))
    return set_states_of(access, chosen, state, at=at, operation=Operation(source=source))


@transaction.atomic
def review_ad(operator: User, ad: Ad, *, headline: str, reason: str = "", at: datetime) -> Ad:
    """Approve an ad's headline as it was read, or reject it for a reason; an operator's work.

    The campaign gets its next version, so that every web process reads it anew; what waits for approval goes on
    waiting. Raises ReviewOver when it is not under review with this headline.
    """
    verdict = Review.REJECTED if reason else Review.APPROVED
    read = Ad.objects.filter(pk=ad.pk, review=Review.PENDING, headline=headline)
    _next_version(ad.campaign_id, at)
    if not read.update(review=verdict, review_reason=reason, reviewed_by=operator, reviewed_at=at):
        raise ReviewOver
    ad.refresh_from_db()
    access = Access(ad.merchant, frozenset(), operator)
    told = {"merchant": ad.merchant.code, "campaign": ad.campaign.code, "ad": ad.code, "review": verdict}
    outbox.publish("ads.creative.reviewed", key=f"{ad.code}:{at.isoformat()}", payload=told, at=at)
    record(access, f"ad.{verdict}", target=ad.campaign.code, at=at, ad=ad.code, headline=headline, reason=reason)
    return ad


def _next_version(campaign: int, at: datetime) -> None:
    Campaign.objects.filter(pk=campaign).update(version=F("version") + 1, updated_at=at)
    waiting = Proposal.objects.filter(campaign=campaign, state=Proposal.State.WAITING)
    waiting.update(version=F("version") + 1)


def under_review() -> QuerySet[Ad]:
    """Return the ads that wait for an operator, the oldest first."""
    waiting = Ad.objects.filter(review=Review.PENDING).order_by("pk")
    return waiting.select_related("merchant", "campaign", "product", "note")
