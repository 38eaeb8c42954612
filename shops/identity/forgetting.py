"""What the shops room forgets of an erased person: account, devices and the words of reviews; sums stay."""

from django.contrib.admin.models import LogEntry
from django.db import transaction

from chengfeng import erasing, sql
from chengfeng.erasing import Forgotten

from ..accounts.models import Device
from ..people.models import User
from ..reviews import forgetting as reviews

WITH_DEVICES = (
    "shops_claim",
    "shops_flashbuyer",
    "shops_hold",
    "shops_link",
    "shops_promotionuse",
    "shops_review",
    "shops_shopperuses",
)
WITH_WORDS = (("shops_auditentry", "details"), ("shops_hookmessage", "data"), ("shops_invitation", "email"))


def forget(forgotten: Forgotten) -> None:
    """Forget a person; whoever did so before has left nothing to do."""
    reviews.forget(shopper__in=[*forgotten.devices, *forgotten.devices.values()])
    for table in WITH_DEVICES:
        erasing.replace_devices(table, forgotten)
    erasing.replace_devices("shops_link", forgotten, column="person")
    for table, column in WITH_WORDS:
        erasing.replace_words(table, column, forgotten)
    _forget_account(forgotten)


@transaction.atomic
def _forget_account(forgotten: Forgotten) -> None:
    """Blank the account; its row stays, for what it is part of."""
    erasing.begin()
    old, new = forgotten.person
    sql.run("UPDATE shops_link SET person = %(new)s WHERE person = %(old)s", {"old": old, "new": new})
    Device.objects.filter(user=forgotten.user).delete()
    user = User.objects.get(pk=forgotten.user)
    told = LogEntry.objects.filter(content_type__app_label="shops", content_type__model="user", object_id=str(user.pk))
    told.update(object_repr=user.code, change_message="")
    user.groups.clear()
    email = forgotten.emails.get(user.email, user.email)
    User.objects.filter(pk=user.pk).update(person=new, email=email, name="", language="", last_login=None)
