"""Every preset against what its platform publishes: windows, scope, precedence, state and clock."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from uuid import UUID

import pytest

from ads.attribution.presets import OWN, PRESETS
from ads.attribution.rules import Goods, Line, Model, Rule, Touch, credit

SOLD = datetime(2026, 3, 10, 4, tzinfo=UTC)
INSTANT = timedelta(microseconds=1)
LINE = Line(Goods(1, 10, "Acme", 5, 100), Decimal("19.99"), "CNY")
NEAR = {
    "sku": Goods(1, 10, "Acme", 5, 100),
    "product": Goods(1, 10, "Other", 6, None),
    "brand": Goods(1, 11, "Acme", 6, None),
    "category": Goods(1, 12, "Other", 5, None),
    "shop": Goods(1, 13, "", None, None),
    "elsewhere": Goods(2, 14, "", None, None),
}
PUBLISHED = {  # kind: hours, and what of the advertised things may have been sold
    "last_click_7d": {"click": (168, "shop")},
    "last_recency_7d": {"click": (168, "shop")},
    "first_click_7d": {"click": (168, "shop")},
    "linear_7d": {"click": (168, "shop")},
    "position_7d": {"click": (168, "shop")},
    "decay_7d": {"click": (168, "shop")},
    "claimed_7d": {"click": (168, "shop")},
    "chengfeng_7d": {"click": (168, "shop")},
    "chengfeng_live_24h": {"live": (24, "shop")},
    "chengfeng_engagement_1h": {"engagement": (1, "shop")},
    "amazon_sp_seller_7d": {"click": (168, "shop")},
    "amazon_sp_vendor_14d": {"click": (336, "brand")},
    "amazon_sb_14d_brand": {"click": (336, "brand")},
    "tiktok_shop_7c_1v": {"click": (168, "shop"), "viewable": (24, "shop")},
    "gmvmax_all_orders": {},
    "criteo_30c_category_1v_sku": {"click": (720, "category"), "viewable": (24, "sku")},
    "jd_15d_click": {"click": (360, "shop")},
    "jd_15d_order": {"click": (360, "shop")},
    "walmart_14d": {"click": (336, "brand")},
    "walmart_30d": {"click": (720, "brand")},
    "topsort_14d_last_click": {"click": (336, "shop")},
    "iab_viewable": {"click": (336, "shop"), "viewable": (24, "shop")},
}
WITHIN = {  # tested directly: the same category is no step of the same brand
    "sku": {"sku"},
    "brand": {"sku", "brand"},
    "category": {"sku", "category"},
    "shop": {"sku", "product", "brand", "category", "shop"},
}


def touch(number, kind, age, goods=NEAR["sku"]):
    return Touch((SOLD - age).date(), UUID(int=number), kind, number, number, goods, SOLD - age)


def credited(name, *touches):
    return [share.touch.campaign for share in credit(touches, LINE, at=SOLD, rule=PRESETS[name])]


def test_a_kind_counts_in_one_way_only():
    counted = PRESETS["last_click_7d"].counts
    with pytest.raises(ValueError, match="one way"):
        PRESETS["last_click_7d"].with_(counts=counted * 2)


def test_every_preset_has_a_definition():
    assert PUBLISHED.keys() == PRESETS.keys()


@pytest.mark.parametrize(("name", "kind"), [(name, kind) for name, kinds in PUBLISHED.items() for kind in kinds])
def test_windows_end_at_the_microsecond_and_scope_is_as_published(name, kind):
    hours, scope = PUBLISHED[name][kind]
    window = timedelta(hours=hours)
    assert credited(name, touch(1, kind, window)) == [1]
    assert credited(name, touch(1, kind, timedelta(0))) == [1]
    assert credited(name, touch(1, kind, window + INSTANT)) == []
    assert credited(name, touch(1, kind, -INSTANT)) == []
    assert {near for near, goods in NEAR.items() if credited(name, touch(1, kind, INSTANT, goods))} == WITHIN[scope]


@pytest.mark.parametrize("name", ["tiktok_shop_7c_1v", "criteo_30c_category_1v_sku", "iab_viewable"])
def test_an_older_click_beats_a_view(name):
    assert credited(name, touch(1, "click", timedelta(hours=50)), touch(2, "viewable", timedelta(hours=1))) == [1]
    assert credited(name, touch(2, "viewable", timedelta(hours=1))) == [2]


@pytest.mark.parametrize("name", sorted(PUBLISHED.keys() - {"gmvmax_all_orders"}))
def test_an_impression_that_was_not_viewable_never_earns_credit(name):
    assert credited(name, touch(1, "impression", INSTANT)) == []


def test_every_order_counts_where_all_orders_do():
    (share,) = credit([], LINE, at=SOLD, rule=PRESETS["gmvmax_all_orders"])
    assert (share.touch, share.amount) == (None, LINE.value)


def test_states_and_clocks_are_as_published():
    placed = {"tiktok_shop_7c_1v", "gmvmax_all_orders", "jd_15d_click", "jd_15d_order"}
    assert {name for name, rule in PRESETS.items() if rule.state == "placed"} == placed
    assert {name for name, rule in PRESETS.items() if rule.clock == "touch"} == {"jd_15d_click"}


def test_the_document_has_every_preset_as_it_is():
    document = Path(__file__).parents[2] / "docs" / "attribution.md"
    rows = [line for line in document.read_text().splitlines() if line.startswith("| `") and line.count("|") == 7]
    assert rows == [row(rule) for rule in PRESETS.values()]
    assert all(rule.source for name, rule in PRESETS.items() if rule not in OWN)


def row(rule: Rule) -> str:
    """Return the row of a rule in the table of presets."""
    ranked = sorted(rule.counts, key=lambda each: each.rank)
    counts = ", else ".join(f"{each.kind} {length(each.window)} {each.scope}" for each in ranked)
    model = f"{rule.model}, the latest" if rule.model is Model.LAST and not rule.by_relevance else rule.model
    source = rule.source or "ours"
    return f"| `{rule.name}` | {counts or 'all'} | {model} | {rule.state} | {rule.clock} | {source} |"


def length(window: timedelta) -> str:
    hours = window // timedelta(hours=1)
    return f"{hours} h" if hours % 24 else f"{hours // 24} d"
