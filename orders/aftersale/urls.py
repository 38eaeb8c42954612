"""Addresses of cases: the shopper's, the shop's, the platform's, and those of programs."""

from django.urls import path

from .api import merchant as programs
from .api import shopper as clients
from .views import desk, disputes, shopper

CASES = "console/<slug:merchant>/cases/"
MINE = "my/cases/"
DISPUTES = "platform/disputes/"

urlpatterns = [
    path("my/orders/<slug:order>/cases/new/", shopper.new, name="my_case_new"),
    path(MINE, shopper.index, name="my_cases"),
    path(f"{MINE}<slug:case>/", shopper.show, name="my_case"),
    path(f"{MINE}<slug:case>/photos/<slug:photo>/", shopper.photo, name="my_case_photo"),
    *(
        path(f"{MINE}<slug:case>/{verb}/", shopper.act, {"verb": verb}, name=f"my_case_{verb}")
        for verb in shopper.VERBS
    ),
    path(CASES, desk.index, name="cases"),
    path(f"{CASES}<slug:case>/", desk.show, name="case"),
    path(f"{CASES}<slug:case>/photos/<slug:photo>/", desk.photo, name="case_photo"),
    *(path(f"{CASES}<slug:case>/{verb}/", desk.act, {"verb": verb}, name=f"case_{verb}") for verb in desk.VERBS),
    path(DISPUTES, disputes.index, name="disputes"),
    path(f"{DISPUTES}<slug:case>/", disputes.show, name="dispute"),
    path(f"{DISPUTES}<slug:case>/decide/", disputes.decide, name="dispute_decide"),
    path(f"{DISPUTES}<slug:case>/photos/<slug:photo>/", disputes.photo, name="dispute_photo"),
]
api = [
    path("cases", programs.CasesView.as_view(), name="api_cases"),
    path("cases/<slug:code>", programs.CaseView.as_view(), name="api_case"),
    path("cases/<slug:code>/accept", programs.AcceptView.as_view(), name="api_case_accept"),
    path("cases/<slug:code>/offer", programs.OfferView.as_view(), name="api_case_offer"),
    path("cases/<slug:code>/reject", programs.RejectView.as_view(), name="api_case_reject"),
    path("cases/<slug:code>/receive", programs.ReceiveView.as_view(), name="api_case_receive"),
    path("cases/<slug:code>/replace", programs.ReplaceView.as_view(), name="api_case_replace"),
    path("cases/<slug:code>/refund", programs.RefundInsteadView.as_view(), name="api_case_refund"),
    path("my/cases", clients.MyCasesView.as_view(), name="api_my_cases"),
    path("my/cases/<slug:code>", clients.MyCaseView.as_view(), name="api_my_case"),
    path("my/cases/<slug:code>/withdraw", clients.WithdrawView.as_view(), name="api_my_case_withdraw"),
    path("my/cases/<slug:code>/agree", clients.AgreeView.as_view(), name="api_my_case_agree"),
    path("my/cases/<slug:code>/decline", clients.DeclineView.as_view(), name="api_my_case_decline"),
    path("my/cases/<slug:code>/send-back", clients.SendBackView.as_view(), name="api_my_case_send_back"),
    path("my/cases/<slug:code>/escalate", clients.EscalateView.as_view(), name="api_my_case_escalate"),
]
