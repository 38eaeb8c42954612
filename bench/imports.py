"""A catalogue of 100,000 rows brought in, against reading it with csv and COPY of such rows."""

import csv
import json
import random
import subprocess
import sys
import time
from pathlib import Path

from chengfeng.codes import new_code

from .filling import merchants
from .result import Result
from .stage import Stage

ROWS, VARIANTS = 100_000, 4  # rows, and how many of them make a product
HEADER = ("id", "item_group_id", "title", "description", "brand", "price", "quantity", "color")
WORDS = ("soft", "cotton", "linen", "wool", "warm", "light", "summer", "winter", "shirt", "coat", "bag", "cup", "lamp")
COLOURS = ("red", "green", "blue", "black")
PRODUCTS = (
    "COPY shops_product (id, code, merchant_id, external_id, title, title_en, description, description_en, brand,"
    " image, state, is_service, version, created_at, updated_at) FROM STDIN"
)
SKUS = (
    "COPY shops_variant (id, code, merchant_id, product_id, sku, options, options_en, gtin, price, on_hand, reserved,"
    " is_active, version) FROM STDIN"
)
MOVES = "COPY shops_stockmove (merchant_id, variant_id, kind, quantity, cause, at) FROM STDIN"
PRICES = "COPY shops_pricechange (merchant_id, variant_id, price, at, cause) FROM STDIN"


def run(stage: Stage) -> Result:
    shop, other = merchants(2, at=stage.now())
    with stage.folder() as folder:
        file = folder / "catalogue.csv"
        _write(file)
        stage.say(f"{ROWS:,} rows, {file.stat().st_size / 2**20:.0f} MiB")
        told = _import(file, shop.code)
        yardstick = ROWS / _copy(stage, file, other.pk)
    return Result(
        bench="imports", value=ROWS / told["seconds"], unit="rows/s", higher_is_better=True,
        yardstick="csv and COPY of such rows into the same tables", yardstick_value=yardstick,
        sizes={"max_rss_mib": told["max_rss_mib"], "rows": ROWS, "products": ROWS // VARIANTS, "rounds": 1},
    )  # fmt: skip


def _import(file: Path, merchant: str) -> dict:
    """Import in a process of its own; return its report."""
    command = ["setpriv", "--pdeathsig=TERM", "--", sys.executable, "-m", "bench.importing", str(file), merchant]
    told = json.loads(subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout)
    if told["created"] != ROWS:
        raise RowsLost(f"{told['created']} of {ROWS} rows were brought in")
    return told


class RowsLost(Exception):
    """Good rows are missing."""


def _write(file: Path) -> None:
    chance = random.Random(7)
    with file.open("w", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(HEADER)
        for n in range(ROWS):
            group, colour = divmod(n, VARIANTS)
            title = f"{' '.join(chance.sample(WORDS, 4))} {group}"
            price = f"{chance.randint(100, 99_999) / 100:.2f}"
            writer.writerow(
                (f"S{n}", f"P{group}", title, f"{title}, made to last", "Bench", price, 50, COLOURS[colour])
            )


def _copy(stage: Stage, file: Path, merchant: int) -> float:
    """Return the seconds it takes to read the file and copy its rows."""
    begun, at = time.perf_counter(), stage.now()
    with stage.connect() as bare, bare.cursor() as cursor, file.open(newline="") as source:
        base = 10 * ROWS
        rows = list(enumerate(csv.DictReader(source), base))
        with cursor.copy(PRODUCTS) as copy:
            for key, row in rows[::VARIANTS]:
                texts = (row["item_group_id"], row["title"], "", row["description"], "", row["brand"])
                copy.write_row((key, new_code("prd"), merchant, *texts, "", "active", False, 1, at, at))
        with cursor.copy(SKUS) as copy:
            for key, row in rows:
                product, options = key - (key - base) % VARIANTS, json.dumps({"color": row["color"]})
                numbers = (row["price"], row["quantity"], 0, True, 1)
                copy.write_row((key, new_code("sku"), merchant, product, row["id"], options, "{}", "", *numbers))
        with cursor.copy(MOVES) as copy:
            for key, row in rows:
                copy.write_row((merchant, key, "receipt", row["quantity"], "opening", at))
        with cursor.copy(PRICES) as copy:
            for key, row in rows:
                copy.write_row((merchant, key, row["price"], at, "opening"))
    return time.perf_counter() - begun
