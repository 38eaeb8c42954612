"""Rules that are ready to use, as data: ours, and those of the platforms that merchants come from."""

from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from .rules import Clock, Counted, Kind, Model, Rule, Scope, State

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def clicks(days: int, scope: Scope = Scope.SHOP) -> tuple[Counted, ...]:
    """Return what counts where clicks alone do."""
    return (Counted(Kind.CLICK, days * DAY, scope),)


DEFAULT = Rule(
    "last_click_7d",
    _("Last click, 7 days"),
    clicks(7),
    note=_("The click nearest to what was bought: the same product, else the same brand, else the latest click."),
)
OWN = (
    DEFAULT,
    Rule(
        "last_recency_7d",
        _("Last click, 7 days, most recent"),
        clicks(7),
        by_relevance=False,
        note=_("The latest click, whatever it advertised; what most other platforms mean by last click."),
    ),
    Rule("first_click_7d", _("First click, 7 days"), clicks(7), Model.FIRST, note=_("The earliest click.")),
    Rule("linear_7d", _("Linear, 7 days"), clicks(7), Model.LINEAR, note=_("Every click alike.")),
    Rule(
        "position_7d",
        _("Position, 7 days"),
        clicks(7),
        Model.POSITION,
        note=_("40% to the first and to the last click, the rest to those between, alike; of two clicks half each."),
    ),
    Rule(
        "decay_7d",
        _("Time decay, 7 days"),
        clicks(7),
        Model.DECAY,
        note=_("A click weighs half as much as one that is seven days younger."),
    ),
    Rule(
        "claimed_7d",
        _("Claimed, 7 days"),
        clicks(7),
        Model.CLAIMED,
        note=_("Every campaign that was clicked claims the whole sale, as platforms that know only themselves do."),
    ),
)
PLATFORMS = (
    Rule(
        "chengfeng_7d",
        _("Chengfeng, 7 days"),
        clicks(7),
        by_relevance=False,
        note=_("Anything of the shop bought within seven days of a click; refunds are not deducted."),
        source="Xiaohongshu Chengfeng, report fields: rgmv",
    ),
    Rule(
        "chengfeng_live_24h",
        _("Chengfeng live, 24 hours"),
        (Counted(Kind.LIVE, DAY),),
        by_relevance=False,
        note=_(
            "Anything of the shop bought within 24 hours of a visit to its live room. No such visits are recorded yet, "
            "so it credits nothing."
        ),
        source="Xiaohongshu Chengfeng, report fields: live",
    ),
    Rule(
        "chengfeng_engagement_1h",
        _("Chengfeng interaction, 1 hour"),
        (Counted(Kind.ENGAGEMENT, HOUR),),
        by_relevance=False,
        note=_("Anything of the shop bought within an hour of an interaction with the ad."),
        source="Xiaohongshu Chengfeng, report fields: interaction",
    ),
    Rule(
        "amazon_sp_seller_7d",
        _("Amazon Sponsored Products, sellers"),
        clicks(7),
        by_relevance=False,
        note=_("The latest click within seven days; the advertised product and anything else the seller sells."),
        source="Amazon Ads, help for sellers: Sales",
    ),
    Rule(
        "amazon_sp_vendor_14d",
        _("Amazon Sponsored Products, vendors"),
        clicks(14, Scope.BRAND),
        by_relevance=False,
        note=_("The latest click within 14 days; the advertised product and others of its brand."),
        source="Amazon Ads, help for vendors: Sales",
    ),
    Rule(
        "amazon_sb_14d_brand",
        _("Amazon Sponsored Brands"),
        clicks(14, Scope.BRAND),
        by_relevance=False,
        note=_("The latest click within 14 days; anything of the advertised brand."),
        source="Amazon Ads, help for sellers: Sales (Sponsored Brands)",
    ),
    Rule(
        "tiktok_shop_7c_1v",
        _("TikTok Shop, 7-day click, 1-day view"),
        (Counted(Kind.CLICK, 7 * DAY), Counted(Kind.VIEWABLE, DAY, rank=1)),
        by_relevance=False,
        state=State.PLACED,
        note=_("The latest click within seven days, else the latest view within 24 hours; anything of the shop."),
        source="TikTok Business Help Center: About TikTok Shop Ads attribution",
    ),
    Rule(
        "gmvmax_all_orders",
        _("GMV Max: all orders, not attribution"),
        (),
        Model.EVERYTHING,
        state=State.PLACED,
        note=_("Every order, paid or organic, whether or not an ad was touched. This is not attribution."),
        source="TikTok Business Help Center: About attribution for GMV Max",
    ),
    Rule(
        "criteo_30c_category_1v_sku",
        _("Criteo Retail Media"),
        (Counted(Kind.CLICK, 30 * DAY, Scope.CATEGORY), Counted(Kind.VIEWABLE, DAY, Scope.SKU, rank=1)),
        by_relevance=False,
        note=_("A click within 30 days on the same category, else a view within a day of the very same article."),
        source="Criteo Retail Media Help Center: About attribution",
    ),
    Rule(
        "jd_15d_click",
        _("JD, 15 days, by click"),
        clicks(15),
        by_relevance=False,
        state=State.PLACED,
        clock=Clock.TOUCH,
        note=_("Orders placed within 15 days after a click, reported on the day of the click."),
        source="JD Kuaiche, explanation of figures: by click",
    ),
    Rule(
        "jd_15d_order",
        _("JD, 15 days, by order"),
        clicks(15),
        by_relevance=False,
        state=State.PLACED,
        clock=Clock.ORDER,
        note=_("Orders with a click in the 15 days before, reported on the day of the order."),
        source="JD Kuaiche, explanation of figures: by order",
    ),
    Rule(
        "walmart_14d",
        _("Walmart Connect, 14 days"),
        clicks(14, Scope.BRAND),
        by_relevance=False,
        note=_("The latest click within 14 days; the advertised product and others of its brand."),
        source="Walmart Connect, Advertising Help Centre: Advertiser reports",
    ),
    Rule(
        "walmart_30d",
        _("Walmart Connect, 30 days"),
        clicks(30, Scope.BRAND),
        by_relevance=False,
        note=_("The latest click within 30 days; the advertised product and others of its brand."),
        source="Walmart Connect, Advertising Help Centre: Advertiser reports",
    ),
    Rule(
        "topsort_14d_last_click",
        _("Topsort, 14 days"),
        clicks(14),
        by_relevance=False,
        note=_("The latest click within 14 days; anything of the vendor."),
        source="Topsort Help Center: How is the attribution made for sponsored listings?",
    ),
    Rule(
        "iab_viewable",
        _("IAB/MRC, viewable only"),
        (Counted(Kind.CLICK, 14 * DAY), Counted(Kind.VIEWABLE, DAY, rank=1)),
        note=_("Of impressions only viewable ones may earn credit; same product and halo are told apart."),
        source="IAB and MRC: Retail Media Measurement Guidelines, January 2024",
    ),
)
PRESETS = {rule.name: rule for rule in (*OWN, *PLATFORMS)}
