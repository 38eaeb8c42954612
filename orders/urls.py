"""Addresses of the orders room."""

from django.urls import path

from . import webhooks
from .api import merchant, shopper

app_name = "orders"

urlpatterns = [
    path("payments/webhooks/<slug:provider>/", webhooks.webhook, name="webhook"),
    path("api/v1/cart", shopper.CartView.as_view(), name="api_cart"),
    path("api/v1/cart/lines/<slug:variant>", shopper.CartLineView.as_view(), name="api_cart_line"),
    path("api/v1/checkouts", shopper.CheckoutsView.as_view(), name="api_checkouts"),
    path("api/v1/checkouts/<slug:code>", shopper.CheckoutView.as_view(), name="api_checkout"),
    path("api/v1/checkouts/<slug:code>/payments", shopper.PaymentsView.as_view(), name="api_payments"),
    path("api/v1/offers", merchant.OffersView.as_view(), name="api_offers"),
    path("api/v1/orders", merchant.OrdersView.as_view(), name="api_orders"),
    path("api/v1/orders/<slug:code>", merchant.OrderView.as_view(), name="api_order"),
    path("api/v1/orders/<slug:code>/cancellation", merchant.CancellationView.as_view(), name="api_cancellation"),
    path("api/v1/orders/<slug:code>/refunds", merchant.RefundsView.as_view(), name="api_refunds"),
    path("api/v1/shipments", merchant.ShipmentsView.as_view(), name="api_shipments"),
    path("api/v1/deliveries", merchant.DeliveriesView.as_view(), name="api_deliveries"),
]
