"""The order report of a Tmall shop: read to its known totals, and its orders placed, paid and refunded again."""

from decimal import Decimal

import pytest
from django.utils import timezone

from orders.models import Order
from reports import facts, platform
from simulation import balance, reopening, tmall

A_FEW = 25


@pytest.fixture
def sales(real_data):
    return tmall.read(real_data("tmall"))


def test_the_report_comes_to_its_known_totals(sales):
    paid, refunded = [s for s in sales if s.paid_at], [s for s in sales if s.refund]
    assert (len(sales), len(paid), len(refunded)) == (20_621, 17_693, 4_255)
    assert sum(sale.total for sale in sales) == Decimal("2230802.12")
    assert sum(sale.kept for sale in sales) == Decimal("1366727.11")
    assert sum(sale.refund for sale in sales) == Decimal("432556.37")
    assert all(sale.kept + sale.refund == sale.total for sale in paid)


def test_orders_placed_again_come_to_the_totals_of_the_report(url, memory, tmp_path, monkeypatch, sales):
    in_parts = [sale for sale in sales if 0 < sale.refund < sale.total][:3]
    few = sorted(sales[:A_FEW] + in_parts, key=lambda sale: sale.placed_at)
    monkeypatch.setattr(tmall, "read", lambda folder: few)
    reopening.fill(tmp_path, memory)
    memory.save()
    reopening.run(url, folder=tmp_path)
    now = timezone.now()
    facts.rebuild_history(at=now)
    found = platform.totals()
    assert list(balance.known_totals(reopening.known_totals(tmp_path, found["CNY"]))) == []
    assert list(balance.reconciliation(platform.reconcile(found, platform.reported(at=now)))) == []
    unpaid = sum(sale.paid_at is None for sale in few)
    assert Order.objects.filter(state="cancelled", cancel_reason="unpaid").count() == unpaid > 0
