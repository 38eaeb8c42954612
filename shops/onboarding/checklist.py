"""The checklist of a brand: eight steps in their order, each reached once, most of them by facts."""

from datetime import datetime

from ..people.models import Merchant, User
from .models import StepDone
from .steps import Step


def reach(merchant: Merchant, step: Step, *, at: datetime, by: User | None = None, fact: str = "") -> bool:
    """Tick a step of the merchant's checklist; return whether it was open until now.

    `fact` is the code of the row that ticked it. Cheap when the step is done already (one index look-up), safe to
    call twice and at once; call it late in the transaction. A merchant without a brand keeps its steps just as well.
    """
    defaults = {"at": at, "by": by, "fact": fact}
    return StepDone.objects.get_or_create(merchant=merchant, step=step, defaults=defaults)[1]
