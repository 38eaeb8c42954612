"""Links devices to people: when somebody logs in, registers, or buys while logged in; never against their word.

Linking is for measuring, and needs consent: a device on which personalised ads are switched off belongs to itself from
then on. A link says whose device it is, so those who come to work – operators, key-account managers, colleagues of a
merchant – do not take a device over by logging in; by buying for themselves they do.
"""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from chengfeng import sql, wake

from ..people.models import Delegation, Membership, User
from .models import Link

ENTERING = {Link.Evidence.LOGIN, Link.Evidence.REGISTER}


def link(shopper: UUID, user: User, *, evidence: str, at: datetime) -> bool:
    """Let a device belong to a person from `at` on; return whether that is news. Whoever comes to work changes nothing.

    Others may do so at once: their links come one after another, and none is lost or written twice. `identity.linked`
    tells it: shopper, person and since when what the device did counts as theirs.
    """
    if evidence in ENTERING and comes_to_work(user, at=at):
        return False
    return _write(shopper, user.person, evidence, at)


def linking(shopper: UUID, user: User, *, evidence: str, at: datetime) -> sql.Step:
    """Return the step that does the same as `link`, to be run with its cause."""

    def heed(outcome: str | None) -> None:
        if outcome == "overtaken":
            _write(shopper, user.person, evidence, at)
        elif outcome:
            transaction.on_commit(wake.somebody)

    return sql.Step(LINK, _params(shopper, user.person, evidence, at), heed)


def keep_apart(shopper: UUID, *, at: datetime) -> None:
    """Let a device belong to itself from `at` on, and to nobody else until `allow`; what was before stays."""
    _write(shopper, shopper, Link.Evidence.APART, at)


def allow(shopper: UUID, *, at: datetime) -> None:
    """Let a device that was kept apart be linked again; to whom, the next log-in or purchase says."""
    _write(shopper, shopper, Link.Evidence.AGAIN, at)


def comes_to_work(user: User, *, at: datetime) -> bool:
    """Whether an account is for work: an operator's, a key-account manager's, or a merchant's colleague's."""
    if user.is_staff or user.is_ka_manager or Membership.objects.filter(user=user, revoked_at=None).exists():
        return True
    return Delegation.objects.filter(delegate=user, revoked_at=None, expires_at__gt=at).exists()


def _write(shopper: UUID, person: UUID, evidence: str, at: datetime) -> bool:
    """Write a link unless the latest one makes it needless; look again where another was quicker."""
    told: list[str | None] = []
    while not told or told[-1] == "overtaken":
        sql.together(sql.Step(LINK, _params(shopper, person, evidence, at), told.append))
    if told[-1] == "linked":
        transaction.on_commit(wake.somebody)
    return told[-1] == "linked"


def _params(shopper: UUID, person: UUID, evidence: str, at: datetime) -> dict:
    return {"shopper": shopper, "person": person, "evidence": str(evidence), "at": at}


LINK = sql.Part(
    """
latest# AS (
    SELECT number, person, evidence, at FROM shops_link WHERE shopper = %(shopper#)s ORDER BY number DESC LIMIT 1
), due# AS (
    SELECT coalesce(max(number), 0) + 1 AS number, greatest(%(at#)s, max(at)) AS at FROM latest#
    HAVING CASE %(evidence#)s::text
        WHEN 'apart' THEN coalesce(max(evidence), '') <> 'apart'
        WHEN 'again' THEN coalesce(max(evidence), '') = 'apart'
        ELSE coalesce(max(evidence), '') <> 'apart' AND coalesce(max(person::text), '') <> %(person#)s::text
    END
), linked# AS (
    INSERT INTO shops_link (shopper, number, person, evidence, at)
    SELECT %(shopper#)s, number, %(person#)s, %(evidence#)s, at FROM due#
    ON CONFLICT (shopper, number) DO NOTHING RETURNING id, shopper, number, person, at
), published# AS (
    INSERT INTO chengfeng_outboxmessage (topic, key, payload, created_at, due_at, attempts, last_error)
    SELECT 'identity.linked', id::text, jsonb_build_object(
        'shopper', shopper, 'person', person,
        'since', CASE WHEN number = 1 THEN at - interval '30 days' ELSE at END
    ), statement_timestamp(), at, 0, ''
    FROM linked# WHERE person <> shopper RETURNING id
)""",
    """(
    SELECT CASE WHEN EXISTS (SELECT FROM linked#) THEN 'linked' WHEN EXISTS (SELECT FROM due#) THEN 'overtaken' END
)""",
)
