"""Addresses of the orders room; those of programs come first, for they are asked the most."""

from django.urls import include, path

from . import webhooks
from .aftersale import urls as aftersale
from .api import captures, merchant, shopper
from .api import presales as api_presales
from .desk import api as desk_api
from .views import addresses, cart, mine, presale, presales, till
from .views import captures as capture_pages

app_name = "orders"

api = [
    path("cart", shopper.CartView.as_view(), name="api_cart"),
    path("cart/lines/<slug:variant>", shopper.CartLineView.as_view(), name="api_cart_line"),
    path("quotes", shopper.QuotesView.as_view(), name="api_quotes"),
    path("checkouts", shopper.CheckoutsView.as_view(), name="api_checkouts"),
    path("checkouts/<slug:code>", shopper.CheckoutView.as_view(), name="api_checkout"),
    path("presale-checkouts", api_presales.PresaleCheckoutsView.as_view(), name="api_presale_checkouts"),
    path("checkouts/<slug:code>/payments", shopper.PaymentsView.as_view(), name="api_payments"),
    path("payments/<slug:code>/capture", captures.CaptureView.as_view(), name="api_capture"),
    path("payments/<slug:code>/void", captures.VoidView.as_view(), name="api_void"),
    path("offers", merchant.OffersView.as_view(), name="api_offers"),
    path("orders", merchant.OrdersView.as_view(), name="api_orders"),
    path("orders/<slug:code>", merchant.OrderView.as_view(), name="api_order"),
    path("orders/<slug:code>/cancellation", merchant.CancellationView.as_view(), name="api_cancellation"),
    path("orders/<slug:code>/remarks", desk_api.RemarksView.as_view(), name="api_order_remarks"),
    path("orders/<slug:code>/remarks/<slug:remark>/strike", desk_api.StrikeView.as_view(), name="api_order_strike"),
    path("orders/<slug:code>/flag", desk_api.FlagView.as_view(), name="api_order_flag"),
    path("parcel-files", desk_api.ParcelFilesView.as_view(), name="api_parcel_files"),
    path("parcel-files/<slug:code>", desk_api.ParcelFileView.as_view(), name="api_parcel_file"),
    path("parcel-files/<slug:code>/apply", desk_api.ParcelFileApplyView.as_view(), name="api_parcel_file_apply"),
    path("orders/<slug:code>/refunds", merchant.RefundsView.as_view(), name="api_refunds"),
    path("shipments", merchant.ShipmentsView.as_view(), name="api_shipments"),
    path("deliveries", merchant.DeliveriesView.as_view(), name="api_deliveries"),
    *aftersale.api,
]

urlpatterns = [
    path("api/v1/", include(api)),
    path("", include("orders.settlement.urls")),
    path("", include("orders.reviewing.urls")),
    path("cart/", cart.show, name="cart"),
    path("cart/add/", cart.add, name="cart_add"),
    path("cart/<slug:variant>/", cart.set_quantity, name="cart_line"),
    path("checkout/", till.checkout, name="checkout"),
    path("presale/<slug:presale>/", presale.place, name="presale"),
    path("console/<slug:merchant>/presales/<slug:presale>/orders/", presales.orders, name="presale_orders"),
    path("pay/<slug:checkout>/", till.pay, name="pay"),
    path("my/orders/", mine.index, name="my_orders"),
    path("my/orders/<slug:order>/", mine.show, name="my_order"),
    path("my/orders/<slug:order>/receipt/", mine.confirm, name="my_order_receipt"),
    path("my/orders/<slug:order>/arrived/<slug:parcel>/", mine.confirm_parcel, name="my_parcel_receipt"),
    *aftersale.urlpatterns,
    path("", include("orders.vouchers.urls")),
    path("my/addresses/", addresses.index, name="addresses"),
    path("my/addresses/new/", addresses.new, name="address_new"),
    path("my/addresses/take-over/", addresses.take_over, name="addresses_take_over"),
    path("my/addresses/<slug:address>/", addresses.edit, name="address"),
    path("my/addresses/<slug:address>/delete/", addresses.forget, name="address_forget"),
    path("console/<slug:merchant>/orders/", include("orders.desk.urls")),
    path("console/<slug:merchant>/payments/<slug:payment>/capture/", capture_pages.capture, name="payment_capture"),
    path("console/<slug:merchant>/payments/<slug:payment>/void/", capture_pages.void, name="payment_void"),
    path("payments/webhooks/<slug:provider>/", webhooks.webhook, name="webhook"),
]
