"""Addresses of the orders room."""

from django.urls import path

from . import webhooks
from .api import merchant, shopper
from .views import cart, console, mine, till

app_name = "orders"

urlpatterns = [
    path("cart/", cart.show, name="cart"),
    path("cart/add/", cart.add, name="cart_add"),
    path("cart/<slug:variant>/", cart.set_quantity, name="cart_line"),
    path("checkout/", till.checkout, name="checkout"),
    path("pay/<slug:checkout>/", till.pay, name="pay"),
    path("my/orders/", mine.index, name="my_orders"),
    path("my/orders/<slug:order>/", mine.show, name="my_order"),
    path("my/orders/<slug:order>/receipt/", mine.confirm, name="my_order_receipt"),
    path("console/<slug:merchant>/orders/", console.index, name="orders"),
    path("console/<slug:merchant>/orders/ship/", console.ship_many, name="orders_ship"),
    path("console/<slug:merchant>/orders/<slug:order>/", console.show, name="order"),
    path("console/<slug:merchant>/orders/<slug:order>/ship/", console.ship_one, name="order_ship"),
    path("console/<slug:merchant>/orders/<slug:order>/deliver/", console.deliver_one, name="order_deliver"),
    path("console/<slug:merchant>/orders/<slug:order>/cancel/", console.cancel_one, name="order_cancel"),
    path("console/<slug:merchant>/orders/<slug:order>/refund/", console.refund, name="order_refund"),
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
