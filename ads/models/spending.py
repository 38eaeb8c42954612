"""The advertiser's money: budgets and what they bore, charges and what was given back, top-ups and grants."""

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from chengfeng.codes import CodeField
from chengfeng.models import Transfer
from chengfeng.money import AmountField, CurrencyField
from shops.models import Merchant, User

from .campaigns import Campaign
from .events import EventKind


class CampaignDay(models.Model):
    """What a campaign spent on one local day, beside the budget it could not exceed."""

    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="days")
    day = models.DateField()
    budget = AmountField()
    spent = AmountField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["campaign", "day"], name="campaign_day_once"),
            models.CheckConstraint(
                condition=Q(spent__gte=0) & Q(spent__lte=F("budget")), name="campaign_day_in_budget"
            ),
        ]

    def __str__(self):
        return f"{self.campaign} {self.day}"


class CampaignTotal(models.Model):
    """What a campaign with a total budget has spent of it since it began."""

    campaign = models.OneToOneField(Campaign, models.PROTECT, related_name="total")
    budget = AmountField(null=True, blank=True)
    spent = AmountField(default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(spent__gte=0) & (Q(budget__isnull=True) | Q(spent__lte=F("budget"))),
                name="campaign_total_in_budget",
            )
        ]

    def __str__(self):
        return f"{self.campaign} {self.spent}"


class AccountDay(models.Model):
    """What all campaigns of a merchant with a daily budget of the account spent on one local day."""

    merchant = models.ForeignKey(Merchant, models.PROTECT, related_name="+")
    day = models.DateField()
    budget = AmountField()
    spent = AmountField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["merchant", "day"], name="account_day_once"),
            models.CheckConstraint(condition=Q(spent__gte=0) & Q(spent__lte=F("budget")), name="account_day_in_budget"),
        ]

    def __str__(self):
        return f"{self.merchant} {self.day}"


class Charge(models.Model):
    """The price of one valid click, or of one viewable impression.

    Charges of a campaign that come together and are paid by the same account share a transfer; one that several
    accounts pay for has its own.
    """

    code = CodeField(prefix="chg")
    merchant = models.ForeignKey(Merchant, models.PROTECT, related_name="+", db_index=False)
    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="+", db_index=False)
    event_day = models.DateField()
    token = models.UUIDField(help_text=_("Of what was charged"))
    kind = models.CharField(max_length=10, choices=EventKind, default=EventKind.CLICK)
    day = models.DateField(help_text=_("Local day of the merchant, whose budget paid"))
    bid = AmountField()
    amount = AmountField()
    granted = AmountField(default=0, help_text=_("The part that grants bore"))
    transfer = models.ForeignKey(Transfer, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["event_day", "token"], name="charge_click_once"),
            models.CheckConstraint(condition=Q(amount__gt=0) & Q(amount__lte=F("bid")), name="charge_within_bid"),
            models.CheckConstraint(
                condition=Q(granted__gte=0) & Q(granted__lte=F("amount")), name="charge_granted_is_a_part"
            ),
        ]
        indexes = [
            models.Index(fields=["merchant", "at"]),
            models.Index(fields=["campaign", "day"]),
            BrinIndex(fields=["at"], name="charge_at", autosummarize=True),
        ]

    def __str__(self):
        return self.code


class CreditNote(models.Model):
    """A charge given back, because its event was found invalid later."""

    code = CodeField(prefix="crn")
    merchant = models.ForeignKey(Merchant, models.PROTECT, related_name="+")
    charge = models.OneToOneField(Charge, models.PROTECT, related_name="credit_note")
    amount = AmountField()
    reason = models.CharField(max_length=24)
    transfer = models.OneToOneField(Transfer, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(amount__gt=0), name="credit_note_gives")]
        indexes = [
            models.Index(fields=["merchant", "at"]),
            BrinIndex(fields=["at"], name="credit_note_at", autosummarize=True),
        ]

    def __str__(self):
        return self.code


class TopUp(models.Model):
    """Money on its way into a wallet."""

    class State(models.TextChoices):
        PENDING = "pending", _("Pending")
        DONE = "done", _("Done")
        FAILED = "failed", _("Failed")

    code = CodeField(prefix="top")
    merchant = models.ForeignKey(Merchant, models.PROTECT, related_name="+")
    amount = AmountField(_("amount"))
    currency = CurrencyField()
    provider = models.CharField(max_length=16, default="sandbox")
    provider_reference = models.CharField(max_length=80, null=True, blank=True, unique=True)
    state = models.CharField(max_length=8, choices=State, default=State.PENDING)
    requested_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    requested_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True, blank=True)
    transfer = models.OneToOneField(Transfer, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="top_up_adds"),
            models.CheckConstraint(
                condition=~Q(state="done") | Q(transfer__isnull=False), name="top_up_done_is_posted"
            ),
        ]

    def __str__(self):
        return self.code


class Grant(models.Model):
    """Advertising money that the platform gives: spent before cash, nearest expiry first, on what it is meant for.

    Each has a ledger account of its own, owned by its code; what is left of it is that account's balance.
    """

    class Kind(models.TextChoices):
        GRANT = "grant", _("Grant")
        REBATE = "rebate", _("Rebate")
        COMPENSATION = "compensation", _("Compensation")

    code = CodeField(prefix="gra")
    merchant = models.ForeignKey(Merchant, models.PROTECT, related_name="+")
    kind = models.CharField(_("kind"), max_length=12, choices=Kind, default=Kind.GRANT)
    amount = AmountField(_("amount"))
    currency = CurrencyField()
    objective = models.CharField(_("only for the objective"), max_length=16, choices=Campaign.Objective, blank=True)
    campaign = models.ForeignKey(Campaign, models.PROTECT, null=True, blank=True, related_name="+")
    reason = models.CharField(_("reason"), max_length=200)
    reference = models.CharField(max_length=80, unique=True, help_text=_("The fact it is given for, once"))
    starts_at = models.DateTimeField(_("starts"))
    expires_at = models.DateTimeField(_("expires"))
    given_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    given_at = models.DateTimeField()
    warned_days = models.PositiveSmallIntegerField(null=True, editable=False, help_text=_("Last expiry warning sent"))
    expired_at = models.DateTimeField(null=True, blank=True)
    transfer = models.OneToOneField(Transfer, models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="grant_gives"),
            models.CheckConstraint(condition=Q(expires_at__gt=F("starts_at")), name="grant_expires"),
        ]
        indexes = [models.Index(fields=["merchant", "expires_at"], name="grant_by_expiry")]

    def __str__(self):
        return self.code


class WalletDay(models.Model):
    """What the transfers of a kind did to a wallet on a local day: a sum of lines of the ledger, for its statement.

    All transfers up to the highest number of the table are summed up, those after it are read one by one.
    """

    merchant = models.ForeignKey(Merchant, models.PROTECT, related_name="+", db_index=False)
    day = models.DateField()
    kind = models.CharField(max_length=24)
    lines = models.PositiveIntegerField(help_text=_("Transfers"))
    times = models.PositiveIntegerField(help_text=_("Charges that share these transfers; else as many as lines"))
    cash = AmountField()
    grants = AmountField()
    lowest = models.BigIntegerField(help_text=_("Number of the first transfer"))
    highest = models.BigIntegerField(db_index=True, help_text=_("Number of the last transfer"))
    last_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["merchant", "day", "kind"], name="wallet_day_once")]

    def __str__(self):
        return f"{self.merchant} {self.day} {self.kind}"
