"""Catalogue files: good rows are kept, bad rows are named, and doing it twice changes nothing."""

import csv
import gzip
import io
import tarfile
from decimal import Decimal

import pytest
from django.db.models import Sum

from chengfeng import jobs
from shops.catalogue import importing
from shops.catalogue.importing import batches, reading, running
from shops.catalogue.importing import problems as rules
from shops.catalogue.importing.cells import Broken, gtin, price, quantity
from shops.models import ImportRun, Product, StockMove, Variant
from tests import factories
from tests.factories import AT

pytestmark = pytest.mark.django_db

MERCHANT_CENTER = """\
id,item_group_id,title,title_en,image_link,availability,price,sale_price,brand,gtin,product_type,color,size,quantity,cogs
D-RED-S,D1,碎花连衣裙,Floral dress,http://x/,in_stock,199.00 CNY,129.00 CNY,Mimi,4006381333931,A > Dresses,红,S,5,61.50
D-RED-M,D1,碎花连衣裙,Floral dress,http://x/,in_stock,199.00 CNY,129.00 CNY,Mimi,,A > Dresses,红,M,0,
CUP,,保温杯,Thermos,,out_of_stock,59.90,,,,Mugs,,,,
"""


def bring(shop, text, *, is_dry=False, encoding="utf-8") -> ImportRun:
    content = text if isinstance(text, bytes) else text.encode(encoding)
    return importing.import_file(shop, io.BytesIO(content), is_dry=is_dry, at=AT)


def counts(run) -> tuple:
    return run.rows, run.created, run.updated, run.unchanged, run.refused


def troubles(run) -> list[tuple]:
    return list(run.problems.order_by("row", "pk").values_list("row", "field", "rule"))


def test_a_dry_run_tells_and_changes_nothing(shop):
    run = bring(shop, MERCHANT_CENTER, is_dry=True)
    assert (run.dialect, counts(run)) == ("merchant_center", (3, 3, 0, 0, 0))
    assert not Product.objects.exists()


def test_a_feed_becomes_products_variants_and_stock(shop):
    dresses = factories.category("dresses")
    bring(shop, MERCHANT_CENTER)
    dress, cup = Product.objects.order_by("pk")
    red = Variant.objects.get(sku="D-RED-S")
    assert (dress.external_id, dress.title, dress.title_en, dress.category) == (
        "D1",
        "碎花连衣裙",
        "Floral dress",
        dresses,
    )
    assert (red.product, red.price, red.list_price, red.on_hand) == (dress, Decimal(129), Decimal(199), 5)
    assert list(Variant.objects.order_by("pk").values_list("cost", flat=True)) == [Decimal("61.5"), None, None]
    assert (red.gtin, red.options) == ("4006381333931", {"color": "红", "size": "S"})
    assert (cup.external_id, cup.variants.get().price, cup.variants.get().on_hand) == ("CUP", Decimal("59.9"), 0)
    assert list(StockMove.objects.values_list("variant__sku", "kind", "quantity")) == [("D-RED-S", "count", 5)]


def test_the_same_file_again_changes_nothing(shop):
    bring(shop, MERCHANT_CENTER)
    before = list(Product.objects.values()), list(Variant.objects.values()), list(StockMove.objects.values())
    run = bring(shop, MERCHANT_CENTER)
    assert counts(run) == (3, 0, 0, 3, 0)
    assert run.notices[0] == "The same file was imported before; what has not changed since stays as it is."
    assert (list(Product.objects.values()), list(Variant.objects.values()), list(StockMove.objects.values())) == before


def test_only_what_differs_is_written(shop):
    bring(shop, MERCHANT_CENTER)
    run = bring(shop, "sku,price,stock\nD-RED-S,139,3\nD-RED-M,129.00,0\n")
    red, medium = Variant.objects.order_by("pk")[:2]
    assert counts(run) == (2, 0, 1, 1, 0)
    assert (red.price, red.list_price, red.version, red.on_hand) == (139, 199, 2, 3)
    assert (medium.version, red.product.version) == (1, 1)
    assert red.moves.aggregate(sum=Sum("quantity"))["sum"] == red.on_hand


def test_stock_never_falls_below_what_is_set_aside(shop):
    variant = factories.variant(shop, sku="A", stock=8, reserved=5)
    run = bring(shop, "sku,stock\nA,2\n")
    variant.refresh_from_db()
    assert (variant.on_hand, counts(run), troubles(run)) == (5, (1, 0, 1, 0, 0), [(2, "stock", "below_reserved")])


def test_every_bad_row_is_named_and_the_good_ones_are_kept(shop):
    text = """\
sku,title,price,sale_price,quantity,gtin,currency,status
GOOD,Good,10,,1,,CNY,active
,No number,10,,1,,,
NOTITLE,,10,,1,,,
NOPRICE,No price,,,1,,,
NONSENSE,Nonsense,ten,,1,,,
NEGATIVE,Negative,-5,,1,,,
MINUS,Minus,5,,-1,,,
HALF,Half,5,,1.5,,,
TINY,Tiny,5.001,,1,,,
DOLLARS,Dollars,5.00 USD,,1,,,
EUROS,Euros,5,,1,,EUR,
DEARER,Dearer,5,6,1,,,
CHECK,Check,5,,1,4006381333932,,
STATE,State,5,,1,,,on fire
GOOD,Again,10,,1,,,
SHORT,Short,5
LONG,{long},5,,1,,,
NUL,N\0ul,5,,1,,,
""".format(long="x" * 201)
    run = bring(shop, text)
    assert troubles(run) == [
        (3, "sku", "required"),
        (4, "title", "required"),
        (5, "price", "required"),
        (6, "price", "price"),
        (7, "price", "negative"),
        (8, "quantity", "negative"),
        (9, "quantity", "quantity"),
        (10, "price", "decimals"),
        (11, "price", "currency"),
        (12, "currency", "currency"),
        (13, "sale_price", "above_price"),
        (14, "gtin", "gtin"),
        (15, "status", "choice"),
        (16, "sku", "duplicate"),
        (17, "", "row_length"),
        (18, "title", "too_long"),
        (19, "", "nul"),
    ]
    assert counts(run) == (18, 1, 0, 0, 17)
    assert list(Variant.objects.values_list("sku", flat=True)) == ["GOOD"]


@pytest.mark.parametrize(
    ("encoding", "delimiter", "end"),
    [("utf-8", ",", "\n"), ("utf-8-sig", ";", "\r\n"), ("gb18030", "\t", "\n"), ("utf-16", "|", "\r")],
)
def test_encodings_delimiters_and_line_ends(shop, encoding, delimiter, end):
    rows = [["货号", "标题", "价格", "库存"], ["A", '连"衣"裙, 红\n; 新\t款|', "12.50", "3"]]
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator=end).writerows(rows)
    assert counts(bring(shop, out.getvalue(), encoding=encoding)) == (1, 1, 0, 0, 0)
    assert Product.objects.get().title == '连"衣"裙, 红 ; 新 款|'


def test_damaged_bytes_refuse_their_row_only(shop):
    text = "sku,title,price\nA,连衣裙,1\nB,保温杯,1\nC,外套,1\n".encode()
    run = bring(shop, text.replace("保".encode(), b"\xe4\xbf"))
    assert (counts(run), troubles(run)) == ((3, 2, 0, 0, 1), [(3, "", "encoding")])


def test_gzip_is_unpacked_and_bombs_are_not(shop):
    assert counts(bring(shop, gzip.compress(MERCHANT_CENTER.encode()))) == (3, 3, 0, 0, 0)
    with pytest.raises(importing.FileRefused, match="unpacks to more"):
        bring(shop, gzip.compress(b"sku,title,price\n" + b"\0" * 20_000_000))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "These columns make no catalogue: –"),
        (b"\x89PNG\r\n\x1a\n" + bytes(100), "not a text file"),
        (b"PK\x03\x04" + bytes(100), "not a text file"),
        (gzip.compress(b"sku,title,price\n" * 9, mtime=0)[:-9], "damaged"),
        (b"name,colour\nA,red\n", "These columns make no catalogue: name, colour. Needed are a SKU"),
        (b"sku,title,Price EUR\nA,a,1\n", r"price \(price, or price CNY\)"),
    ],
)
def test_what_is_no_catalogue_is_refused_as_a_whole(shop, content, message):
    with pytest.raises(importing.FileRefused, match=message):
        bring(shop, content)


def test_size_is_looked_at_first(shop, monkeypatch):
    monkeypatch.setattr(reading, "MAX_BYTES", 10)
    with pytest.raises(importing.FileRefused, match="larger than"):
        bring(shop, MERCHANT_CENTER)


def test_an_open_quote_costs_its_rows_and_no_memory(shop):
    text = 'sku,title,price\nA,a,1\nB,"b,1\n' + "x,y,1\n" * 22_000
    run = bring(shop, text)
    assert (run.created > 0, troubles(run)[0]) == (True, (3, "", "malformed"))


def test_prices_and_numbers_as_people_write_them():
    written = ["129.00 CNY", "CNY 129", "¥129", "129元", "1,299.00", "12,5", "0129.0"]
    assert [price(text, currency="CNY") for text in written] == [129, 129, 129, 129, 1299, Decimal("12.5"), 129]
    assert (quantity("12.0"), gtin("4-006381 333931")) == (12, "4006381333931")
    for text in ("1.299,00", "NaN", "1e5", "--5", "1.2.3", "٣", "5 USD", "£5", "99999999999999"):
        with pytest.raises(Broken):
            price(text, currency="CNY")


def test_products_of_olist_wait_for_their_price(shop):
    bring(shop, '"product_id","product_category_name","product_photos_qty"\n"1e9e8ef0",perfumaria,1\n')
    variant = Variant.objects.get()
    assert (variant.product.title, variant.product.state) == ("Perfumaria 1e9e8e", "draft")
    assert (variant.price, variant.is_active) == (0, False)
    bring(shop, "sku,price,stock,status\n1e9e8ef0,10.91,4,active\n")
    variant = Variant.objects.get()
    assert (variant.product.state, variant.price, variant.is_active, variant.on_hand) == (
        "active", Decimal("10.91"), True, 4,
    )  # fmt: skip


def test_a_gtin_belongs_to_one_variant(shop):
    bring(shop, MERCHANT_CENTER)
    run = bring(shop, "sku,title,price,gtin\nX,x,1,4006381333931\nY,y,1,5901234123457\nZ,z,1,5901234123457\n")
    assert (counts(run), troubles(run)) == ((3, 1, 0, 0, 2), [(2, "gtin", "gtin_taken"), (4, "gtin", "gtin_taken")])


def test_a_killed_run_goes_on_where_it_was(shop, monkeypatch):
    monkeypatch.setattr(running, "BATCH", 2)
    text = "sku,title,price,stock\n" + "".join(f"S{n},T{n},1,{n}\n" for n in range(1, 6)) + "S1,again,1,1\n"
    run = running._store(shop, running.File(io.BytesIO(text.encode())), name="f", is_dry=False, at=AT, by=None)
    write, calls = batches.Batch._write, []

    def killed(self):
        calls.append(len(self.items))
        write(self)
        if len(calls) == 2:
            raise RuntimeError("killed")

    monkeypatch.setattr(batches.Batch, "_write", killed)
    with pytest.raises(RuntimeError):
        running.read(run, at=AT)
    again = ImportRun.objects.get()
    assert (Variant.objects.count(), counts(again)) == (2, (2, 2, 0, 0, 0))
    running.read(again, at=AT)
    assert (counts(again), troubles(again)) == ((6, 5, 0, 0, 1), [(7, "sku", "duplicate")])
    assert StockMove.objects.aggregate(sum=Sum("quantity"))["sum"] == 15


def test_problems_are_capped_and_their_table_is_harmless(shop, monkeypatch):
    monkeypatch.setattr(rules, "MAX_KEPT", 3)
    run = bring(shop, "sku,title,price\n" + "".join(f"S{n},t,=1+{n}\n" for n in range(9)))
    assert (run.refused, run.problems.count()) == (9, 3)
    lines = list(csv.reader(io.StringIO("".join(rules.table(run)).removeprefix("\ufeff"))))
    assert [line[-1] for line in lines] == ["value", "'=1+0", "'=1+1", "'=1+2"]


def test_a_foreign_sku_of_the_same_name_is_untouched(shop, foreign_shop):
    theirs = factories.variant(foreign_shop, sku="D-RED-S", price="7", stock=1)
    assert bring(shop, MERCHANT_CENTER).created == 3
    theirs.refresh_from_db()
    assert (theirs.price, theirs.on_hand, theirs.version) == (7, 1, 1)


def test_pictures_are_taken_from_here_only(shop, settings):
    (settings.MEDIA_ROOT / "products").mkdir(parents=True)
    (settings.MEDIA_ROOT / "products/d.svg").write_text("<svg/>")
    text = "sku,title,price,image_link\nA,a,1,media:products/d.svg\nB,b,1,media:../../x\nC,c,1,https://example.org/c\n"
    run = bring(shop, text)
    assert list(Product.objects.order_by("pk").values_list("image", flat=True)) == ["products/d.svg", "", ""]
    assert (troubles(run), len(run.notices)) == ([(3, "image_link", "no_picture")], 1)


def test_a_worker_runs_what_was_asked_for(shop):
    file = running.File(io.BytesIO(MERCHANT_CENTER.encode()))
    asked = importing.request_import(merchant=shop, file=file, name="feed.csv", is_dry=True, at=AT)
    assert jobs.run_due(at=AT)
    asked.refresh_from_db()
    assert (asked.state, counts(asked)) == ("done", (3, 3, 0, 0, 0))
    real = importing.apply(asked, at=AT)
    assert importing.apply(asked, at=AT) == real
    assert jobs.run_due(at=AT) and not jobs.run_due(at=AT)
    assert (counts(ImportRun.objects.get(pk=real.pk)), Variant.objects.count()) == ((3, 3, 0, 0, 0), 3)


def test_a_cancelled_run_stops_and_can_go_on(shop):
    file = running.File(io.BytesIO(MERCHANT_CENTER.encode()))
    asked = importing.request_import(merchant=shop, file=file, name="feed.csv", is_dry=True, at=AT)
    assert importing.cancel(asked, at=AT)
    assert not jobs.run_due(at=AT)


def test_a_refused_file_says_so_in_its_job(shop):
    file = running.File(io.BytesIO(b"a,b\n1,2\n"))
    asked = importing.request_import(merchant=shop, file=file, name="feed.csv", is_dry=True, at=AT)
    jobs.run_due(at=AT)
    asked.job.refresh_from_db()
    assert (asked.job.state, asked.job.error[:38]) == ("failed", "These columns make no catalogue: a, b.")


REFUSED = {"ethicalads": 3, "oscar": 2, "spree": 4}
NAMED = {  # file → refused rows
    "invalid-format.csv": 2,
    "price-list-import-template.csv": 2,
    "v1-template.csv": 1,
    "books-small.csv": 2,
    "spree/core/db/sample_data/products.csv": 87,
    "products_import.csv": 15,
    "e2e-products-collections.csv": 1,
    "e2e-products-order-taxes.csv": 1,
    "product-import.csv": 2,
    "mock-data/data-sources/products.csv": 2,
    "invalid-option-values.csv": 4,
    "invalid-row-length.csv": 1,
    "elasticsearch-plugin/e2e/fixtures/e2e-products-full.csv": 1,
}


@pytest.mark.parametrize("system", ["ethicalads", "medusa", "oscar", "spree", "vendure"])
def test_feeds_of_other_systems(real_data, system):
    refused, named = 0, {}
    with tarfile.open(real_data("product_feeds") / f"{system}.tar.gz") as archive:
        for member in archive.getmembers():
            if not member.name.endswith(".csv"):
                continue
            shop = factories.merchant(currency="USD")
            try:
                run = bring(shop, archive.extractfile(member).read())
            except importing.FileRefused:
                refused += 1
                continue
            assert run.rows == run.created + run.updated + run.unchanged + run.refused
            assert run.problems.filter(is_warning=False).values("row").distinct().count() == run.refused
            if run.refused:
                named[member.name] = run.refused
    expected = {name: number for name, number in NAMED.items() if any(member.endswith(name) for member in named)}
    assert refused == REFUSED.get(system, 0)
    assert sorted(named.values()) == sorted(expected.values())
    assert all(any(member.endswith(name) for name in expected) for member in named)
