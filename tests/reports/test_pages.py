"""Pages of reports: right numbers, right people, and as few queries at many rows as at few."""

import uuid
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone

from ads.attribution import CLAIMED, DEFAULT
from ads.models import Campaign
from chengfeng import clock
from reports import cockpit, facts
from reports.picking import Picked, preset
from tests import factories

from . import world

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 10, 4, tzinfo=UTC)


@pytest.fixture
def goods(shop):
    world.fund(shop, at=NOW)
    return factories.variant(shop, stock=50)


@pytest.fixture
def by_ad(shop, goods):
    """An order of today, one hour after a click."""
    shopper, now = uuid.uuid4(), timezone.now()
    ad = world.campaign(shop, goods.product, at=now)
    world.click(ad, at=now - timedelta(minutes=2), shopper=shopper)
    return world.sell(goods, at=now - timedelta(minutes=1), shopper=shopper)


def page(client, user, name, *args, **query):
    client.force_login(user)
    return client.get(reverse(f"reports:{name}", args=args), query)


def test_an_order_just_paid_is_in_the_cockpit(client, alice, shop, by_ad):
    numbers = page(client, alice, "cockpit", shop.code, period="today").context["cockpit"].sums
    assert (numbers["paid_gmv"], numbers["spend"], numbers["ad_orders"]) == (108, 2.5, 1)


@pytest.mark.parametrize(
    ("by", "rungs"),
    [("order", [80, 40, 36, None]), ("touch", [80, 40, 36, None]), ("settle", [80, 0, 0, None])],
)
def test_the_ladder_shows_every_rung_with_what_it_is_made_of(client, alice, shop, goods, by, rungs):
    """Two campaigns at 1.25 in sum, of which one is credited; a tenth is given back; nothing is settled yet."""
    shopper, now = uuid.uuid4(), timezone.now()
    for minutes, name in ((3, "a"), (2, "b")):
        ad = world.campaign(shop, goods.product, at=now, name=name)
        world.click(ad, at=now - timedelta(minutes=minutes), shopper=shopper, price="1.25")
    order = world.sell(goods, at=now - timedelta(minutes=1), shopper=shopper)
    world.refund(order, "10", at=now)
    answer = page(client, alice, "cockpit", shop.code, period="7", clock=by)
    ladder = answer.context["cockpit"].ladder
    assert [rung.roi for rung in ladder] == rungs
    assert all(rung.spend == Decimal("2.5") for rung in ladder)
    assert [rung.rule.version for rung in ladder if rung.rule] == [CLAIMED.version, DEFAULT.version, DEFAULT.version]
    assert DEFAULT.version in answer.content.decode()


def test_numbers_say_until_when_they_may_change(shop):
    found = cockpit.look(shop, Picked(NOW.date(), NOW.date()), at=NOW).finality
    assert (found.complete_through, found.rule_version) == (NOW - timedelta(hours=48), DEFAULT.version)
    assert (found.provisional_until.isoformat(), found.final_after.isoformat()) == ("2026-03-18", "2026-04-10")


def test_today_is_compared_with_yesterday_until_this_time(shop, goods):
    world.sell(goods, at=NOW - timedelta(days=1, hours=1))
    world.sell(goods, at=NOW - timedelta(hours=20))
    world.sell(goods, at=NOW)
    today = cockpit.look(shop, preset("today", today=NOW.date()), at=NOW)
    assert [n.change for n in today.headlines if n.metric.code == "paid_gmv"] == [0]


@pytest.mark.parametrize("rows", [1, 3])
def test_the_cockpit_asks_the_database_as_often_at_any_size(
    client, alice, shop, goods, rows, django_assert_num_queries
):
    for number in range(rows):
        other = factories.variant(shop)
        world.campaign(shop, other.product, at=NOW, name=f"{number}")
        world.sell(other, at=timezone.now() - timedelta(minutes=1))
    facts.rebuild_history(at=timezone.now())
    client.force_login(alice)
    with django_assert_num_queries(14):
        client.get(reverse("reports:cockpit", args=[shop.code]))


def test_unchanged_numbers_are_not_sent_again(client, alice, shop, by_ad):
    with clock.at(timezone.now()):
        first = page(client, alice, "cockpit", shop.code).context
        seen, pulse = first["cockpit"].fingerprint, first["pulse"]
        assert page(client, alice, "cockpit_live", shop.code, seen=seen)["HX-Reswap"] == "none"
        client.force_login(alice)
        address = reverse("reports:cockpit_live", args=[shop.code])
        assert client.get(address, {"seen": seen, "pulse": pulse}).status_code == 204
    assert "HX-Reswap" not in page(client, alice, "cockpit_live", shop.code, seen="old")


def test_a_number_leads_to_its_rows(client, alice, shop, goods, by_ad):
    world.sell(goods, at=timezone.now())
    counted = {}
    for code in ("paid_gmv", "ad_orders", "organic_orders", "new_buyers", "ad_gmv", "spend", "refunds"):
        context = page(client, alice, "behind", shop.code, code).context
        counted[code] = (context["page"].paginator.count, context["sum"])
    assert counted == {
        "paid_gmv": (2, 216), "ad_orders": (1, 108), "organic_orders": (1, 108), "new_buyers": (2, 216),
        "ad_gmv": (1, 100), "spend": (1, 2.5), "refunds": (0, 0),
    }  # fmt: skip


@pytest.mark.parametrize("clock_name", ["order", "touch", "settle"])
def test_a_campaign_has_a_ladder_of_its_own(client, alice, charlie, shop, goods, by_ad, clock_name):
    (campaign,) = Campaign.objects.all()
    world.campaign(shop, goods.product, at=NOW, name="quiet")
    view = page(client, alice, "campaign", shop.code, campaign.code, clock=clock_name).context["view"]
    tops = {"order": [100, 100, 100], "touch": [100, 100, 100], "settle": [100, 0, 0]}[clock_name]
    assert [rung.top for rung in view.ladder] == [*tops, None]
    assert {rung.spend for rung in view.ladder} == {Decimal("2.5")}
    assert page(client, charlie, "campaign", shop.code, campaign.code).status_code == 404


@pytest.mark.parametrize(("code", "rows"), [
    ("claimed_roi", 1), ("touch_claimed_roi", 1), ("touch_roi", 1), ("net_roi", 1), ("settled_roi", 0),
    ("halo_gmv", 0), ("ad_direct_gmv", 1),
])  # fmt: skip
def test_every_rung_leads_to_its_rows(client, alice, bob, shop, by_ad, code, rows):
    (campaign,) = Campaign.objects.all()
    context = page(client, alice, "behind", shop.code, code, campaign=campaign.code).context
    assert (context["page"].paginator.count, context["sum"]) == (rows, 100 * rows)
    assert len(context["page"].object_list) == rows
    assert page(client, bob, "behind", shop.code, code).status_code == 403


@pytest.mark.parametrize(
    ("first", "last", "said"),
    [
        ("2026-03-09", "2026-03-01", {"to": ["The last day is before the first."]}),
        ("0001-01-01", "0001-01-05", {"from": ["This is too long ago."]}),
    ],
)
def test_days_that_make_no_sense_are_explained(client, alice, shop, first, last, said):
    answer = page(client, alice, "cockpit", shop.code, **{"from": first, "to": last})
    assert answer.context["form"].errors == said


def test_the_trail_of_an_order_names_its_click_and_its_money(client, alice, shop, by_ad):
    why = page(client, alice, "order_trail", shop.code, by_ad.code).context["why"]
    assert [(t.candidate.why, t.charge and t.charge.amount) for t in why.touches] == [
        ("taken", 2.5), ("kind", None), ("kind", None),
    ]  # fmt: skip
    assert [movement.transfer.kind for movement in why.movements] == ["charge", "payment"]
    assert [[credit.amount for credit in posted] for _, _, posted in why.lines] == [[100]]


def test_the_trail_of_an_order_shows_its_part_of_a_transfer_that_other_clicks_share(client, alice, shop, goods):
    sam, now = uuid.uuid4(), timezone.now()
    ad = world.campaign(shop, goods.product, at=now)
    world.click_together(ad, {sam: "2.5", uuid.uuid4(): "1.25", uuid.uuid4(): "1"}, at=now - timedelta(minutes=2))
    order = world.sell(goods, at=now - timedelta(minutes=1), shopper=sam)
    answer = page(client, alice, "order_trail", shop.code, order.code)
    moved = [[amount for _, amount in movement.entries] for movement in answer.context["why"].movements]
    assert (moved, [movement.whole for movement in answer.context["why"].movements]) == (
        [[Decimal("-2.5"), Decimal("2.5")], [-108, 108]], [Decimal("4.75"), None]
    )  # fmt: skip
    assert "part of a transfer of" in answer.content.decode()


def test_an_order_that_no_ad_led_to_says_so(client, alice, shop, goods):
    organic = world.sell(goods, at=NOW)
    answer = page(client, alice, "order_trail", shop.code, organic.code)
    assert "neither viewed nor clicked" in answer.content.decode()


@pytest.mark.parametrize("name", ["cockpit", "cockpit_live", "exports", "export_new"])
def test_reports_are_for_those_who_may_see_them(client, name, shop, charlie, bob, dana):
    codes = {user.name: page(client, user, name, shop.code).status_code for user in (charlie, bob, dana)}
    assert codes == {"Charlie": 404, "Bob": 403, "Dana": 200}


def test_a_trail_of_a_foreign_order_is_not_there(client, shop, charlie, foreign_shop, by_ad):
    assert page(client, charlie, "order_trail", foreign_shop.code, by_ad.code).status_code == 404


def test_the_platform_page_is_the_operators(client, oscar, kai, alice, by_ad):
    assert [page(client, user, "platform").status_code for user in (kai, alice)] == [404, 404]
    context = page(client, oscar, "platform").context
    (sheet,) = context["sheets"]
    assert (sheet["sums"]["gmv"], context["differs"]) == (108, [])
    assert [(str(method), paid["payments"]) for method, paid in sheet["paid_by"]] == [("Credit card", 1)]


def test_totals_count_orders_and_whole_checkouts(goods, by_ad, capsys):
    world.give_up(world.place(goods, at=NOW), at=NOW + timedelta(minutes=15))
    call_command("totals")
    lines = [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]
    assert lines[0] == "CNY"
    for line in ("checkouts 2", "paid orders 1", "cancelled checkouts unpaid 1", "gmv 108.00", "spend 2.50"):
        assert line in lines


def test_what_numbers_mean_is_open_to_everybody(client):
    answer = client.get(reverse("reports:metrics"))
    assert (answer.status_code, 'id="roi"' in answer.content.decode()) == (200, True)
