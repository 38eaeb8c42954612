"""The table of the address book."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from chengfeng.codes import CodeField
from shops.delivery.located import Located
from shops.models import User


class Address(Located):
    """Somebody who receives goods, and where; of a browser until its shopper takes it into an account."""

    code = CodeField(prefix="adr")
    shopper = models.UUIDField(db_index=True)
    user = models.ForeignKey(User, models.CASCADE, null=True, blank=True, related_name="+")
    recipient = models.CharField(_("recipient"), max_length=80)
    phone = models.CharField(_("phone"), max_length=40, blank=True)
    is_default = models.BooleanField(_("use this one unless I choose another"), default=False)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "addresses"
        constraints = [
            models.UniqueConstraint(
                fields=["user"], condition=Q(is_default=True, user__isnull=False), name="address_one_default_of_user"
            ),
            models.UniqueConstraint(
                fields=["shopper"], condition=Q(is_default=True, user=None), name="address_one_default_of_browser"
            ),
        ]

    def __str__(self):
        return self.recipient
