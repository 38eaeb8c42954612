"""Erases people who ask for it: the account is closed at once, the rest goes when the law needs it no longer.

A job does it in steps that may be run again, whoever was at it before: the fresh pseudonyms are kept until the end.
What is known of a device that another person uses, too, stays with the device; of its links the person is replaced.
"""

from datetime import datetime
from uuid import UUID, uuid4

from django.conf import settings
from django.db import transaction
from django.utils.module_loading import import_string

from chengfeng import clock, jobs, outbox, sql
from chengfeng.erasing import Forgotten
from chengfeng.jobs import Report
from chengfeng.models import Job, OutboxMessage

from ..people.models import User
from .linking import comes_to_work
from .models import Erasure

State = Erasure.State


class StillAtWork(Exception):
    """The account belongs to an operator, a key-account manager or a colleague, who has to leave first."""


@transaction.atomic
def ask(user: User, *, at: datetime, by: User | None = None) -> Erasure:
    """Close an account and have its person forgotten as soon as may be; again it is the one asked for before.

    `by` is the operator where it is not the person. Raises StillAtWork, changing nothing.
    """
    locked = User.objects.select_for_update(of=("self",)).get(pk=user.pk)
    asked = Erasure.objects.filter(user=locked).first()
    if asked:
        return asked
    if comes_to_work(locked, at=at):
        raise StillAtWork
    locked.is_active = False
    locked.set_unusable_password()
    locked.save()
    made = Erasure.objects.create(user=locked, asked_by=by, asked_at=at)
    jobs.enqueue("erase_people", at=at)
    return made


def run(job: Job, report: Report) -> dict:
    """Carry out what was asked for; the job kind `erase_people`."""
    erased = 0
    for asked in Erasure.objects.filter(state__in=[State.WAITING, State.RUNNING]).order_by("pk"):
        report(erased, None)
        erased += carry_out(asked, at=clock.now())
    return {"erased": erased}


def carry_out(asked: Erasure, *, at: datetime) -> bool:
    """Forget a person, unless something is still needed; return whether it was done."""
    if asked.state == State.WAITING and is_needed(asked.user):
        return False
    forgotten = _begun(asked)
    if forgotten is None:
        return False
    for step in settings.ERASING:
        import_string(step)(forgotten)
    with transaction.atomic():
        if Erasure.objects.filter(pk=asked.pk, state=State.RUNNING).update(state=State.TOLD):
            outbox.publish("person.erased", key=asked.code, payload=_told(forgotten), at=at)
    return True


def is_needed(user: User) -> bool:
    """Whether a room still needs what it knows of a person."""
    return any(import_string(needs)(user.pk, devices_of(user)) for needs in settings.ERASING_WAITS_FOR)


def finish(message: OutboxMessage) -> None:
    """Forget by what the forgotten were replaced; the last to hear of `person.erased`."""
    message.payload = {}
    OutboxMessage.objects.filter(pk=message.pk).update(payload={})
    asked = Erasure.objects.filter(code=message.key).exclude(state=State.DONE)
    asked.update(state=State.DONE, replacements={}, done_at=clock.now())


def devices_of(user: User) -> list[UUID]:
    """Return the devices that only this person has come in on."""
    return [shopper for (shopper,) in sql.rows(DEVICES, {"user": user.pk, "person": user.person})]


DEVICES = """
SELECT shopper FROM (
    SELECT shopper FROM shops_link WHERE person = %(person)s
    UNION SELECT shopper FROM shops_device WHERE user_id = %(user)s
) d
WHERE NOT EXISTS (SELECT FROM shops_device o WHERE o.shopper = d.shopper AND o.user_id <> %(user)s)
    AND NOT EXISTS (SELECT FROM shops_link l WHERE l.shopper = d.shopper AND person NOT IN (%(person)s, l.shopper))
ORDER BY shopper
"""


def _begun(asked: Erasure) -> Forgotten | None:
    """Return what takes the place of what, decided once however often it is begun; None where it is over."""
    with transaction.atomic():
        asked = Erasure.objects.select_for_update(of=("self",)).select_related("user").get(pk=asked.pk)
        if asked.state == State.WAITING:
            asked.state, asked.replacements = State.RUNNING, _fresh(asked.user)
            asked.save()
    if asked.state != State.RUNNING:
        return None
    kept = asked.replacements
    return Forgotten(
        asked.user_id,
        {UUID(old): UUID(new) for old, new in kept["shoppers"].items()},
        next((UUID(old), UUID(new)) for old, new in kept["person"].items()),
        kept["emails"],
    )


def _fresh(user: User) -> dict:
    return {
        "shoppers": {str(device): str(uuid4()) for device in devices_of(user)},
        "person": {str(user.person): str(uuid4())},
        "emails": {user.email: f"{user.code}@erased.invalid"},
    }


def _told(forgotten: Forgotten) -> dict:
    old, new = forgotten.person
    devices = {str(before): str(after) for before, after in forgotten.devices.items()}
    return {"shoppers": devices, "person": {str(old): str(new)}}
