"""What the ads room forgets of an erased person: what was noted for audiences goes; events get fresh pseudonyms."""

from chengfeng import erasing
from chengfeng.erasing import Forgotten

from . import partitions
from .models import AudienceMember, Behaviour, OptOut

PARTED = ("ads_event", "ads_auctionrecord")


def forget(forgotten: Forgotten) -> None:
    """Forget a person; whoever did so before has left nothing to do. Each partition is a transaction of its own."""
    for noted in (Behaviour, AudienceMember, OptOut):
        noted.objects.filter(shopper__in=list(forgotten.devices)).delete()
    erasing.replace_devices("ads_conversion", forgotten)
    for table in PARTED:
        for part in partitions.of(table):
            erasing.replace_devices(part, forgotten)
