"""The ad buyers of the shops, and the operator: what they do about campaigns and wallets over the ninety days."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from ads import wallet
from ads.audiences import defining
from ads.campaigns import WaitsForApproval, account, bulk, changes, create_campaign, creatives, edit_campaign, groups
from ads.campaigns.editing import set_states
from ads.campaigns.members import Span
from ads.models import Ad, Appeal, Audience, Campaign, Change
from ads.validity import appeals
from ads.wallet import alerts, freezing, rebates
from shops.models import AuditEntry, Merchant, Note, Product
from shops.people.rights import RIGHTS, Role
from shops.tenancy import Access, own

from .. import people
from . import chance

SHOP = "yunjian-department"
SEEDED = (SHOP, "lanyue-wardrobe", "huanian-beauty")
FESTIVE = (SHOP, "lanyue-wardrobe", "xinghe-digital", "huanian-beauty")
MORNING = timedelta(hours=9, minutes=30)
REBATE = Decimal(5)  # per cent
HEADLINES = (  # text, and why the operator rejects it
    ("好睡一整晚，换季焕新", ""),
    ("一件好穿的，胜过一柜子", ""),
    ("全网最低价，错过不再有", "广告法：不得使用“最低”等无法证实的绝对化用语"),
)
SECOND_LOOK = "看过加购 7 天"
BOUGHT = "30 天内买过"


class Buyers:
    """Deeds by the number of the day since the opening; each is done once, for it leaves its mark in the trail."""

    def __init__(self, *, first: date, festival: date):
        self._first, self._festival = first, festival
        self._operator = people.operator()

    def live(self, day: date, *, now: datetime) -> None:
        """Do what is planned for a day."""
        for number, (slug, deed) in enumerate(self._planned(day)):
            at = chance.midnight(day) + MORNING + timedelta(minutes=7 * number)
            access = _buyer(slug)
            if at <= now and access and not AuditEntry.objects.filter(merchant=access.merchant, at=at).exists():
                deed(access, at)

    def _planned(self, day: date) -> Iterator[tuple[str, Callable[[Access, datetime], None]]]:
        yield from PLAN.get((day - self._first).days, ())
        if day == self._festival - timedelta(days=6):
            yield from ((slug, self._prepare_festival) for slug in FESTIVE)
        if day.day == 3:
            yield SHOP, self._give_rebates

    def _prepare_festival(self, access: Access, at: datetime) -> None:
        """Bid and spend more around the festival."""
        begin = self._festival - timedelta(days=1)
        days = [Span(begin, self._festival + timedelta(days=3), bid_percent=30, budget_percent=100)]
        for campaign in _running(access):
            edit_campaign(access, campaign, version=campaign.version, at=at, values={}, promotion_days=days)

    def _give_rebates(self, access: Access, at: datetime) -> None:
        month = rebates.last_month(at, "Etc/GMT+12")
        rebates.carry_out(month, percent=REBATE, expires_at=at + timedelta(days=60), at=at, by=self._operator)


def _buyer(slug: str) -> Access | None:
    """Return the access of whoever buys ads for a shop: its ad buyer, or its owner."""
    merchant = Merchant.objects.get(slug=slug)
    if slug != SHOP:
        return people.acting(merchant)
    return Access(merchant, RIGHTS[Role.AD_BUYER], user=people.person(*people.STAFF[1][:2]))


def _running(access: Access, **conditions: Any) -> list[Campaign]:
    return list(own(Campaign, access.merchant).filter(state=Campaign.State.ACTIVE, **conditions).order_by("pk"))


def _start(access: Access, at: datetime, values: Mapping[str, Any], **parts: Any) -> Campaign:
    campaign = create_campaign(access, at=at, values=values, **parts)
    set_states(access, [campaign.code], Campaign.State.ACTIVE, at=at)
    return campaign


def _goods(access: Access, category: str, most: int = 20) -> list[Product]:
    shelf = own(Product, access.merchant).filter(state=Product.State.ACTIVE, category__slug=category)
    return list(shelf.order_by("pk")[:most])


def _refine(access: Access, at: datetime) -> None:
    """Bid by placement, leave searches out, and open a group of its own for what sells alone."""
    campaign = next(campaign for campaign in _running(access, bid_mode="cpc") if campaign.groups.first().keywords.all())
    edit_campaign(
        access, campaign, version=campaign.version, at=at, values={"frequency_cap": 6},
        modifiers={"search": 25, "product": -15}, negatives=[("二手", "broad"), ("出租", "broad"), ("dress", "exact")],
    )  # fmt: skip
    category = campaign.groups.first().categories.first()
    dearer = (campaign.bid * Decimal("1.1")).quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)
    groups.create_group(
        access, campaign, at=at, values={"name": "精选款", "bid": dearer, "exclude_buyers_days": 30},
        products=_goods(access, category.slug, 6), categories=[category],
    )  # fmt: skip


def _reach_out(access: Access, at: datetime) -> None:
    """Advertise the whole department of bedding and tableware to new customers, within a total budget."""
    goods = [*_goods(access, "bedding"), *_goods(access, "tableware")]
    words = [
        ("四件套", "broad"),
        ("床品", "broad"),
        ("餐具", "broad", Decimal("2.60")),
        ("马克杯", "phrase"),
        ("盘", "broad"),
    ]
    _start(
        access, at, {
            "name": "家居拉新·床品与餐具", "objective": Campaign.Objective.NEW_CUSTOMERS, "bid_mode": "target_cost",
            "target_cost": Decimal(60), "bid": Decimal(6), "daily_budget": Decimal(200), "total_budget": Decimal(15000),
        },
        products=goods, keywords=words,
    )  # fmt: skip


def _renew(access: Access, at: datetime) -> None:
    """Advertise the new season, by settled sales; a campaign that has hardly begun to learn."""
    _start(
        access, at, {"name": "衣橱上新·按 ROI", "bid_mode": "target_roi", "target_roi": Decimal(3),
                     "roi_on": "settled", "daily_budget": Decimal(300)},
        products=[*_goods(access, "dresses"), *_goods(access, "tops"), *_goods(access, "bags", 12)],
        keywords=[("连衣裙", "broad"), ("衬衫", "broad"), ("包", "broad"), ("dress", "broad")],
    )  # fmt: skip


def _remember(access: Access, at: datetime) -> None:
    """Come back to those who looked and did not buy."""
    looked = _audience(access, SECOND_LOOK, ["view", "cart"], 7, at)
    bought = _audience(access, BOUGHT, ["buy"], 30, at + timedelta(minutes=1))
    campaign = _start(
        access, at + timedelta(minutes=2),
        {"name": "再看一眼·找回", "bid": Decimal("3.20"), "daily_budget": Decimal(100), "pacing": "fast"},
        products=[*_goods(access, "dresses", 15), *_goods(access, "bedding", 15), *_goods(access, "tableware", 15)],
        audiences=[(looked, False), (bought, True)],
    )  # fmt: skip
    group = campaign.groups.first()
    groups.edit_group(access, group, at=at + timedelta(minutes=3), values={"exclude_buyers_days": 30})


def _audience(access: Access, name: str, kinds: list[str], days: int, at: datetime) -> Audience:
    return defining.create(access, values={"name": name, "kinds": kinds, "days": days, "category": None}, at=at)


def _headline(access: Access, at: datetime) -> None:
    """Give some ads headlines of their own, which the operator reviews a little later."""
    reviewer = people.operator()
    ads = list(own(Ad, access.merchant).filter(campaign__state=Campaign.State.ACTIVE, note=None).order_by("pk"))
    for number, (ad, (text, reason)) in enumerate(zip(ads[::9], HEADLINES, strict=False)):
        written = creatives.edit_ad(access, ad, headline=text, at=at + timedelta(minutes=number))
        creatives.review_ad(reviewer, written, headline=text, reason=reason, at=at + timedelta(hours=3))


def _raise_bids(access: Access, at: datetime) -> None:
    """Raise all manual bids at once."""
    versions = {campaign.code: campaign.version for campaign in _running(access, bid_mode="cpc")}
    edit = bulk.BulkEdit((bulk.Edit("bid", bulk.Action.RAISE, 20),))
    bulk.carry_out(access, versions, edit, at=at)


def _take_back(access: Access, at: datetime) -> None:
    """Take the last bulk edit back."""
    last = own(Change, access.merchant).filter(source=Change.Source.BULK).order_by("-pk").first()
    if last:
        changes.undo_batch(access, last.batch, at=at)


def _seed(access: Access, at: datetime) -> None:
    """Have notes seen, by viewable impressions, and one by clicks."""
    notes = own(Note, access.merchant).filter(state=Note.State.PUBLISHED, published_at__lte=at)
    notes = list(notes.exclude(tags=None).order_by("-published_at")[:16])
    by_click = notes[1::2] if access.merchant.slug == SHOP else []
    values = {"objective": Campaign.Objective.SEEDING, "daily_budget": Decimal(60), "frequency_cap": 4}
    placements = ["feed", "search", "shop"]
    _start(
        access, at,
        {**values, "name": "笔记种草·信息流", "bid_mode": "cpm", "bid": Decimal(260), "placements": placements},
        notes=[note for note in notes if note not in by_click],
    )  # fmt: skip
    if by_click:
        _start(access, at + timedelta(minutes=1), {**values, "name": "笔记种草·点击", "bid_mode": "cpc",
               "bid": Decimal("2.20"), "placements": placements}, notes=by_click)  # fmt: skip


def _show(access: Access, at: datetime) -> None:
    """Have the bags and suitcases seen, at a fixed price for a thousand viewable impressions."""
    _start(
        access, at, {"name": "品牌曝光·箱包", "bid_mode": "cpm", "bid": Decimal(260), "daily_budget": Decimal(80),
                     "placements": ["feed", "shop"]},
        products=[*_goods(access, "luggage"), *_goods(access, "bags")],
    )  # fmt: skip


def _give(access: Access, at: datetime) -> None:
    """Have the platform give money for notes only, and some that is soon over."""
    merchant, operator = access.merchant, people.operator()
    wallet.give(
        wallet.Gift(merchant=merchant, amount=Decimal(1500), reason="种草扶持计划",
                    objective=Campaign.Objective.SEEDING, expires_at=at + timedelta(days=60), reference="seeding"),
        at=at, by=operator,
    )  # fmt: skip


def _give_shortly(access: Access, at: datetime) -> None:
    """Have the platform give a little that is over in two weeks."""
    gift = wallet.Gift(
        merchant=access.merchant, amount=Decimal(800), reason="系统故障补偿", kind="compensation",
        objective=Campaign.Objective.NEW_CUSTOMERS, expires_at=at + timedelta(days=14), reference="outage",
    )  # fmt: skip
    wallet.give(gift, at=at, by=people.operator())


def _freeze(access: Access, at: datetime) -> None:
    freezing.freeze(access.merchant, Decimal(600), reason="合同保证金", by=people.operator(), at=at, code="deposit")


def _limit(access: Access, at: datetime) -> None:
    """Have the owner set a budget of all campaigns and a limit above which a second person approves."""
    owner = people.acting(access.merchant)
    dearest = max(campaign.daily_budget for campaign in _running(access))
    values = {"daily_budget": 5 * dearest, "approval_limit": dearest}
    account.edit_account(owner, values=values, at=at)


def _propose(access: Access, at: datetime) -> None:
    """Ask for a budget above the limit; it waits."""
    campaign = max(_running(access), key=lambda campaign: campaign.daily_budget)
    values = {"daily_budget": (campaign.daily_budget * Decimal("1.8")).quantize(Decimal(1))}
    try:
        edit_campaign(access, campaign, version=campaign.version, at=at, values=values)
    except WaitsForApproval:
        return


def _appeal(access: Access, at: datetime) -> None:
    """Say that more of the traffic was bad than was found."""
    found = own(Campaign, access.merchant).filter(name__startswith="家居拉新").first()
    today = chance.day_of(at)
    appeals.appeal(
        access, kind=Appeal.Kind.MORE, first=today - timedelta(days=4), last=today - timedelta(days=1), campaign=found,
        text="凌晨一点到三点点击突然翻倍，没有一单成交，看起来是同一批设备。", at=at,
    )  # fmt: skip


def _run_low(access: Access, at: datetime) -> None:
    """Want to be warned above what is there."""
    standing = wallet.standing(access.merchant, at=at)
    owner = people.acting(access.merchant)
    alerts.set_alerts(access=owner, balance=(standing.spendable + 2000).quantize(Decimal(1)), days=5, at=at)


PLAN: Mapping[int, Iterable[tuple[str, Callable[[Access, datetime], None]]]] = {
    0: ((SHOP, _refine), (SHOP, _reach_out)),
    3: ((SHOP, _remember),),
    8: ((SHOP, _headline),),
    14: ((SHOP, _raise_bids),),
    16: ((SHOP, _take_back),),
    20: tuple((slug, _seed) for slug in SEEDED),
    26: ((SHOP, _show),),
    45: ((SHOP, _give),),
    70: ((SHOP, _freeze),),
    80: ((SHOP, _appeal),),
    81: ((SHOP, _give_shortly),),
    83: ((SHOP, _limit),),
    85: ((SHOP, _propose), (SHOP, _renew)),
    88: ((SHOP, _run_low),),
}
