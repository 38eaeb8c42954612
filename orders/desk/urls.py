"""Addresses of the desk, below a merchant's `orders/`."""

from django.urls import path

from .views import desk, downloads, files, order, sheets

urlpatterns = [
    path("", desk.index, name="orders"),
    path("ship/", desk.ship_many, name="orders_ship"),
    path("flag/", desk.flag_many, name="orders_flag"),
    path("print/", desk.print_many, name="orders_print"),
    path("slips/", sheets.slips, name="orders_slips"),
    path("picking/", sheets.picking, name="orders_picking"),
    path("download/csv/", downloads.download, {"kind": "csv"}, name="orders_csv"),
    path("download/xlsx/", downloads.download, {"kind": "xlsx"}, name="orders_xlsx"),
    path("parcels/", files.files, name="orders_files"),
    path("parcels/template/", files.file_template, name="orders_file_template"),
    path("parcels/<slug:run>/", files.file, name="orders_file"),
    path("parcels/<slug:run>/apply/", files.file_apply, name="orders_file_apply"),
    path("parcels/<slug:run>/rows/", files.file_rows, name="orders_file_rows"),
    path("<slug:order>/", order.show, name="order"),
    path("<slug:order>/ship/", order.ship_one, name="order_ship"),
    path("<slug:order>/deliver/", order.deliver_one, name="order_deliver"),
    path("<slug:order>/cancel/", order.cancel_one, name="order_cancel"),
    path("<slug:order>/refund/", order.refund, name="order_refund"),
    path("<slug:order>/capture/", order.capture, name="order_capture"),
    path("<slug:order>/flag/", order.flag, name="order_flag"),
    path("<slug:order>/remarks/", order.note, name="order_note"),
    path("<slug:order>/remarks/<slug:remark>/strike/", order.strike, name="order_note_strike"),
]
