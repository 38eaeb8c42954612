"""Audiences: who is in them, how large they are said to be, and who wants no part of it."""

import json
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier

import pytest
from django.db import OperationalError, connection, transaction
from django.urls import reverse

from ads import audiences
from ads.audiences import counting, defining, people
from ads.audiences.noting import MOST_A_DAY
from ads.audiences.sizes import Size, rounded
from ads.models import Audience, AudienceMember, Behaviour, GroupAudience
from chengfeng import clock, sql
from chengfeng.models import Job
from orders import cart
from shops import tokens
from shops.models import Note, User
from shops.people.rights import Right
from shops.shopper import COOKIE, HEADER, seal
from shops.tenancy import access_of
from tests import factories
from tests.factories import AT

from . import adverts, crowds
from .adverts import owner_of
from .crowds import bought, did

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
MIDNIGHT = datetime(2026, 3, 10, tzinfo=UTC)
BROWSER = {"HTTP_USER_AGENT": adverts.BROWSER.agent}


def members(audience: Audience, at: datetime = AT) -> set[uuid.UUID]:
    """Count an audience, and return who is in it."""
    counting.recount(audience.pk, at=at)
    audience.refresh_from_db()
    found = set(AudienceMember.objects.filter(audience=audience).values_list("shopper", flat=True))
    assert audience.size == len(found)
    return found


# Who


def test_each_kind_has_its_own_people_and_several_kinds_have_all(shop, goods, foreign_shop):
    who = {kind: did(kind, goods[0]) for kind in ("view", "read", "cart")}
    who["buy"] = bought(*goods)
    did("view", adverts.product(foreign_shop))
    bought(adverts.product(foreign_shop))
    assert {kind: members(crowds.audience(shop, kind)) for kind in who} == {kind: {who[kind]} for kind in who}
    assert members(crowds.audience(shop, "cart", "buy")) == {who["cart"], who["buy"]}


def test_the_last_days_are_today_and_as_many_before_it_by_utc_for_deeds_and_purchases_alike(shop, goods):
    first = MIDNIGHT - 3 * DAY
    last = MIDNIGHT + DAY - timedelta(microseconds=1)
    inside = {did("view", goods[0], at=first), did("view", goods[0], at=last)}
    inside |= {bought(goods[0], at=first), bought(goods[0], at=last)}
    for make in (lambda at: did("view", goods[0], at=at), lambda at: bought(goods[0], at=at)):
        make(first - timedelta(microseconds=1))
        make(last + timedelta(microseconds=1))
    assert shop.time_zone == "Asia/Shanghai"  # whose days are others
    assert members(crowds.audience(shop, "view", "buy", days=3), at=last) == inside


def test_products_and_categories_narrow_it_to_themselves_and_what_lies_below(shop, goods):
    dress = factories.category("dress", parent=factories.category("fashion"))
    goods[0].category = dress
    goods[0].save()
    both = [did("view", goods[0]), bought(goods[0]), did("view", goods[1]), bought(goods[1])]
    above = crowds.audience(shop, "view", "buy", category=dress.parent)
    assert members(above) == set(both[:2])
    assert members(crowds.audience(shop, "view", "buy", products=goods[1:])) == set(both[2:])


def test_counting_again_follows_what_changed_and_says_when(shop, goods):
    audience = crowds.audience(shop, "view", days=3)
    gone, stays = did("view", goods[0], at=AT - 3 * DAY), did("view", goods[0])
    assert members(audience) == {gone, stays}
    came = did("view", goods[1])
    assert members(audience, at=AT + DAY) == {stays, came}
    assert audience.changed_at == audience.counted_at == AT + DAY
    assert members(audience, at=AT + DAY + timedelta(minutes=5)) == {stays, came}
    assert (audience.changed_at, audience.counted_at) == (AT + DAY, AT + DAY + timedelta(minutes=5))


def test_the_job_counts_what_is_used_each_time_and_the_rest_every_hour(shop):
    used, _idle, archived = (crowds.audience(shop) for _ in range(3))
    GroupAudience.objects.create(group=adverts.ad(shop).group, audience=used)
    Audience.objects.filter(pk=archived.pk).update(state="archived")

    def run(at):
        return counting.run(Job(due_at=at), lambda *_: None)

    minutes = [0, 0, 5, 60]
    assert [run(AT + timedelta(minutes=m)) for m in minutes] == [{"counted": n} for n in (2, 0, 1, 2)]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("hold", "counts"), [(sql.hold, 1), (lambda *_: None, 4)], ids=["held", "control"])
def test_of_counts_at_once_one_does_it(shop, monkeypatch, hold, counts):
    product = adverts.product(shop)
    who = {did("view", product) for _ in range(30)}
    audience = crowds.audience(shop)
    looked, read = Barrier(4), Barrier(4)

    def held(lock, key):
        looked.wait(5)
        hold(lock, key)

    def definition(counted):
        if counts == 4:  # without the lock all have found it uncounted before one has written
            read.wait(5)
        return people.definition_of(counted)

    def count(_):
        try:
            return counting.recount(audience.pk, at=AT)
        finally:
            connection.close()

    monkeypatch.setattr(counting.sql, "hold", held)
    monkeypatch.setattr(counting, "definition_of", definition)
    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(count, range(4))) == counts
    assert set(AudienceMember.objects.values_list("shopper", flat=True)) == who
    assert Audience.objects.get().size == 30


# How large


def test_sizes_have_a_floor_and_two_digits():
    sizes = [rounded(people) for people in (0, 1, 99, 100, 104, 105, 1249, 1250, 98765, 99500)]
    told = [size.people for size in sizes]
    assert told == [100, 100, 100, 100, 100, 110, 1200, 1300, 99000, 100000]
    assert [size.is_below for size in sizes] == [True] * 3 + [False] * 7
    assert (str(sizes[0]), str(sizes[6])) == ("fewer than 100", "about 1,200")


def test_no_page_and_no_answer_tells_the_exact_number(shop, alice, client, noon):
    audience = crowds.audience(shop, name="Fans")
    Audience.objects.filter(pk=audience.pk).update(size=8642, counted_at=AT)
    client.force_login(alice)
    pages = [reverse("ads:audiences", args=[shop.code]), reverse("ads:audience", args=[shop.code, audience.code])]
    answers = [client.get(address).content.decode() for address in pages]
    answers.append(_api(shop, client, "GET", reverse("ads:api_audience", args=[audience.code])).content.decode())
    for answer in answers:
        assert "8642" not in answer.replace(",", "")
        assert "8600" in answer.replace(",", "")


# Noting


def test_a_deed_is_noted_once_a_day_and_not_for_ever_many_things(shop, goods, monkeypatch):
    who = uuid.uuid4()
    pairs = [(product.pk, shop.pk) for product in goods]

    def note(at=AT):
        return audiences.note(Behaviour.Kind.VIEW, shopper=who, products=pairs, at=at)

    assert [note(), note(AT + timedelta(hours=1)), note(AT + DAY)] == [2, 0, 2]
    assert Behaviour.objects.filter(day=AT.date(), at=AT).count() == 2
    monkeypatch.setattr("ads.audiences.noting.MOST_A_DAY", 2)
    assert audiences.note(Behaviour.Kind.READ, shopper=who, products=pairs, at=AT) == 0
    assert MOST_A_DAY == 500
    with pytest.raises(ValueError):
        audiences.note(Behaviour.Kind.BUY, shopper=who, products=pairs, at=AT)


def test_the_storefront_notes_what_known_people_view_and_read(shop, goods, alice, client, noon):
    read = Note.objects.create(merchant=shop, title="N", author="A", state="published", created_at=AT, published_at=AT)
    read.products.set(goods, through_defaults={"place": 1})
    who = uuid.uuid4()
    address = reverse("ads:api_behaviours")

    def tell(kind, code, **headers):
        headers = {"HTTP_X_SHOPPER": seal(who), **BROWSER, **headers}
        return client.post(address, {"kind": kind, "code": code}, "application/json", **headers).status_code

    silent = ({"HTTP_X_SHOPPER": "nobody"}, {"HTTP_USER_AGENT": "Googlebot/2.1"}, {"HTTP_SEC_PURPOSE": "prefetch"})
    for headers in silent:
        assert (tell("view", goods[0].code, **headers), Behaviour.objects.exists()) == (204, False), headers
    client.force_login(alice)
    assert tell("view", goods[0].code) == 204
    client.logout()
    assert not Behaviour.objects.exists()
    assert [tell("view", goods[0].code), tell("read", read.code), tell("view", "prd_0")] == [204, 204, 404]
    assert [tell("buy", goods[0].code), tell("view", "\0")] == [400, 400]
    for page, kind, code in (("product", "view", goods[0].code), ("note", "read", read.code)):
        html = client.get(reverse(f"shops:{page}", args=[code])).content.decode()
        assert f'data-behaviour="{kind}" data-code="{code}"' in html
        assert "ads/behaviours.js" in html
    noted = set(Behaviour.objects.values_list("shopper", "kind", "product"))
    assert noted == {(who, "view", goods[0].pk), (who, "read", goods[0].pk), (who, "read", goods[1].pk)}


def test_what_goes_into_the_cart_is_noted_and_what_does_not_is_not(shop, client, noon):
    variant = factories.variant(shop)
    who = uuid.uuid4()
    client.cookies[COOKIE] = seal(who)
    client.post(reverse("orders:cart_add"), {"variant": variant.code, "quantity": 0})
    line = reverse("orders:api_cart_line", args=[variant.code])
    client.put(line, {"quantity": 0}, "application/json", headers={HEADER: seal(who)})
    assert not Behaviour.objects.exists()
    client.post(reverse("orders:cart_add"), {"variant": variant.code, "quantity": 1})
    other = uuid.uuid4()
    client.put(line, {"quantity": 2}, "application/json", headers={HEADER: seal(other)})
    noted = Behaviour.objects.values_list("shopper", "kind", "product", "merchant", "at")
    assert set(noted) == {(each, "cart", variant.product_id, shop.pk, AT) for each in (who, other)}
    assert [cart.count(who), cart.count(other)] == [1, 1]


# Opting out


def test_whoever_opts_out_is_forgotten_noted_no_more_and_in_no_audience(shop, goods, client, noon):
    who, other = did("view", goods[0]), did("view", goods[0])
    bought(goods[0], shopper=who)
    audience = crowds.audience(shop, "view", "buy")
    assert members(audience) == {who, other}
    client.cookies[COOKIE] = seal(who)
    assert "No personalised ads" in client.get(reverse("ads:privacy")).content.decode()
    client.post(reverse("ads:privacy"), {"personalised": "no"})
    assert set(Behaviour.objects.values_list("shopper", flat=True)) == {other}
    assert set(AudienceMember.objects.values_list("shopper", flat=True)) == {other}
    assert audiences.note(Behaviour.Kind.VIEW, shopper=who, products=[(goods[0].pk, shop.pk)], at=AT) == 0
    assert members(audience, at=AT + timedelta(minutes=5)) == {other}
    assert people.count(people.definition_of(audience), at=AT) == 1

    address, header = reverse("ads:api_personalised_ads"), {HEADER: seal(who)}
    assert client.get(address, headers=header).json() == {"is_on": False}
    client.put(address, {"is_on": True}, "application/json", headers=header)
    assert client.get(address, headers=header).json() == {"is_on": True}
    assert audiences.note(Behaviour.Kind.VIEW, shopper=who, products=[(goods[0].pk, shop.pk)], at=AT) == 1


# Pages and programs


def _api(shop, client, method, address, body=None):
    by = User.objects.filter(email="pat@example.org").first() or factories.person("pat")
    _token, secret = tokens.issue(merchant=shop, name="t", rights=[Right.ADS_VIEW, Right.ADS_EDIT], by=by, at=AT)
    headers = {"Authorization": f"Bearer {secret}", "Idempotency-Key": uuid.uuid4().hex}
    return client.generic(method, address, json.dumps(body), "application/json", headers=headers)


def form(**changes):
    return {"name": "Fans", "kinds": ["view", "cart"], "days": 7, "scope": "shop", **changes}


def test_an_audience_is_made_changed_and_archived_on_pages(shop, dana, client, goods, noon):
    client.force_login(dana)
    new = reverse("ads:audience_new", args=[shop.code])
    assert client.post(new, form()).status_code == 302
    made = Audience.objects.get()
    assert (made.kinds, made.days, made.category, list(made.products.all())) == (["view", "cart"], 7, None, [])
    assert list(Job.objects.values_list("kind", "params")) == [("count_audiences", {"audience": made.pk})]
    again = client.post(new, form())
    assert (again.status_code, again.context["form"].errors) == (422, {"name": ["Another audience has this name."]})
    wrong = client.post(new, form(name="B", kinds=[], scope="products"))
    assert wrong.context["form"].errors.keys() == {"kinds", "products"}

    edit = reverse("ads:audience_edit", args=[shop.code, made.code])
    client.post(edit, form(scope="products", products=[goods[0].code], days=30))
    made.refresh_from_db()
    assert (made.days, list(made.products.all()), made.counted_at) == (30, goods[:1], None)

    use = GroupAudience.objects.create(group=adverts.ad(shop).group, audience=made)
    archive = reverse("ads:audience_archive", args=[shop.code, made.code])
    assert "It is still used by: Spring" in client.post(archive, follow=True).content.decode()
    use.delete()
    counting.recount(made.pk, at=AT)
    client.post(archive)
    made.refresh_from_db()
    assert (made.state, made.size) == ("archived", None)
    assert client.get(edit).status_code == 404


def test_an_audience_is_archived_after_its_count(shop, alice):
    audience = crowds.audience(shop)
    access = access_of(alice, shop, at=AT)
    with ThreadPoolExecutor(1) as pool:
        pool.submit(hold_count, audience.pk).result()
        with pytest.raises(OperationalError, match="lock timeout"), transaction.atomic():
            sql.run("SET LOCAL lock_timeout = '50ms'")
            defining.archive(access, audience, at=AT)
        pool.submit(lambda: connection.close()).result()
    assert defining.archive(access, audience, at=AT)


def hold_count(audience: int) -> None:
    sql.run("SELECT pg_advisory_lock(%s, %s)", [counting.LOCK, audience])


def test_the_form_estimates_without_saving(shop, dana, client, goods, noon):
    for _ in range(3):
        did("view", goods[0])
    client.force_login(dana)
    new = reverse("ads:audience_new", args=[shop.code])
    drafted = client.post(new, form(name="", estimate="1"))
    assert (drafted.status_code, drafted.context["estimate"]) == (200, Size(100, is_below=True))
    assert client.post(new, form(kinds=[], estimate="1")).context["estimate"] is None
    assert not Audience.objects.exists()


def test_strangers_and_helpers_stay_outside(shop, charlie, bob, client, noon):
    audience = crowds.audience(shop)
    client.force_login(charlie)
    assert client.get(reverse("ads:audience", args=[shop.code, audience.code])).status_code == 404
    client.force_login(bob)
    assert client.post(reverse("ads:audience_archive", args=[shop.code, audience.code])).status_code == 403


def test_programs_list_make_estimate_change_and_archive(shop, foreign_shop, client, goods, noon):
    theirs = crowds.audience(foreign_shop)
    listing, estimate = reverse("ads:api_audiences"), reverse("ads:api_audience_estimate")
    body = {"name": "Fans", "kinds": ["buy"], "days": 15, "products": [goods[0].code]}
    made = _api(shop, client, "POST", listing, body)
    assert made.status_code == 201
    code = made.json()["code"]
    expected = {**body, "code": code, "category": None, "size": None, "counted_at": None, "groups": []}
    assert _api(shop, client, "GET", listing).json()["results"] == [expected]
    assert _api(shop, client, "POST", estimate, body).json() == {"people": 100, "is_below": True}

    one = reverse("ads:api_audience", args=[code])
    assert _api(shop, client, "PATCH", one, {"days": 3}).json() == expected | {"days": 3}
    both = _api(shop, client, "PATCH", one, {"category": factories.category().slug})
    assert both.json()["errors"][0]["field"] == "products"
    foreign = _api(shop, client, "POST", estimate, body | {"products": [adverts.product(foreign_shop).code]})
    assert foreign.json()["errors"][0]["field"] == "products"
    assert _api(shop, client, "POST", listing, body).json()["errors"][0]["rule"] == "taken"

    group = adverts.ad(shop).group
    use = GroupAudience.objects.create(group=group, audience=Audience.objects.get(code=code), is_excluded=True)
    refused = _api(shop, client, "DELETE", one)
    assert (refused.status_code, refused.json()["groups"]) == (409, [group.code])
    use.delete()
    assert _api(shop, client, "DELETE", one).status_code == 204
    gone = [reverse("ads:api_audience", args=[each]) for each in (code, theirs.code)]
    assert [_api(shop, client, "GET", address).status_code for address in gone] == [404, 404]


def test_a_merchant_has_so_many_audiences_at_most(shop, monkeypatch):
    monkeypatch.setattr(defining, "MOST_AUDIENCES", 1)
    values = {"name": "A", "kinds": ["view"], "days": 3, "category": None}
    with clock.at(AT):
        defining.create(owner_of(shop), values=values, at=AT)
        with pytest.raises(defining.TooMany):
            defining.create(owner_of(shop), values=values | {"name": "B"}, at=AT)
