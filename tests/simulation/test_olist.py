"""The real marketplace: its files read to their known totals, and its orders placed again to the same ones."""

from collections import Counter
from dataclasses import replace
from decimal import Decimal

import pytest
from django.utils import timezone

from reports import facts, platform
from simulation import balance, olist, replay, resettling

PLACED = 30


@pytest.fixture
def files(real_data):
    return olist.read(real_data("olist"))


@pytest.fixture
def a_few(files):
    """The first orders, with the goods and sellers that they need and a few that nobody bought."""
    sales = files.sales[:PLACED]
    lines = [line for sale in sales for line in sale.lines]
    unsold = dict(list(files.products.items())[:20])
    products = unsold | {line.product: files.products[line.product] for line in lines if line.product in files.products}
    sellers = {line.seller: files.sellers[line.seller] for line in lines if line.seller in files.sellers}
    return replace(files, sales=sales, products=products, sellers=sellers)


def test_the_files_come_to_their_known_totals(files):
    lines = [line for sale in files.sales for line in sale.lines if line.seller != olist.UNLISTED]
    status = Counter(sale.status for sale in files.sales)
    assert (len(files.sales), len(files.products), len(files.sellers)) == (6_767, 32_951, 3_095)
    assert sum(line.quantity for line in lines) == 6_955
    assert sum(line.unit_price * line.quantity for line in lines) == Decimal("898411.91")
    assert sum(line.freight for line in lines) == Decimal("140187.64")
    assert sum(sale.paid for sale in files.sales) == Decimal("1168706.90")
    assert (status["delivered"], status["canceled"], status["unavailable"]) == (4_186, 463, 580)


def test_orders_placed_again_come_to_the_totals_of_the_files(url, memory, tmp_path, monkeypatch, a_few):
    monkeypatch.setattr(olist, "read", lambda folder: a_few)
    resettling.fill(tmp_path, memory)
    memory.save()
    replay.run(url, folder=tmp_path)
    now = timezone.now()
    facts.rebuild_history(at=now)
    found = platform.totals()
    assert list(balance.known_totals(balance.of_olist(tmp_path, found["BRL"]))) == []
    assert list(balance.reconciliation(platform.reconcile(found, platform.reported(at=now)))) == []
