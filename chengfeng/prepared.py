"""Prepared queries: written like any other, composed once, then asked as often as wanted with other values.

For the paths that are walked so often that composing the same statement each time would cost more than asking it.
"""

from collections.abc import Callable, Iterator
from functools import cached_property
from typing import Any, Generic, TypeVar

from django.contrib.postgres.fields import ArrayField
from django.db import connection, models
from django.db.models.expressions import Expression, Func
from django.db.models.query import get_related_populators

from . import sql

Row = TypeVar("Row", bound=models.Model)


class Given(Expression):
    """A value that is given by its name when the query is asked."""

    def __init__(self, name: str, output_field: models.Field):
        super().__init__(output_field=output_field)
        self.name = name

    def as_sql(self, compiler, connection):
        return "%s", [self]


class OneOf(Func):
    """Whether a column is one of a list that is given by its name when the query is asked; a condition to filter by."""

    template, arg_joiner = "%(expressions)s)", " = ANY("

    def __init__(self, column: str, name: str, of: models.Field):
        super().__init__(column, Given(name, ArrayField(of)), output_field=models.BooleanField())


class Prepared(Generic[Row]):
    """A query whose changing values are `Given`; `compose` returns its queryset, and is called once in a process."""

    def __init__(self, compose: Callable[[], "models.QuerySet[Row]"]):
        self.compose = compose

    def __call__(self, **values: Any) -> list[Row]:
        """Ask the query with these values; related and annotated values come with the rows as ever."""
        statement, params = self._statement
        return list(self._read(sql.rows(statement, [values[p.name] if isinstance(p, Given) else p for p in params])))

    @cached_property
    def _compiler(self):
        return self.compose().query.get_compiler(connection=connection)

    @cached_property
    def _statement(self) -> tuple[str, tuple]:
        return self._compiler.as_sql()

    @cached_property
    def _shape(self) -> tuple:
        """Model, slice of its columns, their names, related rows, annotations and converters, as Django reads them."""
        compiler = self._compiler
        klass, fields = compiler.klass_info["model"], compiler.klass_info["select_fields"]
        columns = slice(fields[0], fields[-1] + 1)
        names = [column.target.attname for column, *_ in compiler.select[columns]]
        related = get_related_populators(compiler.klass_info, compiler.select, connection.alias)
        converters = compiler.get_converters([column for column, *_ in compiler.select])
        return klass, columns, names, related, compiler.annotation_col_map, converters

    def _read(self, rows: list[tuple]) -> Iterator[Row]:
        klass, columns, names, related, annotations, converters = self._shape
        for row in self._compiler.apply_converters(rows, converters) if converters else rows:
            found = klass.from_db(connection.alias, names, row[columns])
            for populator in related:
                populator.populate(row, found)
            for name, place in annotations.items():
                setattr(found, name, row[place])
            yield found
