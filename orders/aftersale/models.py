"""The tables of what happens after the sale: cases, their units, photos and steps."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from chengfeng.codes import CodeField
from chengfeng.files import private
from chengfeng.money import AmountField
from shops.models import Merchant, User, Variant

from .moves import OPEN, OVER, CaseState, Side


class Case(models.Model):
    """What a shopper asks for about some units of an order, until it is settled one way or the other."""

    class Kind(models.TextChoices):
        REFUND = "refund", _("Refund only")
        RETURN = "return", _("Return and refund")
        EXCHANGE = "exchange", _("Exchange")

    class Reason(models.TextChoices):
        CHANGED_MIND = "changed_mind", _("I have changed my mind")
        NOT_ARRIVED = "not_arrived", _("It has not arrived")
        DAMAGED = "damaged", _("It arrived damaged")
        FAULTY = "faulty", _("It does not work")
        NOT_AS_DESCRIBED = "not_as_described", _("It is not as described")
        WRONG_ITEM = "wrong_item", _("Something else was sent")
        MISSING_PARTS = "missing_parts", _("Something is missing")
        SIZE = "size", _("It does not fit")
        NOT_GENUINE = "not_genuine", _("It is not genuine")
        AGREED = "agreed", _("Agreed with the shop")
        OTHER = "other", _("Another reason")

    code = CodeField(prefix="cas")
    merchant = models.ForeignKey(Merchant, models.PROTECT, related_name="+")
    order = models.ForeignKey("orders.Order", models.PROTECT, related_name="cases")
    kind = models.CharField(_("what you ask for"), max_length=8, choices=Kind)
    state = models.CharField(max_length=12, choices=CaseState, default=CaseState.REQUESTED)
    reason = models.CharField(_("reason"), max_length=16, choices=Reason)
    words = models.TextField(_("in your words"), max_length=1000, blank=True)
    amount = AmountField(help_text=_("What is to be given back"))
    offered = AmountField(null=True, blank=True, help_text=_("What the shop would give back instead"))
    carrier = models.CharField(_("carrier"), max_length=60, blank=True, help_text=_("Of the way back"))
    tracking = models.CharField(_("tracking number"), max_length=60, blank=True)
    is_restocked = models.BooleanField(null=True, help_text=_("What came back is on the shelf again"))
    requested_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True, blank=True, help_text=_("When it moves on by itself"))
    received_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(amount__gte=0), name="case_amount"),
            models.CheckConstraint(
                condition=Q(offered__isnull=True) | Q(offered__gte=0, offered__lte=F("amount")), name="case_offered"
            ),
            models.CheckConstraint(
                condition=Q(state__in=OPEN, closed_at__isnull=True)
                | Q(state__in=OVER, closed_at__isnull=False, due_at__isnull=True),
                name="case_closed_when_over",
            ),
        ]
        indexes = [
            models.Index(fields=["merchant", "state", "due_at"], name="case_of_merchant"),
            models.Index(fields=["due_at"], condition=Q(due_at__isnull=False), name="case_due"),
        ]

    def __str__(self):
        return self.code

    @property
    def is_open(self) -> bool:
        return self.state not in OVER

    @property
    def comes_back(self) -> bool:
        """Whether the goods are to be sent back."""
        return self.kind != self.Kind.REFUND

    @property
    def may_still_come(self) -> bool:
        """Whether the money was given back while the goods were on their way, and nobody has noted their arrival."""
        was_sent = bool(self.carrier or self.tracking)
        return self.state == CaseState.REFUNDED and self.comes_back and was_sent and self.received_at is None


class CaseLine(models.Model):
    """The units of an order line that a case is about; `amount` is what they cost."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="lines")
    line = models.ForeignKey("orders.OrderLine", models.PROTECT, related_name="case_lines")
    quantity = models.PositiveIntegerField()
    amount = AmountField()
    replacement = models.ForeignKey(
        Variant, models.PROTECT, null=True, blank=True, related_name="+", help_text=_("What is sent in exchange")
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case", "line"], name="case_line_once"),
            models.CheckConstraint(condition=Q(quantity__gt=0, amount__gte=0), name="case_line_quantity"),
        ]

    def __str__(self):
        return f"{self.quantity} of {self.line}"


class CasePhoto(models.Model):
    """A picture that one side shows the others; nobody else ever sees it."""

    code = CodeField(prefix="pht")
    merchant = models.ForeignKey(Merchant, models.PROTECT, related_name="+")
    case = models.ForeignKey(Case, models.PROTECT, related_name="photos")
    side = models.CharField(max_length=8, choices=Side)
    file = models.FileField(upload_to="cases/", storage=private)
    added_at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]

    def __str__(self):
        return self.code


class CaseStep(models.Model):
    """A step of a case from one state to the next: who took it, when, and with which words. Never changed."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="steps")
    number = models.PositiveSmallIntegerField()
    source = models.CharField(max_length=12, choices=CaseState, blank=True)
    target = models.CharField(max_length=12, choices=CaseState)
    side = models.CharField(max_length=8, choices=Side)
    by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    note = models.TextField(max_length=1000, blank=True)
    amount = AmountField(null=True, blank=True)
    at = models.DateTimeField()

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["case", "number"], name="case_step_once")]

    def __str__(self):
        return f"{self.source} → {self.target}"

    @property
    def deed(self) -> str:
        """What was done, in words for people."""
        if self.source == self.target:
            came = self.target == CaseState.REFUNDED
            return str(_("The goods came later") if came else _("Said in the dispute"))
        if self.target == CaseState.ACCEPTED and not self.case.comes_back:
            return str(_("Accepted"))
        if self.target == CaseState.RECEIVED and self.case.kind == Case.Kind.RETURN:
            return str(_("Received"))
        return self.get_target_display()
