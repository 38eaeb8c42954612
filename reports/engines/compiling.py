"""Expressions as SQL, compiled once: the answer to the same question again, in other rows, costs no compilation."""

from collections.abc import Mapping
from functools import lru_cache

import ibis
import sqlglot
from ibis.expr.operations import Relation

KEPT = 128  # statements
ibis.options.sql.fuse_selects = False  # engines merge nested queries themselves, and sooner


def compiled(expression: ibis.Table, dialect: str) -> str:
    """Return the statement of an expression; what it is of and asks for must be the same to be known again."""
    return _compiled(expression.op(), dialect)


@lru_cache(maxsize=KEPT)
def _compiled(relation: Relation, dialect: str) -> str:
    return str(ibis.to_sql(relation.to_expr(), dialect=dialect, pretty=False))


def one_row(values: Mapping[str, int | str], dialect: str) -> str:
    """Return the query of a row of values by their names."""
    row = [sqlglot.exp.convert(value).as_(name, quoted=True) for name, value in values.items()]
    return sqlglot.exp.select(*row).sql(dialect=dialect)
