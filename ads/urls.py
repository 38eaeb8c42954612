"""Addresses of the ads room; those of programs come first, for they are asked the most."""

from django.urls import include, path

from .api import account as account_api
from .api import audiences as audiences_api
from .api import behaviours, eligibility, estimates, events, other_bids, results, shopping
from .api import bulk as bulk_api
from .api import campaigns as campaigns_api
from .api import changes as changes_api
from .api import creatives as creatives_api
from .api import groups as groups_api
from .api import insight as insight_api
from .api import prediction as prediction_api
from .api import proposals as proposals_api
from .api import quality as quality_api
from .api import steering as steering_api
from .api import terms as terms_api
from .api import wallet as wallet_api
from .views import (
    account,
    audiences,
    bulk,
    campaign,
    campaigns,
    changes,
    columns,
    creatives,
    editing,
    groups,
    insight,
    prediction,
    privacy,
    proposals,
    quality,
    review,
    steering,
    storefront,
    terms,
    traffic_desk,
    wallet,
    wallet_desk,
)

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
    path("campaigns/<code>/search-terms", terms_api.SearchTerms.as_view(), name="api_search_terms"),
    path("campaigns/<code>/eligibility", eligibility.CampaignEligibility.as_view(), name="api_campaign_eligibility"),
    path("campaigns/<code>/insight", insight_api.Insight.as_view(), name="api_campaign_insight"),
    path("campaigns/<code>/what-if", other_bids.OtherBids.as_view(), name="api_what_if"),
    path("campaigns/<code>/suggestions", other_bids.Suggestions.as_view(), name="api_suggestions"),
    path("campaigns/<code>/groups", groups_api.CampaignGroups.as_view(), name="api_campaign_groups"),
    path("campaigns/<code>/steering", steering_api.CampaignSteering.as_view(), name="api_campaign_steering"),
    path("campaigns/<code>/changes", changes_api.CampaignChanges.as_view(), name="api_campaign_changes"),
    path("campaigns/<code>/results", results.CampaignResults.as_view(), name="api_campaign_results"),
    path("campaign-eligibility", eligibility.EligibilityChanges.as_view(), name="api_eligibility_changes"),
    path("auction-insight", insight_api.ShopInsight.as_view(), name="api_auction_insight"),
    path("campaign-results", results.CampaignsResults.as_view(), name="api_campaigns_results"),
    path("campaign-estimates", estimates.Estimates.as_view(), name="api_campaign_estimates"),
    path("ad-groups/<code>", groups_api.GroupDetail.as_view(), name="api_ad_group"),
    path("ad-groups/<code>/ads", creatives_api.GroupAds.as_view(), name="api_ad_group_ads"),
    path("creatives/<code>", creatives_api.AdDetail.as_view(), name="api_ad"),
    path("changes/<code>/undo", changes_api.ChangeUndo.as_view(), name="api_change_undo"),
    path("change-batches/<batch>/undo", changes_api.BatchUndo.as_view(), name="api_batch_undo"),
    path("proposals", proposals_api.Proposals.as_view(), name="api_proposals"),
    path("proposals/<code>/withdraw", proposals_api.ProposalWithdrawal.as_view(), name="api_proposal_withdraw"),
    path("bulk-plans", bulk_api.BulkPlans.as_view(), name="api_bulk_plans"),
    path("bulk-edits", bulk_api.BulkEdits.as_view(), name="api_bulk_edits"),
    path("ad-account", account_api.Account.as_view(), name="api_ad_account"),
    path("objectives", account_api.Objectives.as_view(), name="api_objectives"),
    path("predictions", prediction_api.Predictions.as_view(), name="api_predictions"),
    path("traffic-quality", quality_api.Traffic.as_view(), name="api_traffic"),
    path("traffic-quality/appeals", quality_api.Appeals.as_view(), name="api_appeals"),
    path("wallet", wallet_api.Wallet.as_view(), name="api_wallet"),
    path("wallet/statement", wallet_api.Statement.as_view(), name="api_wallet_statement"),
    path("wallet/top-ups", wallet_api.TopUps.as_view(), name="api_top_ups"),
    path("wallet/top-ups/<code>", wallet_api.TopUpDetail.as_view(), name="api_top_up"),
]

urlpatterns = [
    path("api/v1/", include(api)),
    path("ads/slot/", storefront.slot, name="slot"),
    path("ads/c/<token>/", storefront.click, name="click"),
    path("console/<merchant>/ads/", campaigns.campaigns, name="campaigns"),
    path("console/<merchant>/ads/states/", campaigns.campaign_states, name="campaign_states"),
    path("console/<merchant>/ads/columns/", columns.campaign_columns, name="campaign_columns"),
    path("console/<merchant>/ads/new/", editing.campaign_new, name="campaign_new"),
    path("console/<merchant>/ads/bulk/", bulk.campaigns_bulk, name="campaigns_bulk"),
    path("console/<merchant>/ads/limits/", account.ads_account, name="ads_account"),
    path("console/<merchant>/ads/proposals/", proposals.approvals, name="approvals"),
    path("console/<merchant>/ads/proposals/<proposal>/", proposals.approval_decide, name="approval_decide"),
    path("console/<merchant>/ads/changes/<change>/undo/", changes.change_undo, name="change_undo"),
    path("console/<merchant>/ads/change-batches/<batch>/undo/", changes.batch_undo, name="batch_undo"),
    path("platform/ad-reviews/", review.ad_review, name="ad_review"),
    path("platform/ad-reviews/<ad>/", review.ad_verdict, name="ad_verdict"),
    path("console/<merchant>/ads/predictions/", prediction.predictions, name="predictions"),
    path("platform/predictions/", prediction.platform_predictions, name="platform_predictions"),
    path("console/<merchant>/ads/insight/", insight.insight, name="insight"),
    path("console/<merchant>/ads/traffic/", quality.traffic, name="traffic"),
    path("platform/traffic/", traffic_desk.platform_traffic, name="platform_traffic"),
    path("platform/traffic/<appeal>/", traffic_desk.appeal_answer, name="appeal_answer"),
    path("console/<merchant>/ads/<campaign>/", campaign.campaign, name="campaign"),
    path("console/<merchant>/ads/<campaign>/search-terms/", terms.search_terms, name="search_terms"),
    path(
        "console/<merchant>/ads/<campaign>/search-terms/choose/", terms.search_terms_choose, name="search_terms_choose"
    ),
    path("console/<merchant>/ads/<campaign>/steering/", steering.steering, name="steering"),
    path("console/<merchant>/ads/<campaign>/insight/", insight.campaign_insight, name="campaign_insight"),
    path("console/<merchant>/ads/<campaign>/what-if/", insight.what_if, name="what_if"),
    path("console/<merchant>/ads/<campaign>/auctions/<auction>/", insight.auction, name="auction"),
    path("console/<merchant>/ads/<campaign>/edit/", editing.campaign_edit, name="campaign_edit"),
    path("console/<merchant>/ads/<campaign>/set/<member>/", campaigns.campaign_amount, name="campaign_amount"),
    path("console/<merchant>/ads/<campaign>/ad-groups/new/", groups.group_new, name="group_new"),
    path("console/<merchant>/ads/<campaign>/ad-groups/states/", groups.group_states, name="group_states"),
    path("console/<merchant>/ads/<campaign>/ad-groups/<group>/", groups.group, name="group"),
    path("console/<merchant>/ads/<campaign>/creatives/states/", creatives.ad_states, name="ad_states"),
    path("console/<merchant>/ads/<campaign>/creatives/<ad>/", creatives.ad, name="ad"),
    path("privacy/", privacy.privacy, name="privacy"),
    path("console/<merchant>/audiences/", audiences.audiences, name="audiences"),
    path("console/<merchant>/audiences/new/", audiences.audience_new, name="audience_new"),
    path("console/<merchant>/audiences/<audience>/", audiences.audience, name="audience"),
    path("console/<merchant>/audiences/<audience>/edit/", audiences.audience_edit, name="audience_edit"),
    path("console/<merchant>/audiences/<audience>/archive/", audiences.audience_archive, name="audience_archive"),
    path("console/<merchant>/wallet/", wallet.wallet, name="wallet"),
    path("console/<merchant>/wallet/alerts/", wallet.wallet_alerts, name="wallet_alerts"),
    path("console/<merchant>/wallet/grants/", wallet.wallet_grants, name="wallet_grants"),
    path("console/<merchant>/wallet/statement/", wallet.wallet_statement, name="wallet_statement"),
    path("console/<merchant>/wallet/statement/file/", wallet.wallet_file, name="wallet_file"),
    path("console/<merchant>/wallet/top-ups/<top_up>/", wallet.top_up_page, name="top_up_page"),
    path("platform/grants/", wallet_desk.grants, name="grants"),
    path("platform/grants/new/", wallet_desk.grant_new, name="grant_new"),
    path("platform/grants/file/", wallet_desk.grants_from_file, name="grants_file"),
    path("platform/grants/freeze/", wallet_desk.freeze, name="freeze"),
    path("platform/grants/rebates/", wallet_desk.rebate, name="rebates"),
]
