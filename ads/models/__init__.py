"""The tables of the ads room, by subject."""

from .auctions import AuctionHour, AuctionRecord
from .audiences import Audience, AudienceMember, GroupAudience, OptOut
from .campaigns import (
    ALWAYS,
    Ad,
    AdAccount,
    AdGroup,
    Campaign,
    Keyword,
    Match,
    NegativeKeyword,
    Placement,
    PlacementModifier,
    PromotionDays,
)
from .events import AdDay, Behaviour, Event, EventKind, Pricing, SearchTerm
from .learning import PredictionModel, Steering, SteeringStep
from .operations import Change, Eligibility, Proposal
from .quality import Appeal, Rescore
from .results import Conversion, ConversionLine, ConversionRefund, Credit, SaleClaim
from .spending import AccountDay, CampaignDay, CampaignTotal, Charge, CreditNote, Grant, TopUp, WalletDay

__all__ = [
    "ALWAYS",
    "AccountDay",
    "Ad",
    "AdAccount",
    "AdDay",
    "AdGroup",
    "Appeal",
    "AuctionHour",
    "AuctionRecord",
    "Audience",
    "AudienceMember",
    "Behaviour",
    "Campaign",
    "CampaignDay",
    "CampaignTotal",
    "Change",
    "Charge",
    "Conversion",
    "ConversionLine",
    "ConversionRefund",
    "Credit",
    "CreditNote",
    "Eligibility",
    "Event",
    "EventKind",
    "Grant",
    "GroupAudience",
    "Keyword",
    "Match",
    "NegativeKeyword",
    "OptOut",
    "Placement",
    "PlacementModifier",
    "PredictionModel",
    "Pricing",
    "PromotionDays",
    "Proposal",
    "Rescore",
    "SaleClaim",
    "SearchTerm",
    "Steering",
    "SteeringStep",
    "TopUp",
    "WalletDay",
]
