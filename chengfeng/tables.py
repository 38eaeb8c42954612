"""The migration steps that make tables: many at once, and one that is partitioned."""

from collections.abc import Sequence

from django.db.migrations.operations import CreateModel
from django.db.migrations.operations.base import Operation


class CreateModels(Operation):
    """Makes the tables of many models, in whatever order they refer to each other.

    Every model is known before the first table is made. So Django builds the models of the project's state once for
    all of them; after a CreateModel it builds anew whatever hangs together with that model, which soon is everything.
    """

    def __init__(self, models: Sequence[CreateModel]):
        self.models = models

    def describe(self) -> str:
        return "Create models " + ", ".join(model.name for model in self.models)

    def state_forwards(self, app_label, state) -> None:
        if "apps" in vars(state):
            del state.apps  # else every model added is built at once, and what refers to it again
        for model in self.models:
            model.state_forwards(app_label, state)

    def database_forwards(self, app_label, schema_editor, from_state, to_state) -> None:
        for model in self.models:
            model.database_forwards(app_label, schema_editor, from_state, to_state)

    def database_backwards(self, app_label, schema_editor, from_state, to_state) -> None:
        for model in reversed(self.models):
            model.database_backwards(app_label, schema_editor, from_state, to_state)


class CreatePartitioned(CreateModel):
    """Makes a table in partitions by the range of a column, without any partition yet."""

    def __init__(self, name: str, fields: list, options: dict | None = None, *, by: str):
        super().__init__(name, fields, options)
        self.by = by

    def deconstruct(self) -> tuple[str, list, dict]:
        name, args, kwargs = super().deconstruct()
        return name, args, {**kwargs, "by": self.by}

    def database_forwards(self, app_label, schema_editor, from_state, to_state) -> None:
        plain = schema_editor.sql_create_table
        schema_editor.sql_create_table = f"{plain} PARTITION BY RANGE ({self.by})"
        super().database_forwards(app_label, schema_editor, from_state, to_state)
        schema_editor.sql_create_table = plain
