"""Erasing a person: fresh pseudonyms take the place of theirs, so that no sum changes, and what names them goes.

Each room forgets what it knows in steps that `settings.ERASING` names; all of them may be run again.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction

from . import sql


@dataclass(frozen=True, slots=True)
class Forgotten:
    """Who is to be forgotten: the key of the account, and what takes the place of devices, person and e-mails."""

    user: int
    devices: Mapping[UUID, UUID]
    person: tuple[UUID, UUID]
    emails: Mapping[str, str]

    @property
    def words(self) -> dict[str, str]:
        """Return new words by old ones, as documents have them: with pseudonyms in both ways of writing."""
        ids = [*self.devices.items(), self.person]
        return {str(old): str(new) for old, new in ids} | {old.hex: new.hex for old, new in ids} | dict(self.emails)


def begin() -> None:
    """Let this transaction change what is otherwise never changed, in the columns that tables name for it."""
    sql.run("SELECT set_config('chengfeng.erasing', 'on', true)")


@transaction.atomic
def replace_devices(table: str, forgotten: Forgotten, *, column: str = "shopper") -> int:
    """Give the rows of a table that have one of the devices its fresh pseudonym; return how many."""
    begin()
    statement = REPLACE_DEVICES.format(table=table, column=column)
    return sql.run(statement, {"old": list(forgotten.devices), "new": list(forgotten.devices.values())})


REPLACE_DEVICES = """
UPDATE {table} t SET {column} = fresh.new FROM unnest(%(old)s::uuid[], %(new)s::uuid[]) AS fresh (old, new)
WHERE t.{column} = fresh.old AND t.{column} = ANY(%(old)s::uuid[])
"""


@transaction.atomic
def replace_words(table: str, column: str, forgotten: Forgotten) -> int:
    """Replace the words by which texts or documents of a column name the person; return how many rows had any."""
    begin()
    words = list(forgotten.words.items())
    replaced = f"{column}::text"
    for n in range(len(words)):
        replaced = f"replace({replaced}, %(old{n})s, %(new{n})s)"
    statement = REPLACE_WORDS.format(table=table, column=column, replaced=replaced, kind=_kind(table, column))
    pairs = {
        f"{side}{n}": word for n, pair in enumerate(words) for side, word in zip(("old", "new"), pair, strict=True)
    }
    return sql.run(statement, pairs | {"words": [old for old, _ in words]})


REPLACE_WORDS = """
UPDATE {table} SET {column} = ({replaced})::{kind}
WHERE EXISTS (SELECT FROM unnest(%(words)s::text[]) AS word WHERE strpos({column}::text, word) > 0)
"""


def _kind(table: str, column: str) -> str:
    return sql.row(KIND, {"table": table, "column": column})[0]


KIND = """
SELECT format_type(atttypid, NULL) FROM pg_attribute WHERE attrelid = %(table)s::regclass AND attname = %(column)s
"""


def forget(forgotten: Forgotten) -> None:
    """Forget a person in the kernel's tables: in messages and jobs, and in answers kept for repeats, which go."""
    for column in ("payload", "last_error"):
        replace_words("chengfeng_outboxmessage", column, forgotten)
    for column in ("params", "result", "error"):
        replace_words("chengfeng_job", column, forgotten)
    sql.run(FORGET_ANSWERS, {"words": list(forgotten.words)})


FORGET_ANSWERS = """
DELETE FROM chengfeng_idempotentwrite WHERE EXISTS (
    SELECT FROM unnest(%(words)s::text[]) AS word WHERE strpos(scope, word) > 0 OR strpos(body::text, word) > 0
)
"""
