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
from reports.building.audience import Shop
from reports.engines import opened
from reports.measuring.asking import ask
from reports.measuring.definition import parse
from reports.measuring.measures import SUMS, parts_of
from shops.tenancy import access_of
from shops.tokens import issue

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
    """Each sum of each measure of some rows, asked of an engine as one."""
    definition = question(dimensions=dimensions, measures=measures, **changes)
    result = ask(definition, [shop], at=NOW)
    cells = [(Cell.of(dimensions, row.keys).numbers([shop.pk]), row) for row in result.rows[:2]]
    codes = {part.code for measure in measures for part in parts_of(measure)}
    with opened(merchants=[shop.pk], as_of=result.as_of) as engine:
        whole = asking.question(definition, [shop], result.days, engine)
        sums = []
        for number, (cell, _) in enumerate(cells):
            asked = OfCell(engine, whole.zones, whole.days, whole.rule, whole.clock, {}, cell)
            for code in codes:
                rows = behind(asked, code)
                sums.append(rows.aggregate(cell=ibis.literal(number), code=ibis.literal(code), sum=rows.added.sum()))
        found = engine.run(ibis.union(*sums)).to_pylist()
    told = {(row["cell"], row["code"]): asking.amount(row["sum"] or 0, SUMS[row["code"]].unit) for row in found}
    assert told == {(n, code): row.sums[code] for n, (_, row) in enumerate(cells) for code in codes}
    assert any(told.values())


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
    pages = [asking.look(wanted, shop, at=NOW, start=start, number=1) for start in (0, 9)]
    assert [(page.number, page.rows[0][3]) for page in pages] == [(2, 50), (2, 200)]


def test_a_cell_is_named_by_parameters():
    query = QueryDict("cell.campaign=cmp_1&cell.day=2026-03-03&none=term&page=2")
    cell = Cell.read(query)
    assert cell.values == {"campaign": "cmp_1", "day": "2026-03-03", "term": None}
    assert Cell.read(QueryDict(urlencode(cell.parameters()))) == cell
    for wrong in ("cell.day=soon", "cell.moon=1", "none=moon", "cell.hour=x", "cell.brand=%00"):
        with pytest.raises(BadCell):
            Cell.read(QueryDict(wrong))


@pytest.fixture
def page(client, alice, shop, lived):
    client.force_login(alice)

    def ask(name="report_rows", report=None, **query):
        document = {"measures": ["gmv", "all_gmv"], "period": MARCH, **(report or {})}
        with clock.at(NOW):
            return client.get(reverse(f"reports:{name}", args=[shop.code]), {"report": json.dumps(document), **query})

    return ask


def test_every_row_of_a_report_leads_behind_itself(client, alice, shop, lived, page):
    client.force_login(alice)
    with clock.at(NOW):
        asked = {"period": "own", **MARCH, "dimensions": ["campaign"], "measures": ["gmv", "roi"], "rule": "linear_7d"}
        report = client.get(reverse("reports:report", args=[shop.code]), asked).content.decode()
        links = [part.split('"')[0].replace("&amp;", "&") for part in report.split('href="')[1:] if "/rows/?" in part]
        found = [client.get(link).context["found"] for link in links[:2]]
    assert (len(links), [(each.sum, each.row["gmv"]) for each in found]) == (3, [(250, 250), (125, 125)])


def test_a_run_leads_behind_its_rows(client, alice, shop, lived):
    client.force_login(alice)
    with clock.at(NOW):
        document = {"measures": ["gmv"], "dimensions": ["campaign"], "period": MARCH}
        made = client.post(reverse("reports:runs", args=[shop.code]), {"definition": json.dumps(document)})
        code = made["Location"].rstrip("/").rpartition("/")[2]
        address = reverse("reports:report_rows", args=[shop.code])
        found = client.get(address, {"run": code, "cell.campaign": lived[0].campaign.code}).context["found"]
    assert (found.sum, [row[0] for row in found.rows]) == (200, [found.rows[0][0]])


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


def test_a_program_reads_the_rows_of_a_run(client, alice, shop, lived):
    _, secret = issue(merchant=shop, name="t", rights=["reports.view", "ads.view"], by=alice, at=NOW)
    headers = {"Authorization": f"Bearer {secret}"}
    with clock.at(NOW):
        definition = question(measures=["gmv", "all_gmv"])
        run = building.ask(Shop(access_of(alice, shop, at=NOW)), definition, at=NOW)
        address, cell = reverse("reports:api_run_behind", args=[run.code]), {"cell.campaign": lived[0].campaign.code}
        told = client.get(address, cell, headers=headers).json()
        refused = client.get(address, {"measure": "all_gmv"}, headers=headers).status_code
        wrong = client.get(address, {"cell.day": "soon"}, headers=headers).json()
    (row,) = told["results"]
    assert (told["value"], told["rows"], told["next"], row["added"], row["campaign"]["code"]) == (
        "200.0000", 1, None, "200", lived[0].campaign.code,
    )  # fmt: skip
    assert (refused, wrong["errors"][0]["field"]) == (403, "cell.day")
