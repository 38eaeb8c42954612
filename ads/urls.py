"""Addresses of the ads room; those of programs come first, for they are asked the most."""

from django.urls import include, path

from .api import campaigns as campaigns_api
from .api import events, shopping
from .api import wallet as wallet_api
from .views import campaigns, storefront, wallet

app_name = "ads"

api = [
    path("decisions", shopping.Decisions.as_view(), name="api_decisions"),
    path("events", events.Events.as_view(), name="api_events"),
    path("campaigns", campaigns_api.Campaigns.as_view(), name="api_campaigns"),
    path("campaigns/<code>", campaigns_api.CampaignDetail.as_view(), name="api_campaign"),
    path("wallet", wallet_api.Wallet.as_view(), name="api_wallet"),
    path("wallet/top-ups", wallet_api.TopUps.as_view(), name="api_top_ups"),
]

urlpatterns = [
    path("api/v1/", include(api)),
    path("ads/slot/", storefront.slot, name="slot"),
    path("ads/c/<token>/", storefront.click, name="click"),
    path("console/<merchant>/ads/", campaigns.campaigns, name="campaigns"),
    path("console/<merchant>/ads/states/", campaigns.campaign_states, name="campaign_states"),
    path("console/<merchant>/ads/new/", campaigns.campaign_new, name="campaign_new"),
    path("console/<merchant>/ads/<campaign>/", campaigns.campaign, name="campaign"),
    path("console/<merchant>/ads/<campaign>/edit/", campaigns.campaign_edit, name="campaign_edit"),
    path("console/<merchant>/wallet/", wallet.wallet, name="wallet"),
]
