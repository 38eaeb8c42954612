"""Roles and the rights they carry: the one table of who may do what."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Right(models.TextChoices):
    CATALOGUE_VIEW = "catalogue.view", _("See the catalogue")
    CATALOGUE_EDIT = "catalogue.edit", _("Edit the catalogue")
    PROMOTIONS_VIEW = "promotions.view", _("See promotions")
    PROMOTIONS_EDIT = "promotions.edit", _("Edit promotions")
    ORDERS_VIEW = "orders.view", _("See orders")
    ORDERS_SHIP = "orders.ship", _("Ship orders")
    ORDERS_REFUND = "orders.refund", _("Refund orders")
    ADS_VIEW = "ads.view", _("See ads")
    ADS_EDIT = "ads.edit", _("Edit ads")
    WALLET_VIEW = "wallet.view", _("See the wallet")
    WALLET_FUND = "wallet.fund", _("Fund the wallet")
    SETTLEMENT_VIEW = "settlement.view", _("See settlement and payouts")
    SETTLEMENT_EDIT = "settlement.edit", _("Manage the bank account for payouts")
    REPORTS_VIEW = "reports.view", _("See reports")
    PEOPLE_VIEW = "people.view", _("See people and access")
    PEOPLE_EDIT = "people.edit", _("Manage people and access")
    WEBHOOKS_VIEW = "webhooks.view", _("See webhooks and what was sent")
    WEBHOOKS_EDIT = "webhooks.edit", _("Manage webhooks")


class Role(models.TextChoices):
    OWNER = "owner", _("Owner")
    AD_BUYER = "ad_buyer", _("Ad buyer")
    ANALYST = "analyst", _("Analyst")
    FINANCE = "finance", _("Finance")
    SERVICE = "service", _("Customer service")


RIGHTS: dict[Role, frozenset[Right]] = {
    Role.OWNER: frozenset(Right),
    Role.AD_BUYER: frozenset(
        {
            Right.CATALOGUE_VIEW,
            Right.PROMOTIONS_VIEW,
            Right.PROMOTIONS_EDIT,
            Right.ADS_VIEW,
            Right.ADS_EDIT,
            Right.WALLET_VIEW,
            Right.REPORTS_VIEW,
        }
    ),
    Role.ANALYST: frozenset({Right.CATALOGUE_VIEW, Right.PROMOTIONS_VIEW, Right.ADS_VIEW, Right.REPORTS_VIEW}),
    Role.FINANCE: frozenset(
        {
            Right.ORDERS_VIEW,
            Right.ORDERS_REFUND,
            Right.PROMOTIONS_VIEW,
            Right.WALLET_VIEW,
            Right.WALLET_FUND,
            Right.SETTLEMENT_VIEW,
            Right.SETTLEMENT_EDIT,
            Right.REPORTS_VIEW,
        }
    ),
    Role.SERVICE: frozenset(
        {Right.CATALOGUE_VIEW, Right.PROMOTIONS_VIEW, Right.ORDERS_VIEW, Right.ORDERS_SHIP, Right.ORDERS_REFUND}
    ),
}

KA_RIGHTS = frozenset(Right) - {
    Right.WALLET_FUND,
    Right.ORDERS_REFUND,
    Right.SETTLEMENT_EDIT,
    Right.PEOPLE_EDIT,
    Right.WEBHOOKS_EDIT,
}

VIEWS = frozenset(right for right in Right if right.endswith(".view"))
LEFT_WHILE_SUSPENDED = VIEWS | {Right.ORDERS_SHIP, Right.ORDERS_REFUND}
LENDABLE = tuple(  # who is lent rights lends none on, and leaves nothing behind that goes on telling of the shop
    right for right in Right if right not in {Right.PEOPLE_EDIT, Right.WEBHOOKS_EDIT}
)
FOR_PROGRAMS = tuple(right for right in Right if right not in {Right.PEOPLE_VIEW, Right.PEOPLE_EDIT})
