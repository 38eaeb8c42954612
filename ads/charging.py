"""Charging: a valid click is paid from the merchant's wallet, once, and within the budget of the day."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from chengfeng import ledger, sql
from chengfeng.ledger import Posting
from chengfeng.models import Account
from chengfeng.money import ZERO
from chengfeng.periods import local_date
from shops.models import Merchant

from .models import Campaign, CampaignDay, Charge
from .tokens import AdToken
from .validity import Reason


@dataclass(slots=True)
class Purse:
    """What one campaign may still spend: of its day's budget, and from the wallet it shares with its siblings."""

    day: CampaignDay
    wallet: Account | None
    spent: Decimal = ZERO

    def refuses(self, price: Decimal) -> str:
        if self.day.spent + self.spent + price > self.day.budget:
            return Reason.NO_BUDGET
        if self.wallet is None or self.wallet.balance < price:
            return Reason.NO_BALANCE
        return ""

    def pay(self, price: Decimal) -> None:
        self.spent += price
        self.wallet.balance -= price


def lock_campaigns(campaigns: Iterable[int]) -> dict[int, Campaign]:
    """Lock campaigns until the transaction ends, so that their clicks are judged and charged one batch at a time."""
    rows = Campaign.objects.select_for_update(of=("self",), no_key=True).select_related("merchant")
    return {row.pk: row for row in rows.filter(pk__in=set(campaigns)).order_by("pk")}


def charge(clicks: Sequence[AdToken], campaigns: Mapping[int, Campaign], *, at: datetime) -> dict[UUID, str]:
    """Charge valid clicks, which were never charged, in their order; return by token why a click is free, or "".

    The caller holds the locks of the campaigns and stores the clicks in the same transaction. Prices are charged in
    full or not at all: never beyond the budget of the merchant's local day, never beyond the wallet.
    """
    purses = _purses({click.campaign_id: campaigns[click.campaign_id] for click in clicks}, at)
    verdicts, paid = {}, []
    for click in clicks:
        purse = purses[click.campaign_id]
        verdicts[click.token] = purse.refuses(click.price)
        if not verdicts[click.token]:
            purse.pay(click.price)
            paid.append(click)
    if paid:
        _spend(purses.values())
        _post(paid, purses, at)
    return verdicts


def _purses(campaigns: Mapping[int, Campaign], at: datetime) -> dict[int, Purse]:
    """Lock the campaigns' days and then the wallets, in the written order."""
    days = _lock_days(campaigns, at)
    wallets = _lock_wallets({campaign.merchant for campaign in campaigns.values()})
    return {pk: Purse(days[pk], wallets.get(campaign.merchant.code)) for pk, campaign in campaigns.items()}


def _lock_days(campaigns: Mapping[int, Campaign], at: datetime) -> dict[int, CampaignDay]:
    """Lock the campaigns' days of now; the first click of a day makes it, and nobody else holds its campaign."""
    today = {pk: local_date(at, campaign.merchant.time_zone) for pk, campaign in campaigns.items()}
    found = _locked_days(today)
    fresh = [
        CampaignDay(campaign=campaigns[pk], day=today[pk], budget=campaigns[pk].daily_budget)
        for pk in sorted(campaigns.keys() - found.keys())
    ]
    if not fresh:
        return found
    CampaignDay.objects.bulk_create(fresh, ignore_conflicts=True)
    return _locked_days(today)


def _locked_days(today: Mapping[int, date]) -> dict[int, CampaignDay]:
    rows = CampaignDay.objects.select_for_update(of=("self",), no_key=True).order_by("pk")
    rows = rows.filter(campaign__in=today, day__in=set(today.values()))
    return {row.campaign_id: row for row in rows if row.day == today[row.campaign_id]}


def _lock_wallets(merchants: Iterable[Merchant]) -> dict[str, Account]:
    currency = {merchant.code: merchant.currency for merchant in merchants}
    rows = Account.objects.select_for_update(of=("self",), no_key=True).order_by("pk")
    rows = rows.filter(kind=Account.Kind.WALLET, owner__in=currency)
    return {row.owner: row for row in rows if row.currency == currency[row.owner]}


SPEND = """
UPDATE ads_campaignday day SET spent = day.spent + paid.amount
FROM unnest(%(days)s::bigint[], %(amounts)s::numeric[]) paid (id, amount)
WHERE day.id = paid.id AND day.spent + paid.amount <= day.budget
"""


def _spend(purses: Iterable[Purse]) -> None:
    """Add to what the days have spent, in one statement; their rows are locked already."""
    paid = {purse.day.pk: purse.spent for purse in purses if purse.spent}
    if sql.run(SPEND, {"days": list(paid), "amounts": list(paid.values())}) != len(paid):
        raise RuntimeError("a campaign's day was spent behind its lock")


def _post(paid: Sequence[AdToken], purses: Mapping[int, Purse], at: datetime) -> None:
    """Post one transfer per click and write its charge."""
    revenue = {
        currency: ledger.account(Account.Kind.AD_REVENUE, currency=currency)
        for currency in {purse.wallet.currency for purse in purses.values() if purse.spent}
    }
    postings = [
        Posting("charge", f"charge:{click.token}", at, {wallet: -click.price, revenue[wallet.currency]: click.price})
        for click in paid
        for wallet in [purses[click.campaign_id].wallet]
    ]
    transfers = ledger.post_many(postings)
    Charge.objects.bulk_create(
        Charge(
            merchant_id=click.merchant_id, campaign_id=click.campaign_id, event_day=click.decided_at.date(),
            token=click.token, day=purses[click.campaign_id].day.day, bid=click.bid, amount=click.price,
            transfer=transfer, at=at,
        )
        for click, transfer in zip(paid, transfers, strict=True)
    )  # fmt: skip
