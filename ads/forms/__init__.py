"""Forms of the ads room: campaigns, groups, bulk edits, and the account."""

from .account import AccountForm, initial_of_account
from .bulk import BulkForm
from .campaign import CampaignForm, initial_of
from .group import GroupForm, HeadlineForm, VerdictForm, initial_of_group
from .inline import AmountForm
from .listing import CampaignFilterForm
from .words import parse_keywords

__all__ = [
    "AccountForm",
    "AmountForm",
    "BulkForm",
    "CampaignFilterForm",
    "CampaignForm",
    "GroupForm",
    "HeadlineForm",
    "VerdictForm",
    "initial_of",
    "initial_of_account",
    "initial_of_group",
    "parse_keywords",
]
