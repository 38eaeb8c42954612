"""Invariant of tenancy, for every foreign key there is: I28."""

from collections.abc import Iterator

from django.apps import apps
from django.db.models import ForeignKey, Model

from shops.models import Merchant

from .shape import Invariant

ROOMS = ("chengfeng", "shops", "ads", "orders", "reports")


def foreign_keys(model: type[Model]) -> list[ForeignKey]:
    return [field for field in model._meta.concrete_fields if isinstance(field, ForeignKey)]


def way(model: type[Model]) -> list[ForeignKey] | None:
    """Return the foreign keys that lead from a row to its merchant, the shortest way, or None."""
    if any(key.name == "merchant" for key in foreign_keys(model)):
        return [model._meta.get_field("merchant")]
    parents = [key for key in foreign_keys(model) if key.related_model not in (model, Merchant)]
    ways = [[key, *onward] for key in parents if (onward := way(key.related_model))]
    return min(ways, key=len, default=None)


def pairs() -> Iterator[tuple[type[Model], ForeignKey]]:
    """Yield each model that belongs to a merchant with each foreign key to another such model."""
    for model in apps.get_models(include_auto_created=True):
        mine = way(model) if model._meta.app_label in ROOMS else None
        for key in foreign_keys(model) if mine else ():
            if key != mine[0] and key.related_model != Merchant and way(key.related_model):
                yield model, key


def _owner(alias: str, steps: list[ForeignKey]) -> tuple[str, str]:
    """Return the joins from a row to the table that names its merchant, and the naming column."""
    joins = ""
    for depth, step in enumerate(steps[:-1]):
        parent = step.related_model._meta
        onward = f"{alias}{depth}"
        joins += f" JOIN {parent.db_table} {onward} ON {onward}.{parent.pk.column} = {alias}.{step.column}"
        alias = onward
    return joins, f"{alias}.{steps[-1].column}"


def disagreement(model: type[Model], key: ForeignKey) -> str:
    """Return the query of the rows whose merchant is not that of the row they point at."""
    parent = key.related_model._meta
    child_joins, child = _owner("c", way(model))
    parent_joins, owner = _owner("p", way(key.related_model))
    return (
        f"SELECT '{model._meta.db_table}.{key.column}' AS pair, c.{key.column}::text AS points_at, "
        f"{child} AS child, {owner} AS parent FROM {model._meta.db_table} c{child_joins} "
        f"JOIN {parent.db_table} p ON p.{parent.pk.column} = c.{key.column}{parent_joins} WHERE {child} <> {owner}"
    )


ALL = [
    Invariant(
        "I28",
        "a row and the row it points at belong to one merchant, on every foreign key",
        " UNION ALL ".join(disagreement(model, key) for model, key in pairs()),
    ),
]
