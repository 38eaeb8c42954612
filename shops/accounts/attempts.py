"""Slows down guessing: how often a place may try to log in to an account within a quarter of an hour.

A try is counted before the password is looked at, by one statement: so many at once get no further than one after
another, whatever number of processes they meet.
"""

from datetime import datetime, timedelta
from hashlib import sha256

from django.http import HttpRequest

from chengfeng import sql

MOST = 8
WINDOW = timedelta(minutes=15)

TRY = """
INSERT INTO shops_logintries AS t (key, tries, until) VALUES (%(key)s, 1, %(until)s)
ON CONFLICT (key) DO UPDATE SET
    tries = CASE WHEN t.until <= %(at)s THEN 1 ELSE t.tries + 1 END,
    until = CASE WHEN t.until <= %(at)s THEN excluded.until ELSE t.until END
WHERE t.tries < %(most)s OR t.until <= %(at)s
"""

FORGET = """
DELETE FROM shops_logintries WHERE id IN (
    SELECT id FROM shops_logintries WHERE key = %(key)s OR until <= %(at)s FOR UPDATE SKIP LOCKED
)
"""


def may_try(request: HttpRequest, *, at: datetime) -> bool:
    """Count a try, unless this place has tried too often with this e-mail lately; return whether it counted."""
    return bool(sql.run(TRY, {"key": _key(request), "at": at, "until": at + WINDOW, "most": MOST}))


def forget(request: HttpRequest, *, at: datetime) -> None:
    """Forget the tries of somebody who has logged in, and whose window is over, whoever they are."""
    sql.run(FORGET, {"key": _key(request), "at": at})


def _key(request: HttpRequest) -> str:
    who = f"{request.META.get('REMOTE_ADDR', '')} {request.POST.get('username', '').strip().lower()}"
    return sha256(who.encode()).hexdigest()
