"""Who keeps promotions: a merchant its own, an operator those of the platform; both leave a trail."""

from dataclasses import dataclass
from datetime import datetime

from django.contrib.admin.models import CHANGE, LogEntry
from django.db.models import QuerySet

from ..people.audit import record
from ..people.models import Merchant, User
from ..tenancy import Access, own
from .models import Promotion


@dataclass(frozen=True, slots=True)
class MerchantKeeper:
    """Somebody who acts for a merchant."""

    access: Access

    @property
    def merchant(self) -> Merchant:
        return self.access.merchant

    @property
    def user(self) -> User | None:
        return self.access.user

    def promotions(self) -> QuerySet[Promotion]:
        return own(Promotion, self.merchant).select_related("merchant", "category")

    def note(self, verb: str, promotion: Promotion, *, at: datetime, **details) -> None:
        """Write what was done into the merchant's audit trail, as the last step of the transaction."""
        record(self.access, verb, target=promotion.code, at=at, **details)


@dataclass(frozen=True, slots=True)
class PlatformKeeper:
    """An operator of the platform."""

    user: User
    merchant = None

    def promotions(self) -> QuerySet[Promotion]:
        return Promotion.objects.filter(merchant=None).select_related("category")

    def note(self, verb: str, promotion: Promotion, *, at: datetime, **details) -> None:
        """Write what was done into the operators' log: the platform is no merchant and has no trail of one."""
        told = [{verb: details}]
        LogEntry.objects.log_actions(self.user.pk, [promotion], CHANGE, change_message=told, single_object=True)


Keeper = MerchantKeeper | PlatformKeeper
