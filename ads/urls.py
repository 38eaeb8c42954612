"""Addresses of the ads room; those of programs come first, for they are asked the most."""

from django.urls import include, path

from .api import audiences as audiences_api
from .api import behaviours, events, shopping
from .api import campaigns as campaigns_api
from .api import prediction as prediction_api
from .api import wallet as wallet_api
from .views import audiences, campaigns, prediction, privacy, storefront, wallet

app_name = "ads"

api = [
    path("decisions", shopping.Decisions.as_view(), name="api_decisions"),
    path("events", events.Events.as_view(), name="api_events"),
    path("behaviours", behaviours.Behaviours.as_view(), name="api_behaviours"),
    path("personalised-ads", behaviours.PersonalisedAds.as_view(), name="api_personalised_ads"),
    path("audiences", audiences_api.Audiences.as_view(), name="api_audiences"),
    path("audiences/estimate", audiences_api.AudienceEstimate.as_view(), name="api_audience_estimate"),
    path("audiences/<code>", audiences_api.AudienceDetail.as_view(), name="api_audience"),
    path("campaigns", campaigns_api.Campaigns.as_view(), name="api_campaigns"),
    path("campaigns/<code>", campaigns_api.CampaignDetail.as_view(), name="api_campaign"),
    path("predictions", prediction_api.Predictions.as_view(), name="api_predictions"),
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
    path("console/<merchant>/ads/predictions/", prediction.predictions, name="predictions"),
    path("platform/predictions/", prediction.platform_predictions, name="platform_predictions"),
    path("console/<merchant>/ads/<campaign>/", campaigns.campaign, name="campaign"),
    path("console/<merchant>/ads/<campaign>/edit/", campaigns.campaign_edit, name="campaign_edit"),
    path("privacy/", privacy.privacy, name="privacy"),
    path("console/<merchant>/audiences/", audiences.audiences, name="audiences"),
    path("console/<merchant>/audiences/new/", audiences.audience_new, name="audience_new"),
    path("console/<merchant>/audiences/<audience>/", audiences.audience, name="audience"),
    path("console/<merchant>/audiences/<audience>/edit/", audiences.audience_edit, name="audience_edit"),
    path("console/<merchant>/audiences/<audience>/archive/", audiences.audience_archive, name="audience_archive"),
    path("console/<merchant>/wallet/", wallet.wallet, name="wallet"),
]
