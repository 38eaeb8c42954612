"""The steps from first contact to first sale, in their order."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Step(models.TextChoices):
    COMPANY = "company", _("Company details")
    DOCUMENTS = "documents", _("Documents")
    CONTRACT = "contract", _("Contract")
    SHOP = "shop", _("Shop set up")
    CATALOGUE = "catalogue", _("Catalogue imported")
    WALLET = "wallet", _("Wallet funded")
    CAMPAIGN = "campaign", _("First campaign")
    FIRST_ORDER = "first_order", _("First paid order")
