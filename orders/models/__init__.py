"""The tables of the orders room, by subject."""

from ..addresses.models import Address
from ..aftersale.models import Case, CaseLine, CasePhoto, CaseStep
from ..desk.models import OrderNote, ShippingRow, ShippingRun
from ..settlement.models import (
    BankAccount,
    Payout,
    PayoutBatch,
    PayoutReturn,
    RateChange,
    Settlement,
    SettlementLine,
    Statement,
    Terms,
)
from ..vouchers.models import Booking, Slot, Voucher
from .order import LineDiscount, Order, OrderLine, OrderMove
from .parcels import Shipment, ShipmentLine
from .paying import Payment, PaymentShare, WebhookReceipt, method_name
from .refunding import Refund, RefundLine, reason_text
from .till import Cart, CartLine, Checkout

__all__ = [
    "Address",
    "BankAccount",
    "Booking",
    "Cart",
    "CartLine",
    "Case",
    "CaseLine",
    "CasePhoto",
    "CaseStep",
    "Checkout",
    "LineDiscount",
    "Order",
    "OrderLine",
    "OrderMove",
    "OrderNote",
    "Payment",
    "PaymentShare",
    "Payout",
    "PayoutBatch",
    "PayoutReturn",
    "RateChange",
    "Refund",
    "RefundLine",
    "Settlement",
    "SettlementLine",
    "Shipment",
    "ShipmentLine",
    "ShippingRow",
    "ShippingRun",
    "Slot",
    "Statement",
    "Terms",
    "Voucher",
    "WebhookReceipt",
    "method_name",
    "reason_text",
]
