"""Which campaigns would claim a sale in full, each for itself: those with a touch behind it, whoever else had one.

So do platforms that know only themselves; a sale is claimed as often as campaigns touched whoever bought. The default
rule counts the same touches, so claims are brought up to date together with its credits.
"""

from collections.abc import Iterable, Mapping, Sequence

from ..models import Conversion, SaleClaim
from .presets import PRESETS
from .rules import Touch, claimants

CLAIMED = PRESETS["claimed_7d"]


def claim(found: Mapping[Conversion, Sequence[Touch]]) -> None:
    """Keep what campaigns claim of conversions, whose touches these are; the caller has locked their lines.

    A claim whose touch is another one now is made anew, with a number that is new.
    """
    wanted = {_key(each): each for conversion, touches in found.items() for each in _claims(conversion, touches)}
    standing = {_key(each): each.pk for each in SaleClaim.objects.filter(conversion__in=found)}
    if gone := [pk for key, pk in standing.items() if key not in wanted]:
        SaleClaim.objects.filter(pk__in=gone).delete()
    fresh = [each for key, each in wanted.items() if key not in standing]
    SaleClaim.objects.bulk_create(fresh, ignore_conflicts=True)  # refunds of two lines may find the same at once


def _key(each: SaleClaim) -> tuple:
    return each.conversion_id, each.campaign_id, each.token


def _claims(conversion: Conversion, touches: Sequence[Touch]) -> Iterable[SaleClaim]:
    for touch in claimants(touches):
        yield SaleClaim(
            merchant_id=conversion.merchant_id, conversion=conversion, campaign_id=touch.campaign,
            event_day=touch.day, token=touch.token, touched_at=touch.at, at=conversion.at,
        )  # fmt: skip
