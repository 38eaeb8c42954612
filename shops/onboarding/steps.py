"""The steps from first contact to first sale, in their order, and the time each may take."""

from datetime import timedelta

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


DUE_AFTER: dict[Step, timedelta] = {  # counted from the opening of the brand
    Step.COMPANY: timedelta(days=2),
    Step.DOCUMENTS: timedelta(days=5),
    Step.CONTRACT: timedelta(days=7),
    Step.SHOP: timedelta(days=10),
    Step.CATALOGUE: timedelta(days=14),
    Step.WALLET: timedelta(days=18),
    Step.CAMPAIGN: timedelta(days=21),
    Step.FIRST_ORDER: timedelta(days=30),
}
BEFORE_OPENING = (Step.COMPANY, Step.DOCUMENTS, Step.CONTRACT, Step.SHOP, Step.CATALOGUE)
