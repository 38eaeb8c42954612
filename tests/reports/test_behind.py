"""A number of a report leads to its rows, and they sum up to it: for any rule, clock and row, to the cent."""

import csv
import io
import json
from datetime import timedelta
from urllib.parse import urlencode

import ibis
import pytest
from django.http import QueryDict
from django.urls import reverse

from chengfeng import clock
from reports.behind import asking
from reports.behind.cells import BadCell, Cell
from reports.behind.rows import OfCell, behind
from reports.building import asking as building
from reports.building.audience import Portfolio, Shop
from reports.engines import opened
from reports.measuring.asking import ask
from reports.measuring.definition import parse
from reports.measuring.measures import SUMS, parts_of
from reports.templatetags.behind import rows_behind
from shops.tenancy import access_of
from shops.tokens import issue

from .test_building_portfolio import lend
from .test_measuring import MARCH, NOW, SOLD
from .test_measuring import lived as lived

pytestmark = pytest.mark.django_db


def question(**definition):
    return parse({"measures": ["gmv"], "period": MARCH} | definition)


@pytest.mark.parametrize(
    ("dimensions", "measures", "changes"),
    [
        (["campaign", "day"], ["spend", "clicks", "net_gmv"], {}),
        (["advertised_product"], ["halo_gmv", "claimed_gmv"], {"rule": {"preset": "linear_7d"}, "clock": "touch"}),
        (["customer"], ["refunds_done", "all_net_gmv"], {}),
        (["term"], ["orders", "units", "customers"], {"rule": {"preset": "decay_7d", "changes": {"half_life": "3h"}}}),
        (["week"], ["gmv", "all_orders"], {"rule": {"preset": "gmvmax_all_orders"}}),
    ],
)
def test_a_cell_is_the_sum_of_its_rows(shop, lived, dimensions, measures, changes):
    """Each sum of each measure of the fullest row, asked of an engine as one."""
    definition = question(dimensions=dimensions, measures=measures, **changes)
    result = ask(definition, [shop], at=NOW)
    codes = {part.code for measure in measures for part in parts_of(measure)}
    row = max(result.rows, key=lambda row: sum(row.sums[code] != 0 for code in codes))
    with opened(merchants=[shop.pk], as_of=result.as_of) as engine:
        whole = asking.question(definition, [shop], result.days, engine)
        cell = Cell.of(dimensions, row.keys).numbers([shop.pk])
        asked = OfCell(engine, whole.zones, whole.days, whole.rule, whole.clock, {}, cell)
        rows = {code: behind(asked, code) for code in codes}
        sums = [rows[code].aggregate(code=ibis.literal(code), sum=rows[code].added.sum()) for code in codes]
        found = engine.run(ibis.union(*sums)).to_pylist()
    told = {each["code"]: asking.amount(each["sum"] or 0, SUMS[each["code"]].unit) for each in found}
    assert told == {code: row.sums[code] for code in codes}
    assert sum(value != 0 for value in told.values()) > len(codes) // 2


def test_rows_name_order_touch_and_share(shop, lived):
    definition = question(dimensions=["campaign"], measures=["gmv", "refunds"], rule={"preset": "linear_7d"})
    cell = Cell({"campaign": lived[0].campaign.code})
    found = asking.look(asking.asked(definition, cell, "refunds"), shop, at=NOW, start=0, number=9)
    names = [column.name for column in found.columns]
    (row,) = (dict(zip(names, row, strict=True)) for row in found.rows)
    assert (row["step"], row["at"], row["touched"], row["added"], row["campaign"].code) == (
        1, SOLD + timedelta(days=2), SOLD - timedelta(days=1), 50, lived[0].campaign.code,
    )  # fmt: skip
    sale = asking.look(asking.asked(definition, cell, "gmv"), shop, at=NOW, start=0, number=9)
    assert [(r[names.index("share")], r[names.index("added")]) for r in sale.rows] == [(0.5, 25), (0.5, 100)]


def test_rows_come_page_by_page_and_as_they_were_known(shop, lived):
    definition = question(measures=["gmv"], as_of=(SOLD + timedelta(hours=1)).isoformat())
    assert asking.look(asking.asked(definition, Cell({})), shop, at=NOW, start=0, number=9).number == 1
    wanted = asking.asked(question(), Cell({}))
    last = asking.look(wanted, shop, at=NOW, start=9, number=1)
    assert (last.number, [row[3] for row in last.rows], last.sum) == (2, [200], 250)


def test_a_cell_is_named_by_parameters():
    query = QueryDict("cell.campaign=cmp_1&cell.day=2026-03-03&none=term&page=2")
    cell = Cell.read(query)
    assert cell.values == {"campaign": "cmp_1", "day": "2026-03-03", "term": None}
    assert Cell.read(QueryDict(urlencode(cell.parameters()))) == cell
    for wrong in ("cell.day=soon", "cell.moon=1", "none=moon", "cell.hour=x", "cell.brand=%00"):
        with pytest.raises(BadCell):
            Cell.read(QueryDict(wrong))


@pytest.fixture
def now():
    """That instant on every clock."""
    with clock.at(NOW):
        yield


@pytest.fixture
def page(client, alice, shop, lived):
    client.force_login(alice)

    def ask(name="report_rows", report=None, **query):
        document = {"measures": ["gmv", "all_gmv"], "period": MARCH, **(report or {})}
        with clock.at(NOW):
            return client.get(reverse(f"reports:{name}", args=[shop.code]), {"report": json.dumps(document), **query})

    return ask


def links_behind(client, shop, **asked) -> list[str]:
    """Return the addresses of rows that the page of a report gives the reader who is logged in."""
    report = client.get(reverse("reports:report", args=[shop.code]), {"period": "own", **MARCH, **asked})
    parts = report.content.decode().split('href="')[1:]
    return [part.split('"')[0].replace("&amp;", "&") for part in parts if "/rows/?" in part]


def test_every_row_of_a_report_leads_behind_itself(client, alice, shop, lived, now):
    client.force_login(alice)
    links = links_behind(client, shop, dimensions=["campaign"], measures=["gmv", "roi"], rule="linear_7d")
    found = client.get(links[1]).context["found"]
    assert (len(links), found.sum, found.row["gmv"]) == (3, 125, 125)


def test_a_report_leads_only_where_its_reader_may_go(client, fay, dana, shop, lived, now):
    """Fay sees orders, Dana sees ads."""
    asked = {"of ads": ["gmv", "roi"], "of the shop": ["all_gmv"], "of both": ["gmv", "all_gmv"]}
    seen = {}
    for user in (fay, dana):
        client.force_login(user)
        for of, measures in asked.items():
            links = links_behind(client, shop, measures=measures)
            seen[user.name, of] = [client.get(link).context["found"].measure for link in links[:1]]
    assert seen == {
        ("Fay", "of ads"): [], ("Fay", "of the shop"): ["all_gmv"], ("Fay", "of both"): ["all_gmv"],
        ("Dana", "of ads"): ["gmv"], ("Dana", "of the shop"): [], ("Dana", "of both"): ["gmv"],
    }  # fmt: skip


def test_all_rows_are_in_the_file(page, lived):
    world_rows = csv.DictReader(io.StringIO(b"".join(page("report_rows_file").streaming_content).decode("utf-8-sig")))
    rows = list(world_rows)
    assert [(row["added"], row["campaign"], row["share"]) for row in rows] == [
        ("50", lived[1].campaign.code, "1.0"), ("200", lived[0].campaign.code, "1.0"),
    ]  # fmt: skip


def test_rows_are_for_those_who_may_see_them(client, page, bob, charlie, dana):
    seen = {}
    for user in (charlie, bob, dana):
        client.force_login(user)
        seen[user.name] = [page(measure=measure).status_code for measure in ("gmv", "all_gmv")]
    assert seen == {"Charlie": [404, 404], "Bob": [403, 403], "Dana": [200, 403]}


def test_what_is_no_question_is_refused(page):
    wrong = [{"measure": "moon"}, {"part": "moon"}, {"cell.day": "soon"}, {"cell.product": "prd_1", "measure": "spend"}]
    assert [page(**query).status_code for query in wrong] == [404, 404, 400, 404]
    assert page(report={"measures": []}).status_code == 400
    assert page(**{"cell.campaign": "cmp_unknown"}).context["found"].sum == 0


def test_a_run_leads_behind_its_rows_on_the_page_and_for_programs(client, alice, shop, lived):
    _, secret = issue(merchant=shop, name="t", rights=["reports.view", "ads.view"], by=alice, at=NOW)
    headers, cell = {"Authorization": f"Bearer {secret}"}, {"cell.campaign": lived[0].campaign.code}
    client.force_login(alice)
    with clock.at(NOW):
        run = building.ask(Shop(access_of(alice, shop, at=NOW)), question(measures=["gmv", "all_gmv"]), at=NOW)
        address = reverse("reports:api_run_behind", args=[run.code])
        told = client.get(address, cell, headers=headers).json()
        refused = client.get(address, {"measure": "all_gmv"}, headers=headers).status_code
        wrong = client.get(address, {"cell.day": "soon"}, headers=headers).json()
        page = client.get(reverse("reports:report_rows", args=[shop.code]), {"run": run.code, **cell}).context["found"]
    (row,) = told["results"]
    assert (told["value"], told["rows"], told["next"], row["added"], row["campaign"]["code"]) == (
        "200.0000", 1, None, "200", lived[0].campaign.code,
    )  # fmt: skip
    assert (page.sum, page.number, refused, wrong["errors"][0]["field"]) == (200, 1, 403, "cell.day")


@pytest.mark.parametrize(("rights", "leads"), [(["reports.view", "ads.view"], True), (["reports.view"], False)])
def test_a_row_of_a_portfolio_leads_behind_that_of_its_shop(client, kai, shop, lived, now, rights, leads):
    lend(shop, kai, rights=rights)
    client.force_login(kai)
    result = ask(question(dimensions=["merchant", "campaign"], filters={"merchant": [shop.code]}), [shop], at=NOW)
    context = {"audience": Portfolio.of(kai, at=NOW)}
    address = rows_behind(context, result, result.rows[0].keys)
    assert (bool(address), rows_behind(context, result)) == (leads, "")
    if leads:
        found = client.get(address).context["found"]
        assert (found.sum, list(found.cell.values)) == (result.rows[0]["gmv"], ["campaign"])
