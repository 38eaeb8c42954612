"""The operator's desk: every table of the ads, to be read; events have no single key to open them by."""

from django.contrib import admin

from chengfeng.admin import ReadOnlyAdmin, ReadOnlyInline

from .models import (
    AccountDay,
    Ad,
    AdAccount,
    AdDay,
    AdGroup,
    Appeal,
    AuctionHour,
    Audience,
    Campaign,
    CampaignDay,
    CampaignTotal,
    Change,
    Charge,
    Conversion,
    ConversionLine,
    ConversionRefund,
    Credit,
    CreditNote,
    Eligibility,
    Grant,
    GroupAudience,
    Keyword,
    NegativeKeyword,
    OptOut,
    PlacementModifier,
    PredictionModel,
    PromotionDays,
    Proposal,
    Rescore,
    SaleClaim,
    SearchTerm,
    Steering,
    SteeringStep,
    TopUp,
    WalletDay,
)


class AdInline(ReadOnlyInline):
    model = Ad
    fields = ["product", "state", "created_at"]

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("product")


class KeywordInline(ReadOnlyInline):
    model = Keyword
    fields = ["text", "match"]


@admin.register(Campaign)
class CampaignAdmin(ReadOnlyAdmin):
    list_display = ["name", "merchant", "state", "bid_mode", "bid", "daily_budget", "starts_at", "ends_at"]
    list_filter = ["state", "objective", "bid_mode"]
    list_select_related = ["merchant"]
    search_fields = ["name", "code", "merchant__name", "merchant__code"]
    date_hierarchy = "created_at"
    ordering = ["-pk"]
    inlines = [AdInline]


@admin.register(Ad)
class AdAdmin(ReadOnlyAdmin):
    list_display = ["code", "merchant", "campaign", "product", "state", "created_at"]
    list_filter = ["state"]
    list_select_related = ["merchant", "campaign", "product"]
    search_fields = ["code", "campaign__code", "product__code", "merchant__code"]
    ordering = ["-pk"]


@admin.register(AdDay)
class AdDayAdmin(ReadOnlyAdmin):
    list_display = ["ad", "day", "impressions", "clicks"]
    list_select_related = ["ad__campaign", "ad__product"]
    search_fields = ["ad__code", "ad__campaign__code"]
    date_hierarchy = "day"
    ordering = ["-day", "-pk"]


@admin.register(Keyword)
class KeywordAdmin(ReadOnlyAdmin):
    list_display = ["text", "match", "bid", "group"]
    list_filter = ["match"]
    list_select_related = ["group"]
    search_fields = ["text", "group__campaign__code"]
    ordering = ["-pk"]


@admin.register(CampaignDay)
class CampaignDayAdmin(ReadOnlyAdmin):
    list_display = ["campaign", "day", "budget", "spent"]
    list_select_related = ["campaign"]
    search_fields = ["campaign__code", "campaign__name"]
    date_hierarchy = "day"
    ordering = ["-day", "-pk"]


@admin.register(Charge)
class ChargeAdmin(ReadOnlyAdmin):
    list_display = ["code", "merchant", "campaign", "day", "bid", "amount", "transfer", "at"]
    list_select_related = ["merchant", "campaign", "transfer"]
    search_fields = ["code", "campaign__code", "merchant__code", "transfer__reference"]
    date_hierarchy = "at"
    ordering = ["-pk"]


@admin.register(TopUp)
class TopUpAdmin(ReadOnlyAdmin):
    list_display = ["code", "merchant", "amount", "currency", "provider", "state", "requested_by", "requested_at"]
    list_filter = ["state", "provider", "currency"]
    list_select_related = ["merchant", "requested_by"]
    search_fields = ["code", "provider_reference", "merchant__name", "merchant__code"]
    date_hierarchy = "requested_at"
    ordering = ["-pk"]


class ConversionLineInline(ReadOnlyInline):
    model = ConversionLine
    fields = ["line_code", "product", "quantity", "value"]

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("product")


@admin.register(Conversion)
class ConversionAdmin(ReadOnlyAdmin):
    list_display = ["order_code", "merchant", "value", "currency", "is_new", "at"]
    list_filter = ["currency"]
    list_select_related = ["merchant"]
    search_fields = ["order_code", "merchant__code"]
    date_hierarchy = "at"
    ordering = ["-pk"]
    inlines = [ConversionLineInline]


@admin.register(ConversionLine)
class ConversionLineAdmin(ReadOnlyAdmin):
    list_display = ["line_code", "conversion", "product", "quantity", "value"]
    list_select_related = ["conversion", "product"]
    search_fields = ["line_code", "conversion__order_code"]
    ordering = ["-pk"]


@admin.register(ConversionRefund)
class ConversionRefundAdmin(ReadOnlyAdmin):
    list_display = ["code", "line", "amount", "at"]
    list_select_related = ["line"]
    search_fields = ["code", "line__line_code"]
    date_hierarchy = "at"
    ordering = ["-pk"]


@admin.register(Credit)
class CreditAdmin(ReadOnlyAdmin):
    list_display = ["line", "merchant", "campaign", "touch", "rule", "reason", "share", "amount", "touched_at", "at"]
    list_filter = ["rule", "reason", "touch", "is_same_product"]
    list_select_related = ["line", "merchant", "campaign"]
    search_fields = ["cause", "line__line_code", "campaign__code", "merchant__code"]
    date_hierarchy = "at"
    ordering = ["-pk"]


@admin.register(SaleClaim)
class ClaimAdmin(ReadOnlyAdmin):
    list_display = ["conversion", "merchant", "campaign", "touched_at", "at"]
    list_select_related = ["conversion", "merchant", "campaign"]
    search_fields = ["conversion__order_code", "campaign__code", "merchant__code"]
    date_hierarchy = "at"
    ordering = ["-pk"]


@admin.register(AdAccount)
class AdAccountAdmin(ReadOnlyAdmin):
    list_display = ["merchant", "daily_budget", "approval_limit", "alert_balance", "alert_days"]
    list_select_related = ["merchant"]
    search_fields = ["merchant__code", "merchant__name"]
    ordering = ["-pk"]


@admin.register(AccountDay)
class AccountDayAdmin(ReadOnlyAdmin):
    list_display = ["merchant", "day", "budget", "spent"]
    list_select_related = ["merchant"]
    search_fields = ["merchant__code", "merchant__name"]
    date_hierarchy = "day"
    ordering = ["-pk"]


@admin.register(WalletDay)
class WalletDayAdmin(ReadOnlyAdmin):
    list_display = ["merchant", "day", "kind", "lines", "cash", "grants"]
    list_filter = ["kind"]
    list_select_related = ["merchant"]
    search_fields = ["merchant__code", "merchant__name"]
    date_hierarchy = "day"
    ordering = ["-pk"]


@admin.register(CampaignTotal)
class CampaignTotalAdmin(ReadOnlyAdmin):
    list_display = ["campaign", "budget", "spent"]
    list_select_related = ["campaign"]
    search_fields = ["campaign__code", "campaign__name"]
    ordering = ["-pk"]


@admin.register(AdGroup)
class AdGroupAdmin(ReadOnlyAdmin):
    list_display = ["code", "name", "campaign", "state", "bid"]
    list_filter = ["state"]
    list_select_related = ["campaign"]
    search_fields = ["code", "name", "campaign__code", "campaign__name"]
    ordering = ["-pk"]


@admin.register(NegativeKeyword)
class NegativeKeywordAdmin(ReadOnlyAdmin):
    list_display = ["text", "match", "campaign", "group"]
    list_filter = ["match"]
    list_select_related = ["campaign", "group"]
    search_fields = ["text", "campaign__code", "campaign__name"]
    ordering = ["-pk"]


@admin.register(PlacementModifier)
class PlacementModifierAdmin(ReadOnlyAdmin):
    list_display = ["campaign", "placement", "percent"]
    list_filter = ["placement"]
    list_select_related = ["campaign"]
    search_fields = ["campaign__code", "campaign__name"]
    ordering = ["-pk"]


@admin.register(PromotionDays)
class PromotionDaysAdmin(ReadOnlyAdmin):
    list_display = ["campaign", "first_day", "last_day", "bid_percent", "budget_percent"]
    list_select_related = ["campaign"]
    search_fields = ["campaign__code", "campaign__name"]
    date_hierarchy = "first_day"
    ordering = ["-pk"]


@admin.register(Change)
class ChangeAdmin(ReadOnlyAdmin):
    list_display = ["code", "merchant", "campaign", "source", "by", "at"]
    list_filter = ["source"]
    list_select_related = ["merchant", "campaign", "by"]
    search_fields = ["code", "batch", "campaign__code", "campaign__name"]
    date_hierarchy = "at"
    ordering = ["-pk"]


@admin.register(Proposal)
class ProposalAdmin(ReadOnlyAdmin):
    list_display = ["code", "merchant", "campaign", "state", "proposed_by", "proposed_at", "decided_by"]
    list_filter = ["state"]
    list_select_related = ["merchant", "campaign", "proposed_by", "decided_by"]
    search_fields = ["code", "campaign__code", "campaign__name"]
    date_hierarchy = "proposed_at"
    ordering = ["-pk"]


@admin.register(CreditNote)
class CreditNoteAdmin(ReadOnlyAdmin):
    list_display = ["code", "merchant", "charge", "amount", "reason", "at"]
    list_filter = ["reason"]
    list_select_related = ["merchant", "charge"]
    search_fields = ["code", "charge__code", "merchant__code"]
    date_hierarchy = "at"
    ordering = ["-pk"]


@admin.register(Grant)
class GrantAdmin(ReadOnlyAdmin):
    list_display = ["code", "merchant", "kind", "amount", "currency", "reason", "starts_at", "expires_at"]
    list_filter = ["kind", "currency"]
    list_select_related = ["merchant"]
    search_fields = ["code", "reference", "merchant__code", "merchant__name"]
    date_hierarchy = "given_at"
    ordering = ["-pk"]


@admin.register(Audience)
class AudienceAdmin(ReadOnlyAdmin):
    list_display = ["code", "merchant", "name", "days", "size", "counted_at", "state"]
    list_filter = ["state", "days"]
    list_select_related = ["merchant"]
    search_fields = ["code", "name", "merchant__code", "merchant__name"]
    ordering = ["-pk"]


@admin.register(GroupAudience)
class GroupAudienceAdmin(ReadOnlyAdmin):
    list_display = ["group", "audience", "is_excluded"]
    list_select_related = ["group", "audience"]
    search_fields = ["group__code", "audience__code"]
    ordering = ["-pk"]


@admin.register(OptOut)
class OptOutAdmin(ReadOnlyAdmin):
    list_display = ["shopper", "at"]
    search_fields = ["shopper"]
    date_hierarchy = "at"
    ordering = ["-at"]


@admin.register(SearchTerm)
class SearchTermAdmin(ReadOnlyAdmin):
    list_display = ["text", "first_at"]
    search_fields = ["text"]
    date_hierarchy = "first_at"
    ordering = ["-first_at"]


@admin.register(AuctionHour)
class AuctionHourAdmin(ReadOnlyAdmin):
    list_display = ["campaign", "hour", "placement", "outcome", "auctions"]
    list_filter = ["placement", "outcome"]
    list_select_related = ["campaign"]
    search_fields = ["campaign__code", "campaign__name"]
    date_hierarchy = "hour"
    ordering = ["-pk"]


@admin.register(PredictionModel)
class PredictionModelAdmin(ReadOnlyAdmin):
    list_display = ["kind", "version", "state", "examples", "trained_through", "made_at"]
    list_filter = ["kind", "state"]
    date_hierarchy = "made_at"
    exclude = ["weights"]
    ordering = ["-pk"]


@admin.register(Steering)
class SteeringAdmin(ReadOnlyAdmin):
    list_display = ["campaign", "phase", "multiplier", "participation", "updated_at"]
    list_filter = ["phase"]
    list_select_related = ["campaign"]
    search_fields = ["campaign__code", "campaign__name"]
    ordering = ["-pk"]


@admin.register(SteeringStep)
class SteeringStepAdmin(ReadOnlyAdmin):
    list_display = ["campaign", "at", "reason", "phase", "spent", "planned", "multiplier_before", "multiplier_after"]
    list_filter = ["reason", "phase"]
    list_select_related = ["campaign"]
    search_fields = ["campaign__code", "campaign__name"]
    date_hierarchy = "at"
    ordering = ["-pk"]


@admin.register(Rescore)
class RescoreAdmin(ReadOnlyAdmin):
    list_display = ["merchant", "campaign", "reason", "events", "clicks", "returned", "at"]
    list_filter = ["reason"]
    list_select_related = ["merchant", "campaign"]
    search_fields = ["merchant__name", "merchant__code", "campaign__code"]
    date_hierarchy = "at"


@admin.register(Appeal)
class AppealAdmin(ReadOnlyAdmin):
    list_display = ["code", "merchant", "kind", "state", "asked_at", "answered_at"]
    list_filter = ["state", "kind"]
    list_select_related = ["merchant"]
    search_fields = ["code", "merchant__name", "merchant__code"]
    date_hierarchy = "asked_at"


@admin.register(Eligibility)
class EligibilityAdmin(ReadOnlyAdmin):
    list_display = ["campaign", "obstacles", "since"]
    list_select_related = ["campaign"]
    search_fields = ["campaign__code"]
    ordering = ["-since", "-pk"]
