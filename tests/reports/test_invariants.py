"""Every invariant is silent on an honest world and finds the fault that was planted for it, and no other."""

import uuid
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, transaction
from django.test import override_settings

from ads.wallet import days
from chengfeng import ledger
from reports import facts, invariants
from shops.models import AuditEntry, Delegation
from tests import factories

from . import world

THEN = datetime(2026, 3, 3, 4, tzinfo=UTC)
NOW = datetime(2026, 3, 10, 4, tzinfo=UTC)


def drop(table: str, *names: str) -> str:
    return "; ".join(f"ALTER TABLE {table} DROP CONSTRAINT {name}" for name in names)


FAULTS = {
    "I01": [drop("shops_variant", "variant_reserved_within_on_hand", "shops_variant_reserved_check"),
            "UPDATE shops_variant SET reserved = on_hand + 1 WHERE reserved = 0; INSERT INTO shops_hold "
            "(merchant_id, variant_id, quantity, cause, state, created_at, expires_at) SELECT merchant_id, id, "
            "reserved, 'x', 'live', now(), now() + interval '1 hour' FROM shops_variant WHERE id NOT IN "
            "(SELECT variant_id FROM shops_flashitem)"],
    "I02": ["UPDATE shops_variant SET on_hand = on_hand + 1"],
    "I03": ["UPDATE shops_variant SET reserved = 1"],
    "I04": ["UPDATE shops_stockmove SET cause = cause || 'x' WHERE kind = 'sale'"],
    "I05": [drop("shops_stockmove", "stock_move_once"),
            "INSERT INTO shops_stockmove (merchant_id, variant_id, kind, quantity, cause, at) "
            "SELECT merchant_id, variant_id, kind, quantity, cause, at FROM shops_stockmove WHERE kind = 'receipt'",
            "UPDATE shops_variant SET on_hand = on_hand + 10"],
    "I06": ["INSERT INTO shops_hold (merchant_id, variant_id, quantity, cause, state, created_at, expires_at) "
            "SELECT merchant_id, id, 1, 'x', 'live', now(), now() - interval '3 minutes' FROM shops_variant",
            "UPDATE shops_variant SET reserved = reserved + 1"],
    "I07": ["UPDATE orders_orderline SET unit_price = unit_price + 1, discount = discount + quantity"],
    "I08": ["UPDATE orders_payment SET state = 'failed'; UPDATE orders_payment SET state = 'captured' "
            "WHERE id IN (SELECT payment_id FROM orders_refund)",
            "DELETE FROM chengfeng_entry WHERE transfer_id IN (SELECT id FROM chengfeng_transfer t WHERE kind = "
            "'payment' AND NOT EXISTS (SELECT 1 FROM orders_payment p WHERE state = 'captured' AND "
            "t.reference LIKE 'payment:' || p.code || '%')); DELETE FROM chengfeng_transfer WHERE id NOT IN "
            "(SELECT transfer_id FROM chengfeng_entry)",
            "DELETE FROM reports_paymentday WHERE method = 'boleto'"],
    "I09": ["UPDATE orders_order SET refunded = 1 WHERE refunded = 0 AND state = 'paid'"],
    "I10": [drop("orders_refund", "orders_refund_provider_reference_key"),
            "UPDATE orders_refund r SET provider_reference = p.provider_reference FROM orders_payment p "
            "WHERE p.id = r.payment_id"],
    "I11": ["UPDATE orders_ordermove SET source = 'shipped' WHERE target = 'paid'"],
    "I12": [drop("orders_orderline", "order_line_units"), "UPDATE orders_orderline SET returned = 1",
            "UPDATE orders_shipmentline SET quantity = quantity + 1"],
    "I13": ["UPDATE shops_promotion SET used = used + 1 WHERE budget IS NOT NULL"],
    "I14": ["INSERT INTO chengfeng_transfer (code, kind, reference, at, recorded_at) "
            "VALUES ('trf_1', 'correction', 'correction:1', now(), now())"],
    "I15": [],
    "I16": [drop("chengfeng_entry", "entry_in_currency_of_account"),
            "UPDATE chengfeng_entry SET currency = 'USD' WHERE transfer_id IN "
            "(SELECT id FROM chengfeng_transfer WHERE kind = 'top_up')"],
    "I17": ["UPDATE ads_topup SET state = 'failed'"],
    "I18": [],
    "I19": ["UPDATE chengfeng_account SET balance = 5 WHERE balance IS NOT NULL"],
    "I20": [],
    "I21": ["UPDATE ads_event SET is_valid = false, reason = 'robot' WHERE kind = 'click'",
            "DELETE FROM reports_merchantday; DELETE FROM reports_campaigndayfact; DELETE FROM reports_productday"],
    "I22": ["UPDATE ads_event SET is_valid = false WHERE kind = 'viewable'",
            "DELETE FROM reports_merchantday; DELETE FROM reports_campaigndayfact; DELETE FROM reports_productday"],
    "I23": ["UPDATE ads_campaignday SET budget = 200, spent = 1"],
    "I24": ["UPDATE ads_credit SET share = 0.5 WHERE reason = 'initial'"],
    "I25": ["UPDATE reports_merchantday SET paid_orders = paid_orders + 1 WHERE paid_orders > 0"],
    "I26": [drop("chengfeng_idempotentwrite", "idempotent_write_once"),
            "INSERT INTO chengfeng_idempotentwrite (scope, key, fingerprint, status, created_at) "
            "SELECT 'a', 'b', '', 200, now() FROM generate_series(1, 2)"],
    "I27": ["UPDATE chengfeng_outboxmessage SET created_at = now() - interval '6 minutes'"],
    "I28": ["UPDATE shops_product SET merchant_id = (SELECT id FROM shops_merchant WHERE slug = 'charlie')"],
    "I29": ["UPDATE shops_auditentry SET at = at + interval '2 days' WHERE delegation_id IS NOT NULL"],
    "I38": ["UPDATE chengfeng_transfer SET reference = reference || 'x' WHERE kind = 'settlement'"],
    "I39": ["UPDATE orders_orderline SET commission_rate = 0.5 WHERE order_id IN "
            "(SELECT id FROM orders_order WHERE settled_at IS NOT NULL)"],
    "I41": ["UPDATE ads_walletday SET cash = cash + 1, grants = grants - 1 WHERE kind = 'top_up'"],
    "I40": ["UPDATE orders_statement SET settled = settled + 1, closing = closing + 1"],
    "I30": ["DELETE FROM shops_auditentry WHERE number = 1"],
    "I31": ["UPDATE shops_variant SET price = price + 1, version = version + 1"],
    "I32": ["UPDATE shops_flashitem SET quantity = quantity + 1"],
    "I33": ["UPDATE shops_flashbuyer SET units = units + 1"],
    "I34": ["UPDATE orders_casestep SET source = 'offered' WHERE target = 'accepted'"],
    "I36": ["UPDATE orders_voucher SET state = 'valid', used_at = NULL WHERE state = 'used'; "
            "UPDATE orders_booking SET state = 'booked' WHERE state = 'kept'"],
    "I37": ["UPDATE orders_slot SET taken = taken - 1"],
    "I35": ["UPDATE orders_caseline SET quantity = 9"],
}  # fmt: skip
LEDGER_FAULTS = {
    "I15": {"I14", "I15"},
    "I18": {"I18"},
    "I20": {"I18", "I20", "I21"},
}
FAULTS["I15"] = [
    "INSERT INTO chengfeng_entry (transfer_id, account_id, currency, amount) SELECT t.id, a.id, a.currency, 7 "
    "FROM chengfeng_transfer t, chengfeng_account a WHERE t.kind = 'refund' AND a.kind = 'ad_revenue'"
]
FAULTS["I18"] = [
    "UPDATE chengfeng_entry SET amount = amount * 2 WHERE transfer_id IN "
    "(SELECT id FROM chengfeng_transfer WHERE kind = 'refund')"
]
FAULTS["I20"] = [
    drop("ads_charge", "charge_click_once"),
    "INSERT INTO ads_charge (code, merchant_id, campaign_id, event_day, token, kind, day, bid, amount, granted, "
    "transfer_id, at) SELECT 'chg_2', merchant_id, campaign_id, event_day, token, kind, day, bid, amount, granted, "
    "transfer_id, at FROM ads_charge WHERE granted = 0",
    "UPDATE ads_campaignday d SET spent = (SELECT sum(amount) FROM ads_charge c WHERE c.campaign_id = d.campaign_id)",
    "DELETE FROM reports_merchantday; DELETE FROM reports_campaigndayfact; DELETE FROM reports_productday",
]


MORE = [  # other ways to break some of them, and what finds each
    ("DELETE FROM orders_booking; DELETE FROM orders_voucher WHERE state = 'used'", {"I36", "I37"}),
    ("UPDATE orders_slot SET starts_at = starts_at + interval '1 minute'", {"I37"}),
    ("UPDATE orders_booking SET state = 'booked' WHERE state = 'kept'", {"I37"}),
    ("UPDATE orders_linediscount SET amount = amount + 1", {"I07", "I13"}),
    ("UPDATE orders_linediscount SET is_subsidy = NOT is_subsidy", {"I07"}),
    ("DELETE FROM orders_linediscount", {"I07", "I13"}),
    ("UPDATE orders_orderline SET subsidy = 1 WHERE discount > 0", {"I07"}),
    ("UPDATE orders_order SET subsidy = 1 WHERE discount > 0", {"I07"}),
    ("UPDATE shops_promotion SET spent = spent - 1", {"I13"}),
    ("UPDATE shops_promotion SET per_shopper = 0", {"I13"}),
    ("UPDATE shops_shopperuses SET used = 0", {"I13"}),
    ("UPDATE shops_promotionuse SET state = 'released'", {"I13"}),
    ("UPDATE orders_paymentshare SET surplus = 1", {"I08", "I09", "I25"}),
    ("UPDATE orders_payment SET captures_later = true, authorised = amount - 1, authorised_at = created_at", {"I09"}),
    ("UPDATE orders_refund SET amount = amount * 100, state = 'pending'", {"I09", "I17", "I25"}),
    ("UPDATE orders_paymentshare SET amount = amount - 1", {"I08", "I09", "I18", "I25"}),
    ("UPDATE ads_topup SET provider = p.provider, provider_reference = p.provider_reference FROM orders_payment p",
     {"I10"}),
    ("DELETE FROM chengfeng_outboxmessage", {"I27"}),
    ("UPDATE chengfeng_outboxmessage SET dead_at = now(), created_at = now() - interval '1 hour'", {"I27"}),
    ("UPDATE chengfeng_transfer SET reference = reference || 'x' WHERE kind = 'payment'", {"I17", "I18"}),
    ("UPDATE chengfeng_transfer SET reference = reference || 'x' WHERE kind = 'grant'", {"I17", "I18"}),
    ("UPDATE chengfeng_transfer SET reference = reference || 'x' WHERE kind = 'charge'", {"I17", "I18"}),
    ("UPDATE ads_grant SET expired_at = NULL", {"I17"}),
    ("UPDATE ads_grant SET expired_at = expires_at", {"I19"}),
    ("UPDATE ads_grant SET code = code || 'x'", {"I17", "I18", "I19", "I21", "I41"}),
    ("UPDATE ads_charge SET granted = 1", {"I21"}),
    ("UPDATE ads_creditnote SET amount = amount - 1; DELETE FROM reports_merchantday; DELETE FROM "
     "reports_campaigndayfact; DELETE FROM reports_productday", {"I18", "I21"}),
    ("UPDATE ads_event SET rescored_at = NULL", {"I21"}),
    ("UPDATE ads_charge SET kind = 'viewable'", {"I21", "I25"}),
    ("UPDATE ads_credit SET amount = amount + 1 WHERE refund = ''", {"I24", "I25"}),
    ("DELETE FROM ads_saleclaim", {"I24", "I25"}),
    ("UPDATE ads_credit SET amount = amount + 1 WHERE refund <> ''", {"I24", "I25"}),
    ("UPDATE ads_credit SET refund = ''", {"I24", "I25"}),
    ("UPDATE ads_credit SET at = at + interval '1 microsecond' WHERE refund = ''", {"I24"}),
    ("UPDATE ads_credit SET touched_at = touched_at + interval '61 minutes' WHERE refund <> ''", {"I24"}),
    ("UPDATE reports_campaigndayfact SET ad_claimed = ad_claimed + 1 WHERE ad_claimed > 0", {"I25"}),
    ("UPDATE reports_echo SET touch_gmv = touch_gmv + 1 WHERE touch_gmv > 0", {"I25"}),
    ("UPDATE reports_echo SET touch_refunds = 0", {"I25"}),
    ("UPDATE reports_merchantday SET new_gmv = new_gmv + 1 WHERE new_gmv > 0", {"I25"}),
    ("INSERT INTO ads_campaigntotal (campaign_id, budget, spent) SELECT id, 100, 1 FROM ads_campaign", {"I23"}),
    ("INSERT INTO ads_accountday (merchant_id, day, budget, spent) SELECT id, '2026-03-03', 100, 1 FROM shops_merchant",
     {"I23"}),
]  # fmt: skip


@pytest.fixture(scope="module")
def week(django_db_setup, django_db_blocker):
    """The honest world, made once for all the tests of this module, which break it between two savepoints."""
    cheap = {"PASSWORD_HASHERS": ["django.contrib.auth.hashers.MD5PasswordHasher"], "WAKE_WORKERS": False}
    with django_db_blocker.unblock(), override_settings(**cheap), transaction.atomic():
        ledger.known.clear()
        shop = factories.merchant("Alice & Co", slug="alice")
        factories.merchant("Charlie's", slug="charlie")
        live_through(
            shop, kai=factories.person("kai", is_ka_manager=True), alice=factories.member(shop, "alice", "owner")
        )
        yield shop
        transaction.set_rollback(True)


@pytest.fixture
def honest(week, db):
    return week


def live_through(shop, *, kai, alice):
    """A week of sales: by an ad, half refunded, without, by a coupon, given up, in a flash sale; a helper at work."""
    world.fund(shop, at=THEN)
    goods, shopper = factories.variant(shop), uuid.uuid4()
    ad = world.campaign(shop, goods.product, at=THEN)
    world.click(ad, at=THEN - timedelta(hours=1), shopper=shopper)
    world.refund(world.sell(goods, 2, at=THEN, shopper=shopper), "100", at=THEN + timedelta(days=1))
    world.sell(goods, at=THEN, method="boleto")
    world.give_up(world.place(goods, at=THEN), at=THEN + timedelta(minutes=15))
    reduced = world.place(goods, at=THEN)
    world.promote(reduced, "7", at=THEN)
    world.pay(reduced, at=THEN, method="boleto")
    world.hold_flash(factories.variant(shop), at=THEN)
    world.send_back(goods, at=THEN)
    lent = Delegation.objects.create(
        merchant=shop, delegate=kai, kind="ka", rights=["ads.edit"], granted_by=alice,
        starts_at=THEN, expires_at=THEN + timedelta(days=1),
    )  # fmt: skip
    AuditEntry.objects.create(merchant=shop, number=1, actor=alice, verb="x", at=THEN)
    AuditEntry.objects.create(merchant=shop, number=2, actor=kai, delegation=lent, verb="y", at=THEN)
    world.serve(shop, alice, at=THEN)
    world.pay_out(world.sell(goods, at=THEN), at=THEN)
    world.grant(ad, at=THEN, shopper=uuid.uuid4())
    facts.rebuild_history(at=NOW)
    days.sum_up(older_than=timedelta(0))


def plant(statements: list[str]) -> None:
    """Break the rows behind the back of every trigger and constraint; the test's transaction takes it back."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET LOCAL session_replication_role = replica")
        for statement in statements:
            cursor.execute(statement)


@pytest.mark.django_db
def test_an_honest_world_breaks_nothing(honest):
    assert [(v.invariant.id, v.rows) for v in invariants.check()] == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    "fault", ["DELETE FROM shops_hold WHERE cause = %s", "UPDATE shops_hold SET expires_at = now() WHERE cause = %s"]
)
def test_an_order_that_waits_for_money_without_its_hold_is_found(honest, fault):
    order = world.place(factories.variant(honest), at=NOW)
    with connection.cursor() as cursor:
        cursor.execute(fault, [order.code])
    (found,) = invariants.check(["I06"])
    assert order.code in [row[1] for row in found.rows]


@pytest.mark.django_db
@pytest.mark.parametrize("code", sorted(FAULTS))
def test_a_planted_fault_is_found(honest, code):
    plant(FAULTS[code])
    assert {v.invariant.id for v in invariants.check()} == LEDGER_FAULTS.get(code, {code})


@pytest.mark.django_db
@pytest.mark.parametrize(("statement", "found"), MORE)
def test_another_planted_fault_is_found(honest, statement, found):
    plant([drop("orders_payment", "payment_within_authorised"), statement])
    assert {v.invariant.id for v in invariants.check()} == found


def test_every_invariant_has_its_fault():
    assert sorted(FAULTS) == [invariant.id for invariant in invariants.ALL]
