"""Tables of brand onboarding."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from chengfeng.codes import CodeField
from chengfeng.files import private

from ..people.models import Merchant, User
from .steps import Step


class Brand(models.Model):
    """A brand that a key-account manager brings in: the file around a merchant until it is handed over."""

    code = CodeField(prefix="brd")
    merchant = models.OneToOneField(Merchant, models.PROTECT, related_name="brand")
    manager = models.ForeignKey(User, models.PROTECT, related_name="brands")
    company = models.CharField(_("company"), max_length=160)
    contact_name = models.CharField(_("contact"), max_length=80, blank=True)
    contact_email = models.EmailField(_("contact e-mail"))
    registration_number = models.CharField(_("company registration number"), max_length=40, blank=True)
    opened_at = models.DateTimeField()
    due_at = models.DateTimeField(_("due"))
    handed_over_at = models.DateTimeField(null=True, blank=True)

    def __str__(self):
        return self.company


class StepDone(models.Model):
    """A step of the checklist, reached once: when, and by whom or by which fact."""

    merchant = models.ForeignKey(Merchant, models.PROTECT, related_name="steps_done")
    step = models.CharField(max_length=24, choices=Step)
    at = models.DateTimeField()
    by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    fact = models.CharField(max_length=60, blank=True, help_text=_("Code of the row that ticked it"))

    class Meta:
        constraints = [models.UniqueConstraint(fields=["merchant", "step"], name="step_done_once")]

    def __str__(self):
        return self.step


class Document(models.Model):
    """A paper of the brand: licence, trademark, contract; with the day it runs out."""

    class Kind(models.TextChoices):
        LICENCE = "licence", _("Business licence")
        TRADEMARK = "trademark", _("Trademark")
        AUTHORISATION = "authorisation", _("Brand authorisation")
        CONTRACT = "contract", _("Signed contract")

    code = CodeField(prefix="doc")
    merchant = models.ForeignKey(Merchant, models.PROTECT, related_name="documents")
    kind = models.CharField(_("kind"), max_length=14, choices=Kind)
    file = models.FileField(_("file"), upload_to="documents/", storage=private)
    file_name = models.CharField(max_length=200)
    expires_date = models.DateField(_("valid until"), null=True, blank=True)
    uploaded_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField()

    def __str__(self):
        return self.file_name
