"""The settings of a shop: its names, its place and colour; time and money only until it opens."""

import re
from datetime import datetime

from django.db import transaction

from ..onboarding.checklist import reach
from ..onboarding.steps import Step
from ..tenancy import Access
from . import audit
from .models import Merchant

FACE = ("name", "name_en", "tagline", "tagline_en", "city", "accent")
FIXED_ONCE_OPEN = ("currency", "time_zone")
ACCENT = re.compile(r"#[0-9a-fA-F]{6}")


def changeable(merchant: Merchant) -> tuple[str, ...]:
    """Return the settings that may still change: currency and time zone are fixed once the shop was opened."""
    return FACE + FIXED_ONCE_OPEN if merchant.state == Merchant.State.ONBOARDING else FACE


def is_complete(merchant: Merchant) -> bool:
    """Whether the shop can show itself: a name, a line about it and a place."""
    return all((merchant.name, merchant.tagline or merchant.tagline_en, merchant.city))


@transaction.atomic
def change(access: Access, *, at: datetime, **values: str) -> Merchant:
    """Set some of the changeable settings and tick the checklist's shop step once they are complete.

    Raises ValueError for a setting that may not change.
    """
    merchant = Merchant.objects.select_for_update(no_key=True).get(pk=access.merchant.pk)
    if fixed := set(values) - set(changeable(merchant)):
        raise ValueError(f"not changeable: {', '.join(sorted(fixed))}")
    before = {name: getattr(merchant, name) for name in values}
    changed = {name: value for name, value in values.items() if before[name] != value}
    for name, value in changed.items():
        setattr(merchant, name, value)
    merchant.save(update_fields=list(changed))
    if is_complete(merchant):
        reach(merchant, Step.SHOP, at=at, by=access.user, fact=merchant.code)
    if changed:
        audit.record(access, "settings.change", target=merchant.code, at=at, **changed)
    return merchant
