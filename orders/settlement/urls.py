"""Addresses of settlement: of programs, of the console and of operators."""

from django.urls import path

from . import api, desk, views

CONSOLE = "console/<slug:merchant>/settlement/"

urlpatterns = [
    path("api/v1/settlements", api.SettlementsView.as_view(), name="api_settlements"),
    path("api/v1/statements", api.StatementsView.as_view(), name="api_statements"),
    path("api/v1/statements/<slug:code>", api.StatementView.as_view(), name="api_statement"),
    path(CONSOLE, views.index, name="settlement"),
    path(f"{CONSOLE}coming/", views.coming, name="settlement_coming"),
    path(f"{CONSOLE}statements/", views.index_of_statements, name="statements"),
    path(f"{CONSOLE}statements/<slug:statement>/", views.statement, name="statement"),
    path(f"{CONSOLE}statements/<slug:statement>/file/", views.statement_file, name="statement_file"),
    path(f"{CONSOLE}payouts/", views.index_of_payouts, name="settlement_payouts"),
    path(f"{CONSOLE}bank/", views.bank_account, name="bank_account"),
    path(f"{CONSOLE}transfers/<slug:transfer>/", views.transfer, name="transfer"),
    path("platform/payouts/", desk.payouts, name="payouts"),
    path("platform/payouts/new/", desk.prepare, name="payouts_prepare"),
    path("platform/payouts/<slug:batch>/", desk.batch, name="payout_batch"),
    path("platform/payouts/<slug:batch>/approve/", desk.approve, name="payout_approve"),
    path("platform/payouts/<slug:batch>/withdraw/", desk.withdraw, name="payout_withdraw"),
    path("platform/commission/", desk.commission, name="commission"),
]
