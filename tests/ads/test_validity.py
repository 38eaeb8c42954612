"""Rules against invalid traffic: each finds what it is for, and lets pass what it is not."""

import json
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from ads import tokens
from ads.models import Charge, Event
from ads.tracking import Report, track
from ads.validity import RULES, Reason, Visitor, networks
from ads.validity.reasons import INVALID
from shops.models import Device, Membership
from tests import factories
from tests.factories import AT

from . import adverts
from .adverts import BROWSER, served

pytestmark = pytest.mark.django_db
SECOND = timedelta(seconds=1)
HOME = "81.2.69.142"


@pytest.fixture
def ad(shop):
    factories.fund(shop, "1000")
    return adverts.ad(shop, bid="2")


@pytest.fixture(autouse=True)
def nothing_remembered():
    networks.forget()
    yield
    networks.forget()


def click(ad, *, at=AT, visitor=BROWSER, **token):
    return track([Report(served(ad, at=at - SECOND, **token), "click")], received_at=at, visitor=visitor)[0].reason


def browser(**fields) -> Visitor:
    return Visitor(agent=BROWSER.agent, **fields)


def test_every_reason_has_a_rule():
    assert list(RULES) == list(INVALID)


def test_more_than_thirty_clicks_an_hour_of_a_network_do_not_count(ad):
    home, next_door, elsewhere = (browser(address=address) for address in (HOME, "81.2.69.9", "81.2.70.9"))
    others = adverts.ad(ad.merchant)
    assert {click(ad, visitor=home) for _ in range(30)} == {""}
    assert click(ad, visitor=next_door) == "network"
    assert [click(ad, visitor=elsewhere), click(others, visitor=home)] == ["", ""]
    assert click(ad, visitor=home, at=AT + timedelta(hours=1)) == ""


def test_a_network_is_kept_as_a_keyed_hash_and_never_as_an_address(ad, settings):
    click(ad, visitor=browser(address=HOME))
    kept = bytes(Event.objects.values_list("network", flat=True).get())
    assert (kept, len(kept)) == (networks.network_of("81.2.69.1"), networks.SIZE)
    six, other = networks.network_of("2a02:2e0:1::1"), networks.network_of("2a02:2e0:2::1")
    assert six == networks.network_of("2a02:2e0:1:ffff::2") and six != other
    networks.forget()
    settings.SECRET_KEY = "another"
    assert networks.network_of("81.2.69.1") != kept


@pytest.mark.parametrize(
    "address", ["", "127.0.0.1", "10.1.2.3", "192.168.0.1", "::1", "fe80::1", "nonsense", "::ffff:10.0.0.1"]
)
def test_an_address_of_nobody_in_particular_says_nothing(address):
    assert networks.network_of(address) is None


def test_data_centres_of_the_list_do_not_count(ad, settings, tmp_path):
    aws, text, target = tmp_path / "aws.json", tmp_path / "other.csv", tmp_path / "networks.txt"
    aws.write_text(
        json.dumps({"prefixes": [{"ip_prefix": "81.2.68.0/23", "region": "x/y"}, {"ipv6_prefix": "2a02::/32"}]})
    )
    text.write_text("# of somebody\n81.2.70.0/24,NL\n")
    settings.DATA_CENTRE_NETWORKS = ""
    assert not RULES[Reason.DATA_CENTRE].is_set_up
    settings.DATA_CENTRE_NETWORKS = str(target)
    call_command("import_networks", str(aws), str(text), verbosity=0, stdout=(tmp_path / "said").open("w"))
    assert target.read_text() == "81.2.68.0/23\n81.2.70.0/24\n2a02::/32\n"
    addresses = [HOME, "81.2.70.255", "81.2.71.0", "2a02::1", "::ffff:81.2.69.1", ""]
    reasons = [click(ad, visitor=browser(address=address)) for address in addresses]
    assert reasons == ["data_centre", "data_centre", "", "data_centre", "data_centre", ""]
    assert all(rule.is_set_up for rule in RULES.values())


def test_a_list_that_is_none_is_refused_by_file_and_line(settings, tmp_path):
    bad, target = tmp_path / "bad.txt", tmp_path / "networks.txt"
    bad.write_text("81.2.69.0/24\n81.2.69.1/24\n")
    settings.DATA_CENTRE_NETWORKS = str(target)
    with pytest.raises(CommandError, match=r"bad\.txt, line 2"):
        call_command("import_networks", str(bad))
    assert not target.exists()


def test_devices_of_shops_do_not_count_even_logged_out(ad, bob, charlie):
    mine, theirs = factories.shopper(), factories.shopper()
    for user, shopper in ((bob, mine), (charlie, theirs)):
        Device.objects.create(user=user, shopper=shopper, first_at=AT)
    assert [click(ad, shopper=shopper) for shopper in (mine, theirs, factories.shopper())] == [
        "staff",
        "competitor",
        "",
    ]
    Membership.objects.filter(user=charlie).update(revoked_at=AT)
    assert click(ad, shopper=theirs) == ""


def test_a_device_is_learnt_from_a_click_while_logged_in(ad, bob):
    device = factories.shopper()
    assert click(ad, visitor=browser(user=bob, shopper=device), shopper=device) == "staff"
    assert click(ad, shopper=device) == "staff"


def test_a_log_in_makes_the_browser_known(client, bob, noon):
    client.post(reverse("shops:login"), {"username": bob.email, "password": "correct horse"})
    assert Device.objects.get().user == bob
    assert client.cookies["shopper"].value.startswith(Device.objects.get().shopper.hex)


def test_a_viewable_impression_is_charged_where_that_is_what_is_sold(ad):
    paid, free = (adverts.token(ad, pricing=pricing) for pricing in ("cpm", "cpc"))
    reports = [Report(tokens.seal(token), kind) for token in (paid, free) for kind in ("viewable", "click")]
    assert [result.reason for result in track(reports, received_at=AT, visitor=BROWSER)] == [""] * 4
    charged = dict(Charge.objects.values_list("token", "kind"))
    assert charged == {paid.token: "viewable", free.token: "click"}
    robot = [Report(tokens.seal(adverts.token(ad, pricing="cpm")), "viewable")]
    assert track(robot, received_at=AT, visitor=Visitor(agent=""))[0].reason == Reason.NO_AGENT
    assert Charge.objects.count() == 2
