"""The tables of settlement: terms, settlements of orders, statements, bank accounts and payouts."""

from decimal import Decimal

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from chengfeng.codes import CodeField
from chengfeng.models import Transfer
from chengfeng.money import AmountField, CurrencyField
from shops.models import Category, Merchant, User


class Terms(models.Model):
    """What a merchant agreed with the platform, from a day on; what is left empty is as for everybody."""

    merchant = models.ForeignKey(Merchant, models.PROTECT, related_name="+")
    valid_from = models.DateField(_("valid from"), help_text=_("A day of the merchant: of delivery, placing or payout"))
    days = models.PositiveSmallIntegerField(
        _("days until settlement"), null=True, blank=True, help_text=_("From delivery until an order is settled")
    )
    commission_rate = models.DecimalField(
        _("commission rate"), max_digits=5, decimal_places=4, null=True, blank=True,
        help_text=_("On all categories; 0.05 is 5 %"),
    )  # fmt: skip
    payout_minimum = AmountField(_("least payout"), null=True, blank=True)
    note = models.CharField(_("note"), max_length=200, blank=True)
    agreed_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    agreed_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "terms"
        constraints = [
            models.UniqueConstraint(fields=["merchant", "valid_from"], name="terms_once_a_day"),
            models.CheckConstraint(
                condition=Q(commission_rate__isnull=True) | Q(commission_rate__gte=0, commission_rate__lte=1),
                name="terms_commission_rate",
            ),
            models.CheckConstraint(
                condition=Q(payout_minimum__isnull=True) | Q(payout_minimum__gte=0), name="terms_payout_minimum"
            ),
        ]

    def __str__(self):
        return f"{self.merchant} from {self.valid_from}"


class RateChange(models.Model):
    """An operator's change of a category's commission rate; append-only."""

    category = models.ForeignKey(Category, models.PROTECT, related_name="+")
    before = models.DecimalField(max_digits=5, decimal_places=4)
    after = models.DecimalField(max_digits=5, decimal_places=4)
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    def __str__(self):
        return f"{self.category}: {self.before} → {self.after}"


class Statement(models.Model):
    """What a merchant earned and was paid in one week of its own, in one currency; append-only."""

    code = CodeField(prefix="stm")
    merchant = models.ForeignKey(Merchant, models.PROTECT, related_name="+")
    currency = CurrencyField()
    number = models.PositiveIntegerField()
    first = models.DateField(help_text=_("First day, in the merchant's time zone"))
    last = models.DateField(help_text=_("Last day, included"))
    opening = AmountField(help_text=_("What was due when it began"))
    settled = AmountField(help_text=_("Sum of the settlements of orders"))
    clawed_back = AmountField(help_text=_("Sum of the claw-backs after refunds; taken away where negative"))
    paid_out = AmountField(help_text=_("Sum of the payouts"))
    returned = AmountField(help_text=_("Sum of the payouts that came back"))
    closing = AmountField(help_text=_("What is due when it ends"))
    orders = models.PositiveIntegerField(help_text=_("Number of its settlements and claw-backs"))
    closed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["merchant", "currency", "number"], name="statement_number_once"),
            models.UniqueConstraint(fields=["merchant", "currency", "first"], name="statement_week_once"),
            models.CheckConstraint(condition=Q(first__lte=F("last")), name="statement_period"),
            models.CheckConstraint(
                condition=Q(
                    closing=F("opening") + F("settled") + F("clawed_back") - F("paid_out") + F("returned")
                ),
                name="statement_adds_up",
            ),
        ]  # fmt: skip

    def __str__(self):
        return f"{self.number} {self.first} – {self.last}"


class Parts(models.Model):
    """What an amount of earnings is made of, before what is due to the merchant."""

    goods = AmountField(help_text=_("Paid for goods, less refunds"))
    subsidy = AmountField(help_text=_("Discounts that the platform bears"))
    commission = AmountField(help_text=_("Kept by the platform"))
    net = AmountField(help_text=_("Due to the merchant"))

    class Meta:
        abstract = True


class Settlement(Parts):
    """What an order has earned, or what it has earned less since: the difference that one event posts."""

    class Kind(models.TextChoices):
        ORDER = "order", _("Order")
        DEPOSIT = "deposit", _("Deposit kept")
        CLAWBACK = "clawback", _("Claw-back")

    code = CodeField(prefix="stl")
    merchant = models.ForeignKey(Merchant, models.PROTECT, related_name="+")
    order = models.ForeignKey("orders.Order", models.PROTECT, related_name="settlements")
    number = models.PositiveSmallIntegerField(help_text=_("1, 2, 3 … of its order"))
    kind = models.CharField(_("kind"), max_length=8, choices=Kind)
    currency = CurrencyField()
    shipping = AmountField(help_text=_("Paid for shipping, less refunds"))
    shipping_subsidy = AmountField(help_text=_("What the platform pays towards shipping"))
    tax = AmountField(help_text=_("Tax and fees paid, less refunds"))
    due_at = models.DateTimeField(help_text=_("When it fell due"))
    settled_at = models.DateTimeField()
    transfer = models.OneToOneField(
        Transfer, models.PROTECT, null=True, related_name="+", help_text=_("None where nothing was earned")
    )
    statement = models.ForeignKey(Statement, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["order", "number"], name="settlement_number_once"),
            models.CheckConstraint(
                condition=Q(
                    net=F("goods") + F("subsidy") + F("shipping") + F("shipping_subsidy") + F("tax") - F("commission")
                ),
                name="settlement_adds_up",
            ),
            models.CheckConstraint(
                condition=Q(transfer__isnull=False)
                | Q(goods=0, subsidy=0, shipping=0, shipping_subsidy=0, tax=0, commission=0),
                name="settlement_is_posted",
            ),
            models.CheckConstraint(
                condition=~Q(kind="clawback") | Q(number__gt=1), name="settlement_before_clawback"
            ),
        ]  # fmt: skip
        indexes = [
            models.Index(fields=["merchant", "settled_at"]),
            BrinIndex(fields=["settled_at"], name="settlement_at", autosummarize=True),
            models.Index(fields=["merchant", "currency"], condition=Q(statement__isnull=True), name="settlement_open"),
        ]

    def __str__(self):
        return self.code

    @property
    def carriage(self) -> Decimal:
        """What came for shipping, from shopper and platform, and for tax and fees."""
        return self.shipping + self.shipping_subsidy + self.tax

    @property
    def kept(self) -> Decimal:
        """The commission as it comes off what is due."""
        return -self.commission


class SettlementLine(Parts):
    """The part of a settlement that one order line earned; append-only."""

    settlement = models.ForeignKey(Settlement, models.PROTECT, related_name="lines")
    line = models.ForeignKey("orders.OrderLine", models.PROTECT, related_name="settlement_lines")
    rate = models.DecimalField(max_digits=5, decimal_places=4, help_text=_("Commission rate of the line"))

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["settlement", "line"], name="settlement_line_once"),
            models.CheckConstraint(
                condition=Q(net=F("goods") + F("subsidy") - F("commission")), name="settlement_line_adds_up"
            ),
        ]

    def __str__(self):
        return f"{self.net} of {self.line}"


class BankAccount(models.Model):
    """Where a merchant is paid; a change is a new row, paid to only after a waiting period."""

    code = CodeField(prefix="bnk")
    merchant = models.ForeignKey(Merchant, models.PROTECT, related_name="+")
    holder = models.CharField(_("account holder"), max_length=120)
    bank = models.CharField(_("bank"), max_length=120)
    number = models.CharField(_("account number"), max_length=40)
    added_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    added_at = models.DateTimeField()
    usable_at = models.DateTimeField(help_text=_("From when on payouts go there"))
    replaced_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["merchant"], condition=Q(replaced_at__isnull=True), name="bank_account_one_at_a_time"
            ),
            models.CheckConstraint(condition=Q(usable_at__gte=F("added_at")), name="bank_account_waits"),
        ]

    def __str__(self):
        return f"{self.bank} {self.masked}"

    @property
    def masked(self) -> str:
        """The number with all but its last four characters hidden."""
        return f"•••• {self.number[-4:]}"


class PayoutBatch(models.Model):
    """Payouts of one currency that one operator prepared and another approves."""

    class State(models.TextChoices):
        PREPARED = "prepared", _("Awaiting approval")
        APPROVED = "approved", _("Approved")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    code = CodeField(prefix="pob")
    currency = CurrencyField()
    state = models.CharField(max_length=10, choices=State, default=State.PREPARED)
    prepared_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    prepared_at = models.DateTimeField()
    approved_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    approved_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "payout batches"
        constraints = [
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True) | ~Q(approved_by=F("prepared_by")), name="payout_batch_two_people"
            ),
            models.CheckConstraint(
                condition=~Q(state="approved") | Q(approved_by__isnull=False, approved_at__isnull=False),
                name="payout_batch_approved_by_somebody",
            ),
        ]

    def __str__(self):
        return self.code


class Payout(models.Model):
    """Money due to a merchant on its way to its bank account."""

    class State(models.TextChoices):
        PREPARED = "prepared", _("Awaiting approval")
        LEFT_OUT = "left_out", _("Left out")
        SENDING = "sending", _("On its way")
        PAID = "paid_out", _("Paid out")
        RETURNED = "returned", _("Came back")

    code = CodeField(prefix="pou")
    batch = models.ForeignKey(PayoutBatch, models.PROTECT, related_name="payouts")
    merchant = models.ForeignKey(Merchant, models.PROTECT, related_name="+")
    bank_account = models.ForeignKey(BankAccount, models.PROTECT, related_name="+")
    amount = AmountField()
    currency = CurrencyField()
    state = models.CharField(max_length=10, choices=State, default=State.PREPARED)
    reason = models.CharField(max_length=80, blank=True, help_text=_("Why it was left out"))
    provider = models.CharField(max_length=16)
    provider_reference = models.CharField(max_length=80, null=True, blank=True, unique=True)
    sent_at = models.DateTimeField(null=True, blank=True, help_text=_("When it left what is due to the merchant"))
    asked_at = models.DateTimeField(null=True, blank=True, help_text=_("When the provider was asked"))
    paid_at = models.DateTimeField(null=True, blank=True)
    transfer = models.OneToOneField(Transfer, models.PROTECT, null=True, blank=True, related_name="+")
    statement = models.ForeignKey(Statement, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["batch", "merchant"], name="payout_once_per_batch"),
            models.UniqueConstraint(
                fields=["merchant", "currency"], condition=Q(state="prepared"), name="payout_one_prepared"
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="payout_pays"),
            models.CheckConstraint(
                condition=Q(state__in=["prepared", "left_out"])
                ^ Q(transfer__isnull=False, sent_at__isnull=False),
                name="payout_sent_is_posted",
            ),
        ]  # fmt: skip
        indexes = [models.Index(fields=["sent_at"], condition=Q(state="sending"), name="payout_sending")]

    def __str__(self):
        return self.code


class PayoutReturn(models.Model):
    """A payout that the bank sent back: the money is due to the merchant again; append-only but for its statement."""

    payout = models.OneToOneField(Payout, models.PROTECT, related_name="came_back")
    merchant = models.ForeignKey(Merchant, models.PROTECT, related_name="+")
    reason = models.CharField(max_length=80, blank=True)
    returned_at = models.DateTimeField()
    transfer = models.OneToOneField(Transfer, models.PROTECT, related_name="+")
    statement = models.ForeignKey(Statement, models.PROTECT, null=True, blank=True, related_name="+")

    def __str__(self):
        return f"{self.payout}: {self.reason}"
